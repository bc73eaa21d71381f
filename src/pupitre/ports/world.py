"""The world outside: who is who, the system of record, the agents' planning, and the time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from msgspec import Struct

from pupitre.dialogue.effects import TaskKind
from pupitre.model import (
    Agent,
    Appointment,
    AppointmentStatus,
    BackendId,
    CalendarRef,
    Interval,
    Patient,
    Slot,
    Source,
    SyncState,
)
from pupitre.nlu.meaning import SpokenName


class Clock(Protocol):
    """The only source of the present."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC. In the sandbox: the frozen one."""
        ...


class Who(Struct, frozen=True):
    """Whom the directory is asked for: by number, or by name and perhaps birth date."""

    phone: str | None = None
    """E.164."""
    name: SpokenName | None = None
    birth_date: date | None = None


class Directory(Protocol):
    """Who is who."""

    async def lookup_patient(self, who: Who) -> Sequence[Patient]:
        """Everybody who matches, best first; at most ten. Raises Unavailable."""
        ...

    async def read_patient(self, patient_id: BackendId) -> Patient:
        """As known now. Raises NotFound, Unavailable."""
        ...

    async def create_patient(self, name: str, phone: str | None, birth_date: date | None, key: str) -> Patient:
        """Make a new patient, once per `key`. Raises Unavailable, Refused."""
        ...

    async def agents(self) -> Sequence[Agent]:
        """Everybody whose time may be booked. Raises Unavailable."""
        ...


class Draft(Struct, frozen=True):
    """An appointment to be recorded."""

    patient_id: BackendId
    slot: Slot
    call_id: str
    source: Source
    status: AppointmentStatus = AppointmentStatus.CONFIRMED
    agent_calendar: str | None = None
    again: bool = False
    """It may have been asked for before, by this process or another: then the record is read as it stands."""


class Records(Protocol):
    """The system of record. It never deletes: what is cancelled stays, with its reason."""

    async def upcoming(self, patient_id: BackendId, since: datetime) -> Sequence[Appointment]:
        """Active appointments that end after `since`, soonest first. Raises Unavailable."""
        ...

    async def read(self, appointment_id: BackendId) -> Appointment:
        """As it stands now. Raises NotFound, Unavailable."""
        ...

    async def create(self, draft: Draft, key: str) -> Appointment:
        """Record it with `sync_state=pending`, exactly once per `key` however often and in parallel it is asked.

        Answers with the record as it stands: what was moved or cancelled since is not written over, neither by asking
        again nor by a request that lands after its time-out. Raises Refused, Unavailable; SlotTaken where the record
        itself lets no two appointments of an agent overlap.
        """
        ...

    async def made(self, key: str) -> Appointment | None:
        """What `create` made under this key, cancelled or not; None when nothing. Raises Unavailable."""
        ...

    async def name_event(self, appointment_id: BackendId, external_uid: str) -> None:
        """Write the final external uid. Raises NotFound, Unavailable."""
        ...

    async def move(self, appointment_id: BackendId, slot: Slot, status: AppointmentStatus) -> Appointment:
        """Change times (and agent), `sync_state=pending`; a cancelled one is active again.

        Raises NotFound, Refused, Unavailable; SlotTaken as `create` does.
        """
        ...

    async def cancel(self, appointment_id: BackendId, reason: str) -> Appointment:
        """Mark it canceled and its time free, `sync_state=pending`. Idempotent. Raises NotFound, Unavailable."""
        ...

    async def note_sync(
        self, appointment_id: BackendId, state: SyncState, ref: CalendarRef | None, error: str | None
    ) -> None:
        """Write how record and planning stand to each other (`x_gcal_*`, `x_sync_*`). Raises NotFound, Unavailable."""
        ...


class UpcomingByPhone(Protocol):
    """A record that can be asked before it is known who calls."""

    async def upcoming_by_phone(self, number: str, since: datetime) -> Sequence[Appointment] | None:
        """What `Records.upcoming` says of everybody who has this E.164 number, and perhaps of some who have not.

        An appointment of several patients comes once for each. None when there are too many. Raises Unavailable.
        """
        ...


class ToDos(Protocol):
    """Where people who work in the record see what waits for them."""

    async def leave(
        self, key: str, patient_id: BackendId, agent_id: BackendId, kind: TaskKind, note: str, due: date
    ) -> None:
        """A to-do for this agent about this patient, once per key. Raises Refused, Unavailable."""
        ...

    async def done(self, key: str) -> None:
        """It has been seen to; one that is not there, or no longer, is no error. Raises Unavailable."""
        ...


