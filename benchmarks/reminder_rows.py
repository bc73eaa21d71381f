"""Rows of reminders, written straight into a desk's store: as many as a benchmark needs, in seconds."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

import asyncpg

from pupitre.store.sqlite import stored

HOUR = timedelta(hours=1)
_AT_ONCE = 50_000
_FAR = 10_000_000
"""Ids of appointments whose time does not come while it is measured."""

Values = tuple[str | int | datetime | None, ...]


@dataclass(frozen=True)
class Filled:
    """A reminder of an hour before, and its patient, who has the same number as the appointment."""

    tenant: str
    number: int
    dial_at: datetime

    @property
    def starts(self) -> datetime:
        return self.dial_at + HOUR

    @property
    def reminder_id(self) -> str:
        return f"{self.number}-PT1H-{self.starts:%Y%m%dT%H%M}"


class Table:
    """A store's door for many rows: column names to values, one transaction each time."""

    def __init__(self, sqlite: sqlite3.Connection | None, postgresql: asyncpg.Connection | None) -> None:
        self._sqlite = sqlite
        self._postgresql = postgresql

    @staticmethod
    @asynccontextmanager
    async def opened(url: str) -> AsyncIterator[Table]:
        if url.startswith("sqlite"):
            connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10)
            yield Table(connection, None)
            connection.close()
        else:
            server = await asyncpg.connect(url, server_settings={"search_path": "pupitre"})
            yield Table(None, server)
            await server.close()

    async def add(self, rows: Mapping[str, tuple[str, Iterable[Values]]]) -> None:
        """By table: its columns, and rows of their values."""
        if self._sqlite is not None:
            with self._sqlite as connection:
                for table, (columns, values) in rows.items():
                    marks = ", ".join("?" for _ in columns.split())
                    plain = ([stored(one) if isinstance(one, datetime) else one for one in row] for row in values)
                    connection.executemany(f"INSERT INTO {table} ({_named(columns)}) VALUES ({marks})", plain)
        if self._postgresql is not None:
            async with self._postgresql.transaction():
                for table, (columns, values) in rows.items():
                    await self._postgresql.copy_records_to_table(table, records=values, columns=columns.split())

    async def settle(self) -> None:
        """Have everything where it stays, so that its writing disturbs nothing that is measured."""
        if self._sqlite is not None:
            self._sqlite.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if self._postgresql is not None:
            for statement in ("VACUUM (ANALYZE)", "CHECKPOINT"):
                await self._postgresql.execute(statement, timeout=300)
        os.sync()


def _named(columns: str) -> str:
    return ", ".join(f'"{column}"' for column in columns.split())


def _reminders(batch: Sequence[Filled]) -> Mapping[str, tuple[str, Iterable[Values]]]:
    return {
        "reminders": (
            "tenant id appointment_id patient_id ahead status starts due dial_at dials",
            [
                (
                    *(one.tenant, one.reminder_id, str(one.number), str(one.number), "PT1H", "scheduled"),
                    *(one.starts, one.dial_at, one.dial_at, 0),
                )
                for one in batch
            ],
        ),
        "due_work": (
            "tenant kind key subject due",
            [(one.tenant, "reminder", one.reminder_id, one.reminder_id, one.dial_at) for one in batch],
        ),
    }


def due_now(batch: Sequence[Filled]) -> Mapping[str, tuple[str, Iterable[Values]]]:
    """With appointments and patients, so that the phone may ring. Each lasts a moment: one agent has them all."""
    now = datetime.now(UTC)
    return {
        "patients": (
            "id tenant key name",
            [(o.number, o.tenant, f"p{o.number}", f"Camille M{o.number}") for o in batch],
        ),
        "patient_phones": (
            "tenant phone patient_id rank",
            [(one.tenant, f"+336{20_000_000 + one.number}", one.number, 0) for one in batch],
        ),
        "appointments": (
            "id tenant key status sync_state source patient_id agent_id starts ends sequence updated_at",
            [
                (
                    *(one.number, one.tenant, f"a{one.number}", "confirmed", "synced", "ivr", one.number),
                    *(agent_of(one.tenant), one.starts, one.starts + timedelta(milliseconds=1), 0, now),
                )
                for one in batch
            ],
        ),
    } | _reminders(batch)


def agent_of(tenant: str) -> int:
    """The one agent of each tenant."""
    return 1 if tenant == "demo" else 2


def _far(count: int) -> Iterator[Filled]:
    """Spread over a month, from tomorrow on."""
    begin, month = datetime.now(UTC) + timedelta(days=1), timedelta(days=30)
    return (Filled("demo", _FAR + n, begin + month * n / count) for n in range(count))


async def fill(table: Table, count: int) -> None:
    """Agents, and so many reminders that wait."""
    await table.add({"agents": ("id tenant name", [(agent_of(one), one, "Claire Morel") for one in ("demo", "demo2")])})
    waiting = _far(count)
    while batch := list(islice(waiting, _AT_ONCE)):
        await table.add(_reminders(batch))
    await table.settle()
