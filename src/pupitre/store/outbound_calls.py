"""Calls that one tenant's desk had made for its reminders, and numbers that are not to be called any more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import convert
from msgspec.structs import asdict

from pupitre.dialogue.effects import ReminderOutcome
from pupitre.ports import Caps, DeskError, Due, OutboundCall, Reminder, Traffic
from pupitre.store.database import Database, Row
from pupitre.store.queries import queries
from pupitre.store.reminders import put
from pupitre.store.rows import as_struct, id_of, id_text

SQL = queries("outbound_calls")
REMINDERS = queries("reminders")
DUE_WORK = queries("due_work")

_MINUTE = timedelta(minutes=1)
_ANY = 2**31 - 1


class _NoLine(DeskError):
    """Every line is taken, or enough calls have begun."""


class StoredOutboundCalls:
    """`ports.OutboundCalls` on our own store."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant
        self._beginning = asyncio.Lock()

    async def begin(self, reminder: Reminder, phone: str, at: datetime, caps: Caps, unheard: Due | None) -> bool:
        """See `OutboundCalls.begin`."""
        ours, id_ = self._tenant, reminder.id
        statements = [
            REMINDERS["dial"].bind(tenant=ours, id=id_, dials=reminder.dials).expecting(1),
            # A process may have died between having it dialled again and noting that the call before had ended.
            SQL["end"].bind(tenant=ours, reminder_id=id_, outcome=ReminderOutcome.NO_ANSWER, at=at),
        ]
        if unheard is not None:
            statements.append(DUE_WORK["put"].bind(**asdict(unheard)))
        # Last of all what all processes wait for, so that each has it for a moment only.
        statements += [
            SQL["one_at_a_time"].bind(tenant=ours),
            SQL["begin"]
            .bind(
                tenant=ours,
                reminder_id=id_,
                appointment_id=id_text(reminder.appointment_id),
                phone=phone,
                at=at,
                since=at - _MINUTE,
                lines=_ANY if caps.lines is None else caps.lines,
                starts_per_minute=caps.starts_per_minute,
            )
            .expecting(1, _NoLine()),
        ]
        try:
            async with self._beginning:  # whoever waits here takes no connection that a turn may need
                await self._database.write(*statements)
        except _NoLine:
            return False
        return True

    async def pick_up(self, reminder_id: str, at: datetime, unheard: Due | None) -> None:
        """See `OutboundCalls.pick_up`."""
        statements = [SQL["pick_up"].bind(tenant=self._tenant, reminder_id=reminder_id, at=at)]
        if unheard is not None:
            statements.append(DUE_WORK["put"].bind(**asdict(unheard)))
        await self._database.write(*statements)

    async def end(self, reminder: Reminder, outcome: str, at: datetime, unheard: str, again: Due | None) -> bool:
        """See `OutboundCalls.end`."""
        statements = [
            SQL["end"].bind(tenant=self._tenant, reminder_id=reminder.id, outcome=outcome, at=at),
            put(self._tenant, reminder),
            DUE_WORK["drop"].bind(tenant=self._tenant, kind=unheard, key=reminder.id),
        ]
        if again is not None:
            statements.append(DUE_WORK["put"].bind(**asdict(again)))
        ended, *_ = await self._database.write(*statements)
        return ended.touched > 0

    async def of(self, reminder_id: str) -> OutboundCall | None:
        """See `OutboundCalls.of`."""
        rows = await self._database.read(SQL["of_reminder"], tenant=self._tenant, reminder_id=reminder_id)
        return _call(rows[0]) if rows else None

    async def traffic(self, at: datetime) -> Traffic:
        """See `OutboundCalls.traffic`."""
        lines = await self._database.read(SQL["lines"], tenant=self._tenant)
        begun = await self._database.read(SQL["starts"], tenant=self._tenant, since=at - _MINUTE)
        counts = {"lines": lines[0]["taken"] if lines else 0, "begun": begun[0]["calls"] if begun else 0}
        return as_struct(Traffic, counts)

    async def begun(self, at: datetime, most: int) -> Sequence[datetime]:
        """See `OutboundCalls.begun`."""
        rows = await self._database.read(SQL["begun"], tenant=self._tenant, since=at - _MINUTE, limit=most)
        return [convert(row["at"], datetime) for row in reversed(rows)]

    async def lately(self, since: datetime, most: int) -> Sequence[str | None]:
        """See `OutboundCalls.lately`."""
        rows = await self._database.read(SQL["lately"], tenant=self._tenant, since=since, limit=most)
        return [convert(row["outcome"], str | None) for row in rows]

    async def since(self, since: datetime, limit: int = 1000) -> Sequence[OutboundCall]:
        """Calls begun since then, oldest first."""
        rows = await self._database.read(SQL["since"], tenant=self._tenant, since=since, limit=limit)
        return [_call(row) for row in rows]

    async def to_number(self, phone: str, since: datetime) -> int:
        """See `OutboundCalls.to_number`."""
        rows = await self._database.read(SQL["to_number"], tenant=self._tenant, phone=phone, since=since)
        return convert(rows[0]["calls"], int) if rows else 0

    async def forbid(self, phone: str, at: datetime, call_id: str | None = None) -> None:
        """The patient asked, in this call, never to be called at this number again."""
        await self._database.write(SQL["forbid"].bind(tenant=self._tenant, phone=phone, call_id=call_id, at=at))

    async def allow(self, phone: str) -> None:
        """The number may be called again."""
        await self._database.write(SQL["allow"].bind(tenant=self._tenant, phone=phone))

    async def forbidden(self, phone: str) -> bool:
        """Whether the number is not to be called."""
        return bool(await self._database.read(SQL["forbidden"], tenant=self._tenant, phone=phone))


def _call(row: Row) -> OutboundCall:
    return as_struct(OutboundCall, row | {"appointment_id": id_of(row["appointment_id"])})
