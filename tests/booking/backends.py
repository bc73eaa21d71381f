"""Backends in memory that keep to the ports: a record and a planning apart from it, with faults at every call.

`fault` is awaited before and after each call with the backend's and the call's name; it may raise, or suspend.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import pairwise

from msgspec.structs import replace

from pupitre.model import Agent, Appointment, AppointmentStatus, CalendarRef, Interval, Slot, SyncState
from pupitre.ports import Busy, Conflict, NotFound, PlanningEvent, Refused

Fault = Callable[[str, str], Awaitable[None]]

ACTIVE = (AppointmentStatus.CONFIRMED, AppointmentStatus.PENDING, AppointmentStatus.TO_RESCHEDULE)


async def no_fault(call: str, when: str) -> None:
    """All is well."""


class Backend:
    """Counts its calls and lets faults happen around them."""

    def __init__(self, fault: Fault = no_fault) -> None:
        self.fault = fault
        self.calls: Counter[str] = Counter()

    async def before(self, call: str) -> None:
        self.calls[call] += 1
        await self.fault(call, "before")

    async def after(self, call: str) -> None:
        await self.fault(call, "after")


class MemoryDirectory(Backend):
    def __init__(self, agents: list[Agent], fault: Fault = no_fault) -> None:
        super().__init__(fault)
        self.list = agents

    async def lookup_patient(self, who):
        return []

    async def create_patient(self, name, phone, birth_date, key):
        raise Refused("no new patients here")

    async def agents(self):
        return tuple(self.list)


class MemoryRecords(Backend):
    """The system of record: appointments by id, made once per key."""

    def __init__(self, fault: Fault = no_fault) -> None:
        super().__init__(fault)
        self.appointments: dict[int, Appointment] = {}
        self.drafts = []
        self.keys: dict[str, int] = {}

    async def upcoming(self, patient_id, since):
        return sorted(
            (
                a
                for a in self.appointments.values()
                if a.patient_id == patient_id and a.slot.end > since and a.status in ACTIVE
            ),
            key=lambda a: a.slot.start,
        )

    async def read(self, appointment_id):
        await self.before("records.read")
        if appointment_id not in self.appointments:
            raise NotFound(f"no appointment {appointment_id}")
        found = self.appointments[appointment_id]
        await self.after("records.read")
        return found

    async def create(self, draft, key):
        self.drafts.append(draft)
        await self.before("records.create")
        if key not in self.keys:
            number = len(self.appointments) + 1
            self.keys[key] = number
            self.appointments[number] = Appointment(
                id=number,
                patient_id=draft.patient_id,
                slot=draft.slot,
                status=draft.status,
                sync_state=SyncState.PENDING,
                call_id=draft.call_id,
                source=draft.source,
            )
        await self.after("records.create")
        return self.appointments[self.keys[key]]

    async def made(self, key):
        await self.before("records.made")
        return self.appointments.get(self.keys.get(key, 0))

    async def _change(self, call, appointment_id, **changes):
        await self.before(call)
        if appointment_id not in self.appointments:
            raise NotFound(f"no appointment {appointment_id}")
        self.appointments[appointment_id] = replace(self.appointments[appointment_id], **changes)
        await self.after(call)
        return self.appointments[appointment_id]

    async def name_event(self, appointment_id, external_uid):
        await self._change("records.name_event", appointment_id, external_uid=external_uid)

    async def move(self, appointment_id, slot, status):
        return await self._change(
            "records.move", appointment_id, slot=slot, status=status, sync_state=SyncState.PENDING
        )

    async def cancel(self, appointment_id, reason):
        return await self._change(
            "records.cancel",
            appointment_id,
            status=AppointmentStatus.CANCELED,
            cancel_reason=reason,
            sync_state=SyncState.PENDING,
        )

    async def note_sync(self, appointment_id, state, ref, error):
        await self._change(
            "records.note_sync",
            appointment_id,
            sync_state=state,
            ref=ref or self.appointments[appointment_id].ref,
            sync_error=error,
        )


class Event:
    def __init__(self, calendar: str, slot: Slot, uid: str | None) -> None:
        self.calendar, self.slot, self.uid = calendar, slot, uid
        self.cancelled, self.version = False, 1


class MemoryAgenda(Backend):
    """The planning: events with etags, ours (with a uid) and those of people."""

    def __init__(self, fault: Fault = no_fault) -> None:
        super().__init__(fault)
        self.events: dict[str, Event] = {}
        self.people_s = 0

    def put(self, agent: Agent, start: datetime, end: datetime) -> str:
        """A person's own meeting."""
        self.people_s += 1
        self.events[f"meeting{self.people_s}"] = Event(agent.calendar, Slot(start, end, agent.id), None)
        return f"meeting{self.people_s}"

    def ref(self, event_id: str) -> CalendarRef:
        event = self.events[event_id]
        return CalendarRef(event.calendar, event_id, f'"{event.version}"')

    async def busy(self, agents, window):
        await self.before("agenda.busy")
        found = Busy(
            {
                agent.id: [
                    event.slot.interval
                    for event in self.events.values()
                    if event.calendar == agent.calendar and not event.cancelled and event.slot.interval.overlaps(window)
                ]
                for agent in agents
            }
        )
        await self.after("agenda.busy")
        return found

    async def insert(self, appointment, agent, key):
        await self.before("agenda.insert")
        event_id = f"ev-{key}"
        if event_id not in self.events:
            self.events[event_id] = Event(agent.calendar, appointment.slot, key)
        await self.after("agenda.insert")
        return self.ref(event_id)

    async def move(self, ref, appointment, agent, key, *, before=None):
        await self.before("agenda.move")
        event = self.events.get(ref.event_id)
        if event is None:
            raise NotFound("no such event")
        target = (appointment.slot.start, appointment.slot.end)
        stands = (event.slot.start, event.slot.end)
        if f'"{event.version}"' != ref.etag and (
            event.cancelled or stands not in (target, before and (before.start, before.end))
        ):
            raise Conflict("the event was moved in the planning")
        if event.cancelled:
            raise Conflict("the event was deleted in the planning")
        event.slot, event.calendar = appointment.slot, agent.calendar
        event.version += 1
        await self.after("agenda.move")
        return self.ref(ref.event_id)

    async def cancel(self, ref):
        await self.before("agenda.cancel")
        event = self.events.get(ref.event_id)
        if event is None or event.cancelled:
            return None
        event.cancelled = True
        event.version += 1
        await self.after("agenda.cancel")
        return self.ref(ref.event_id)

    async def read(self, ref):
        await self.before("agenda.read")
        event = self.events.get(ref.event_id)
        if event is None:
            raise NotFound("no such event")
        return PlanningEvent(self.ref(ref.event_id), event.slot, event.cancelled, event.uid)


def overlapping(intervals: list[Interval]) -> bool:
    ordered = sorted(intervals, key=lambda i: i.start)
    return any(a.overlaps(b) for a, b in pairwise(ordered))
