"""Appointments in our own store: `ports.Records`, and the lists that a person without a console needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from pupitre.backends.local.ids import row_id
from pupitre.dialogue.effects import ReminderOutcome
from pupitre.model import Appointment, AppointmentStatus, BackendId, CalendarRef, Interval, Slot, SyncState
from pupitre.ports import Clock, Draft, NotFound, RecordChanges, SlotTaken
from pupitre.store import Database, Row
from pupitre.store.queries import queries
from pupitre.store.rows import as_struct

SQL = queries("appointments")


class Entry(Struct, frozen=True):
    """An appointment with what a calendar feed tells of its changes (RFC 5545 §3.8.7)."""

    appointment: Appointment
    sequence: int
    updated_at: datetime


class _Changed(Struct, frozen=True):
    updated_at: datetime


class LocalRecords:
    """One tenant's appointments; see `ports.Records`. The database lets no two active ones of an agent overlap."""

    def __init__(self, database: Database, tenant: str, clock: Clock, location: str | None = None) -> None:
        """`location` is written into new appointments."""
        self._database = database
        self._tenant = tenant
        self._clock = clock
        self._location = location

    async def upcoming(self, patient_id: BackendId, since: datetime) -> Sequence[Appointment]:
        """See `Records.upcoming`."""
        rows = await self._database.read(
            SQL["upcoming"], tenant=self._tenant, patient_id=row_id(patient_id), since=since
        )
        return [_appointment(row) for row in rows]

    async def read(self, appointment_id: BackendId) -> Appointment:
        """See `Records.read`."""
        rows = await self._database.read(SQL["read"], tenant=self._tenant, id=row_id(appointment_id))
        if not rows:
            raise NotFound(f"no appointment {appointment_id}")
        return _appointment(rows[0])

    async def create(self, draft: Draft, key: str) -> Appointment:
        """See `Records.create`. Raises SlotTaken when the agent has another appointment at that time."""
        statement = SQL["create"].bind(
            tenant=self._tenant,
            key=key,
            patient_id=row_id(draft.patient_id),
            agent_id=row_id(draft.slot.agent_id),
            starts=draft.slot.start,
            ends=draft.slot.end,
            status=draft.status,
            source=draft.source,
            call_id=draft.call_id,
            location=self._location,
            now=self._clock.now(),
        )
        try:
            await self._database.write(statement)
        except SlotTaken:
            # PostgreSQL may see the overlap of two tries with one key before it sees that the key is the same.
            made = await self.made(key)
            if made is None:
                raise
            return made
        made = await self.made(key)
        assert made is not None
        return made

    async def made(self, key: str) -> Appointment | None:
        """See `Records.made`."""
        rows = await self._database.read(SQL["made"], tenant=self._tenant, key=key)
        return _appointment(rows[0]) if rows else None

    async def name_event(self, appointment_id: BackendId, external_uid: str) -> None:
        """See `Records.name_event`."""
        await self._database.write(
            SQL["name_event"]
            .bind(tenant=self._tenant, id=row_id(appointment_id), external_uid=external_uid)
            .expecting(1, NotFound(f"no appointment {appointment_id}"))
        )

    async def move(self, appointment_id: BackendId, slot: Slot, status: AppointmentStatus) -> Appointment:
        """See `Records.move`. Raises SlotTaken when the agent has another appointment at that time."""
        await self._database.write(
            SQL["move"]
            .bind(
                tenant=self._tenant,
                id=row_id(appointment_id),
                agent_id=row_id(slot.agent_id),
                starts=slot.start,
                ends=slot.end,
                status=status,
                now=self._clock.now(),
            )
            .expecting(1, NotFound(f"no appointment {appointment_id}"))
        )
        return await self.read(appointment_id)

    async def cancel(self, appointment_id: BackendId, reason: str) -> Appointment:
        """See `Records.cancel`."""
        await self._database.write(
            SQL["cancel"].bind(tenant=self._tenant, id=row_id(appointment_id), reason=reason, now=self._clock.now())
        )
        return await self.read(appointment_id)

    async def note_sync(
        self, appointment_id: BackendId, state: SyncState, ref: CalendarRef | None, error: str | None
    ) -> None:
        """See `Records.note_sync`. Without a `ref` the one that is known stays."""
        if ref is None:
            noted = SQL["note_sync"].bind(tenant=self._tenant, id=row_id(appointment_id), state=state, error=error)
        else:
            noted = SQL["note_event"].bind(
                tenant=self._tenant,
                id=row_id(appointment_id),
                state=state,
                error=error,
                calendar_id=ref.calendar_id,
                event_id=ref.event_id,
                etag=ref.etag,
            )
        await self._database.write(noted.expecting(1, NotFound(f"no appointment {appointment_id}")))

    async def note_outcome(self, appointment_id: BackendId, outcome: ReminderOutcome) -> None:
        """See `Outcomes.note_outcome`."""
        noted = SQL["note_outcome"].bind(
            tenant=self._tenant, id=row_id(appointment_id), outcome=outcome, now=self._clock.now()
        )
        await self._database.write(noted.expecting(1, NotFound(f"no appointment {appointment_id}")))

    async def changes(self, since: datetime) -> RecordChanges:
        """See `WatchedRecords.changes`. How the planning stands to an appointment is no change of it."""
        rows = await self._database.read(SQL["changed"], tenant=self._tenant, since=since)
        until = max((as_struct(_Changed, row).updated_at for row in rows), default=since)
        return RecordChanges(tuple(_appointment(row) for row in rows), until)

    async def deleted(self, appointment_ids: Sequence[BackendId]) -> Sequence[BackendId]:  # noqa: ARG002 -- the port's
        """None: our own store deletes no appointment."""
        return ()

    async def between(self, window: Interval) -> Sequence[Appointment]:
        """All that touch the window, cancelled ones too, in the order of time. Raises Unavailable."""
        rows = await self._database.read(SQL["between"], tenant=self._tenant, starts=window.start, ends=window.end)
        return [_appointment(row) for row in rows]

    async def of_agent(self, agent_id: BackendId, since: datetime) -> Sequence[Entry]:
        """All of an agent that end after `since`, cancelled ones too, in the order of time. Raises Unavailable."""
        rows = await self._database.read(SQL["of_agent"], tenant=self._tenant, agent_id=row_id(agent_id), since=since)
        return [as_struct(Entry, row | {"appointment": _appointment(row)}) for row in rows]


def _appointment(row: Row) -> Appointment:
    slot = as_struct(Slot, {"start": row["starts"], "end": row["ends"], "agent_id": row["agent_id"]})
    ref = None if row["event_id"] is None else as_struct(CalendarRef, row)
    return as_struct(Appointment, row | {"slot": slot, "ref": ref})
