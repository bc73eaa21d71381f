"""Reminders of one tenant: `ports.Reminders` on our own store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import convert

from pupitre.model import BackendId, Interval
from pupitre.ports import NotFound, Reminder
from pupitre.store.database import Database, Row, Statement
from pupitre.store.queries import queries
from pupitre.store.rows import as_struct, id_of, id_text

SQL = queries("reminders")


class StoredReminders:
    """See `ports.Reminders`."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    async def of(self, appointment_id: BackendId) -> Sequence[Reminder]:
        """See `Reminders.of`."""
        rows = await self._database.read(
            SQL["of_appointment"], tenant=self._tenant, appointment_id=id_text(appointment_id)
        )
        return [_reminder(row) for row in rows]

    async def read(self, reminder_id: str) -> Reminder:
        """See `Reminders.read`."""
        rows = await self._database.read(SQL["read"], tenant=self._tenant, id=reminder_id)
        if not rows:
            raise NotFound(f"no reminder {reminder_id}")
        return _reminder(rows[0])

    async def put(self, reminders: Sequence[Reminder]) -> None:
        """See `Reminders.put`."""
        await self._database.write(*(put(self._tenant, reminder) for reminder in reminders))

    async def waiting(self, since: datetime, until: datetime, limit: int) -> Sequence[Reminder]:
        """See `Reminders.waiting`."""
        rows = await self._database.read(SQL["waiting"], tenant=self._tenant, since=since, until=until, limit=limit)
        return [_reminder(row) for row in rows]

    async def ahead(self, reminder: Reminder, since: datetime, until: datetime) -> int:
        """See `Reminders.ahead`."""
        rows = await self._database.read(
            SQL["ahead"], tenant=self._tenant, since=since, until=until, starts=reminder.starts, id=reminder.id
        )
        return convert(rows[0]["others"], int) if rows else 0

    async def between(self, window: Interval, limit: int = 1000) -> Sequence[Reminder]:
        """Those whose dialling falls into the window, whatever their status, by dial_at. Raises Unavailable."""
        rows = await self._database.read(
            SQL["between"], tenant=self._tenant, starts=window.start, ends=window.end, limit=limit
        )
        return [_reminder(row) for row in rows]


def put(tenant: str, reminder: Reminder) -> Statement:
    """A new reminder, or the present state of a known one."""
    return SQL["put"].bind(
        tenant=tenant,
        id=reminder.id,
        appointment_id=id_text(reminder.appointment_id),
        patient_id=id_text(reminder.patient_id),
        ahead=reminder.offset,
        starts=reminder.starts,
        due=reminder.due,
        dial_at=reminder.dial_at,
        status=reminder.status,
        dials=reminder.dials,
        outcome=reminder.outcome,
    )


def _reminder(row: Row) -> Reminder:
    ids = {name: id_of(row[name]) for name in ("appointment_id", "patient_id")}
    return as_struct(Reminder, row | ids | {"offset": row["ahead"]})
