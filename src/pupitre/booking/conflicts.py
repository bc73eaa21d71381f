"""A person changed in the planning what the desk had agreed with a caller: nothing is overwritten nor carried over, the
difference is shown, and somebody decides (booking.md §Commitments, strict mode).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec.structs import replace

from pupitre.booking import reminders
from pupitre.booking.drift import CONFLICT, Drift
from pupitre.booking.in_step import InStep
from pupitre.dialogue.effects import TaskKind
from pupitre.model import Appointment, AppointmentStatus, SyncState
from pupitre.ports import PlanningEvent


class Side(StrEnum):
    """Which of the two is kept."""

    RECORD = "record"
    PLANNING = "planning"


BY = "reconciliation"
"""Who closes what has resolved itself."""


def claim(appointment: Appointment) -> str:
    """Under which the appointment's own time is kept while both times are busy."""
    return f"sync:{appointment.id}"


def words(step: InStep, found: Drift, record: Appointment, event: PlanningEvent | None) -> str:
    """What has happened, for the person who decides."""
    said = f"{found}: the record says {_when(step, record.slot.start)}"
    if event is not None and not event.cancelled and event.slot is not None:
        said += f", the planning {_when(step, event.slot.start)}"
        if event.slot.agent_id != record.slot.agent_id:
            said += f" with agent {event.slot.agent_id} instead of {record.slot.agent_id}"
    return said


async def show(step: InStep, record: Appointment, why: str) -> Appointment:
    """Nobody is called, both times are busy, a task waits, and the record says so. The record is written last: until
    it says so, all of this is done again.
    """
    world, error = step.world, f"{CONFLICT}{why}"
    await stop_reminders(step, record)
    kept = await world.reservations.reserve(claim(record), record.call_id or "", record.slot, world.now())
    if not kept and await _taken_by_others(step, record):
        error += "; the record's time has been given to somebody else"
    known = record.ref.etag if record.ref else ""
    await world.tasks.leave(
        f"{TaskKind.CONFLICT}/{claim(record)}/{known}",
        TaskKind.CONFLICT,
        f"Appointment {record.id} was {why}. Keep one of the two: "
        f"`pupitre sync keep record {record.id}` or `pupitre sync keep planning {record.id}`.",
        world.now(),
        call_id=record.call_id or None,
        appointment_id=record.id,
        slot=record.slot,
    )
    await step.records.note_sync(record.id, SyncState.ERROR, None, error)
    return replace(record, sync_state=SyncState.ERROR, sync_error=error)


async def stop_reminders(step: InStep, record: Appointment) -> None:
    """Nobody is called about a time that may be wrong; the reminders come back with the time that is agreed on."""
    await reminders.follow(step.world, replace(record, status=AppointmentStatus.TO_RESCHEDULE))


async def _taken_by_others(step: InStep, record: Appointment) -> bool:
    """Whether the time is another commitment's, and not one on this very appointment."""
    claims = await step.world.reservations.claimed(record.slot.interval, step.world.now())
    spans = claims.reserved.get(record.slot.agent_id, ())
    own = await step.world.commitments.find(appointment_id=record.id)
    return any(span.overlaps(record.slot.interval) for span in spans) and not any(
        one.slot == record.slot for one in own
    )


def _when(step: InStep, at: datetime) -> str:
    return at.astimezone(step.world.rules.zone).strftime("%Y-%m-%d %H:%M")