class RecordChanges(Struct, frozen=True):
    """What people and the desk changed in the record."""

    appointments: Sequence[Appointment]
    """As they stand now, by time of change; what is archived counts as cancelled."""
    until: datetime
    """Where to go on, by the record's own clock; what was changed at that very instant is told again."""


class WatchedRecords(Records, Protocol):
    """A system of record whose changes can be followed."""

    async def changes(self, since: datetime) -> RecordChanges:
        """Every appointment of ours changed at `since` or later, cancelled ones included. Raises Unavailable."""
        ...

    async def deleted(self, appointment_ids: Sequence[BackendId]) -> Sequence[BackendId]:
        """Which of these are gone without a trace. Raises Unavailable."""
        ...


class PlanningEvent(Struct, frozen=True):
    """An event of ours as the planning has it now."""

    ref: CalendarRef
    slot: Slot | None
    """None when it is cancelled or has no times that can be trusted."""
    cancelled: bool
    external_uid: str | None


class Busy(Struct, frozen=True):
    """Who is busy when. An agent in `unreadable` is not free: leave him out, and show why."""

    intervals: Mapping[BackendId, Sequence[Interval]]
    unreadable: Mapping[BackendId, str] = {}


class FreeBusy(Protocol):
    """When agents are busy, as the planning says it."""

    async def busy(self, agents: Sequence[Agent], window: Interval) -> Busy:
        """All busy time of these agents inside the window. Raises Unavailable when nothing could be read."""
        ...


class Agenda(FreeBusy, Protocol):
    """A planning apart from the record, into which appointments are written."""

    async def insert(self, appointment: Appointment, agent: Agent, key: str) -> CalendarRef:
        """Put the appointment in the agent's calendar, exactly once per `key`. Raises Refused, Unavailable."""
        ...

    async def move(
        self, ref: CalendarRef, appointment: Appointment, agent: Agent, key: str, *, before: Slot | None = None
    ) -> CalendarRef:
        """Move our event to the appointment's time and agent, guarded by the etag.

        `before` is where the appointment stood when its move began. A new etag is no conflict yet: the event is read
        again, and one that stands there, or already where it is to go, is ours to move. Without `before`, only the
        latter. Raises Conflict when a person changed it, NotFound, Refused, Unavailable.
        """
        ...

    async def cancel(self, ref: CalendarRef) -> CalendarRef | None:
        """Take our event off the calendar, whatever its hour; None when it was gone already.

        Raises Refused, Unavailable.
        """
        ...

    async def read(self, ref: CalendarRef) -> PlanningEvent:
        """As it stands now. Raises NotFound, Unavailable."""
        ...


class Changes(Struct, frozen=True):
    """What has changed in one agent's calendar, own writes included, as far as it may be ours."""

    events: Sequence[PlanningEvent]
    """Each at most once, as it stands now. A cancelled one may have lost its uid: it is known by its id alone."""
    token: str
    """Where to read on."""
    complete: bool = False
    """A full read: whatever stood in this calendar and is not among the events is gone."""

    def vanished(self, known: Iterable[CalendarRef]) -> Sequence[CalendarRef]:
        """Those of the known events, all of this calendar, that a full read no longer shows; else none."""
        if not self.complete:
            return ()
        seen = {event.ref.event_id for event in self.events}
        return tuple(ref for ref in known if ref.event_id not in seen)


class Channel(Struct, frozen=True):
    """A promise of the planning to tell us of changes, until it ends."""

    id: str
    resource_id: str
    expires_at: datetime


class WatchedAgenda(Agenda, Protocol):
    """A planning whose changes can be followed."""

    async def changes(self, agent: Agent, since: str | None) -> Changes:
        """What has changed since the token; a full read without one, or when it is no longer known.

        A read that fails raises, it is never "no events". Raises NotFound when the calendar is not there or no longer
        shared, Refused, Unavailable.
        """
        ...

    async def find(self, external_uid: str) -> Sequence[PlanningEvent]:
        """Our events of this uid that stand in any agent's calendar; those that are cancelled are left out.

        Raises Unavailable, also when only some calendars could be read.
        """
        ...

    async def repair(self, ref: CalendarRef, appointment: Appointment) -> CalendarRef:
        """Give our event back its title, place, description and properties; its times are left alone.

        Raises NotFound, Conflict when it is changed at this very moment, Refused, Unavailable.
        """
        ...

    async def watch(self, agent: Agent, channel_id: str, address: str, token: str, life: timedelta) -> Channel:
        """Have changes of the agent's calendar announced at this https address, with the token in each message.

        It may end earlier than asked and is never renewed by itself. Raises NotFound, Refused, Unavailable.
        """
        ...

    async def stop(self, channel: Channel, agent: Agent) -> None:
        """No more messages, but for late ones; a channel that is gone is no error. Raises Unavailable."""
        ...
