"""Bring one appointment's record and planning back in step, or make their difference visible (booking.md §Keeping in
step). Whatever is done here may be done again: a second time finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pupitre.booking import conflicts, reminders
from pupitre.booking.drift import Drift, drift, in_conflict
from pupitre.booking.in_error import made_good
from pupitre.booking.in_step import InStep
from pupitre.booking.keys import external_uid
from pupitre.booking.report import Did
from pupitre.model import Appointment, AppointmentStatus, BackendId, CalendarRef, SyncState
from pupitre.ports import (
    CommitmentStatus,
    Conflict,
    Followed,
    NotFound,
    PlanningEvent,
    Refused,
    SlotTaken,
    WatchedAgenda,
)


class Settled(Struct, frozen=True):
    did: Did
    followed: Followed | None
    """How to go on following it; None: the record has it no longer."""


async def settle(  # noqa: PLR0911 -- each return is a way in which there is nothing more to do
    step: InStep, one: Followed, unreadable: Collection[str], homes: Mapping[BackendId, str]
) -> Settled:
    """Look at both sides as they are now, and act. `unreadable`: calendars that cannot be read at present; `homes`:
    each agent's calendar, none where the directory could not be read.

    Raises DeskError: then nothing is settled, and it is to be looked at again.
    """
    before = await _quiet(step, one)
    if before is None:
        return Settled(Did.LATER, one)
    record = await _record(step, one)
    shown = record or one.appointment
    if step.agenda is None:
        return await _without_planning(step, one, record)
    if shown.ref is not None and shown.ref.calendar_id in unreadable:
        return Settled(Did.LATER, replace(one, appointment=shown))
    event = await living_event(step, step.agenda, shown)
    if await _quiet(step, one) != before:
        return Settled(Did.LATER, one)
    if record is not None and _left_behind(record, event, homes):
        event = _as_its_agents(record, event)
        lost = event is None and not await _was_deleted(step.agenda, record)
        if lost or (event is not None and event.slot == record.slot):
            return await _bring_home(step, step.agenda, record, event)
    found = drift(record, event, one.agreed)
    if record is None or record.status is AppointmentStatus.CANCELED:
        did = await _take_off(step, record, shown, event)
        return Settled(did, Followed(record) if record else None)
    if event is None and record.ref is None:
        return Settled(Did.NOTHING, Followed(record, one.agreed))  # not planned yet, and visibly so
    did, record = await _act(step, step.agenda, found, record, event, one)
    agreed = record.slot if did is not Did.CONFLICT and not in_conflict(record) else one.agreed
    return Settled(did, Followed(record, agreed))


def _left_behind(record: Appointment, event: PlanningEvent | None, homes: Mapping[BackendId, str]) -> bool:
    """Whether it stands, or stood, in a calendar that is no agent's any more, while its agent has another one."""
    if record.ref is None or record.status is AppointmentStatus.CANCELED or in_conflict(record):
        return False
    calendar = event.ref.calendar_id if event is not None else record.ref.calendar_id
    return record.slot.agent_id in homes and calendar not in homes.values()


def _as_its_agents(record: Appointment, event: PlanningEvent | None) -> PlanningEvent | None:
    """An event of nobody's calendar still is the agent's for whom it was put there."""
    if event is None or event.slot is None:
        return event
    return replace(event, slot=replace(event.slot, agent_id=record.slot.agent_id))


async def _was_deleted(agenda: WatchedAgenda, record: Appointment) -> bool:
    """Whether its calendar, which can still be read, says that somebody deleted it."""
    assert record.ref is not None
    try:
        return (await agenda.read(record.ref)).cancelled
    except NotFound:
        return False


async def _bring_home(step: InStep, agenda: WatchedAgenda, record: Appointment, event: PlanningEvent | None) -> Settled:
    """Into the agent's new calendar; what cannot be seen any more in the old one is made anew there."""
    record = await carry_to_planning(step, agenda, record, event)
    return Settled(Did.CARRIED_TO_PLANNING, Followed(record, record.slot))


async def _act(  # noqa: PLR0911 -- one line per drift
    step: InStep,
    agenda: WatchedAgenda,
    found: Drift,
    record: Appointment,
    event: PlanningEvent | None,
    one: Followed,
) -> tuple[Did, Appointment]:
    if found is Drift.NONE or found is Drift.COSMETIC:
        assert event is not None
        return await _agree(step, agenda, record, event, one)
    if in_conflict(record) or record.status is AppointmentStatus.TO_RESCHEDULE:
        await conflicts.stop_reminders(step, record)
        return Did.NOTHING, record  # it is visible, and waits for a person
    if found is Drift.RECORD_MOVED:
        assert event is not None
        try:
            return Did.CARRIED_TO_PLANNING, await carry_to_planning(step, agenda, record, event)
        except (Conflict, NotFound, Refused) as error:
            return Did.CONFLICT, await conflicts.show(step, record, str(error))
    if step.two_way and found in (Drift.PLANNING_MOVED, Drift.PLANNING_GONE):
        try:
            return Did.CARRIED_TO_RECORD, await carry_to_record(step, record, event)
        except SlotTaken:
            why = f"{found}, where the record has another appointment of that agent"
            return Did.CONFLICT, await conflicts.show(step, record, why)
    return Did.CONFLICT, await conflicts.show(step, record, conflicts.words(step, found, record, event))


async def carry_to_planning(
    step: InStep, agenda: WatchedAgenda, record: Appointment, event: PlanningEvent | None, by: str = conflicts.BY
) -> Appointment:
    """Make the planning show what the record says; a deleted event is made anew. Raises DeskError."""
    uid = external_uid(step.world, record.id)
    record = replace(record, external_uid=uid)
    agent = await step.world.agent(record.slot.agent_id)
    if agent is None:
        raise Refused(f"agent {record.slot.agent_id} of the record can not be booked")
    if event is None or event.cancelled:
        ref = await agenda.insert(record, agent, uid)
    else:
        ref = await agenda.move(event.ref, record, agent, uid, before=event.slot)
    return await _note_agreed(step, record, ref, by)


async def carry_to_record(
    step: InStep, record: Appointment, event: PlanningEvent | None, by: str = conflicts.BY
) -> Appointment:
    """Make the record say what the planning shows. Raises SlotTaken, DeskError."""
    if event is None or event.cancelled:
        gone = await step.records.cancel(record.id, "deleted in the planning")
        return await _note_agreed(step, gone, None, by)
    if event.slot is None:
        raise Refused("the event has no time that could be written into the record")
    status = record.status
    if status is AppointmentStatus.TO_RESCHEDULE:
        status = AppointmentStatus.CONFIRMED
    return await _note_agreed(step, await step.records.move(record.id, event.slot, status), event.ref, by)


async def _agree(
    step: InStep, agenda: WatchedAgenda, record: Appointment, event: PlanningEvent, one: Followed
) -> tuple[Did, Appointment]:
    """Both show the same time: set right what is ours to word, and end a conflict that a person has resolved."""
    if record.status is AppointmentStatus.TO_RESCHEDULE:
        return Did.NOTHING, record
    healed = in_conflict(record) or (record.sync_state is not SyncState.SYNCED and not await _in_error(step, record))
    worded = replace(record, external_uid=external_uid(step.world, record.id))
    touched = record.ref is None or record.ref != event.ref
    ref = await agenda.repair(event.ref, worded) if touched else event.ref
    if healed:
        return Did.HEALED, await _note_agreed(step, record, ref)
    if touched:
        await step.records.note_sync(record.id, record.sync_state, ref, record.sync_error)
    if one.agreed != record.slot:
        await reminders.follow(step.world, record)
    return (Did.REPAIRED if touched and ref != event.ref else Did.NOTHING), replace(record, ref=ref)


async def _take_off(step: InStep, record: Appointment | None, shown: Appointment, event: PlanningEvent | None) -> Did:
    """The record has it no longer, or cancelled: so must the planning, and nobody is called about it."""
    gone = replace(shown, status=AppointmentStatus.CANCELED)
    await reminders.follow(step.world, gone)
    alive = event is not None and not event.cancelled
    ref = None
    if alive:
        assert event is not None
        assert step.agenda is not None
        ref = await step.agenda.cancel(event.ref)
    if record is not None and (alive or record.sync_state is not SyncState.SYNCED):
        await step.records.note_sync(record.id, SyncState.SYNCED, ref, None)
    await let_go(step, gone)
    return Did.CARRIED_TO_PLANNING if alive else Did.NOTHING


async def _without_planning(step: InStep, one: Followed, record: Appointment | None) -> Settled:
    """The record is the planning: only reminders have to follow what people change there."""
    shown = record or replace(one.appointment, status=AppointmentStatus.CANCELED)
    await reminders.follow(step.world, shown)
    if shown.status is AppointmentStatus.CANCELED:
        await let_go(step, shown)
        return Settled(Did.NOTHING, Followed(shown) if record else None)
    return Settled(Did.NOTHING, Followed(shown, shown.slot))


async def _note_agreed(
    step: InStep, record: Appointment, ref: CalendarRef | None, by: str = conflicts.BY
) -> Appointment:
    """Both agree: it says so, reminders follow, and nothing waits for a person."""
    await reminders.follow(step.world, record)
    agreed = replace(record, sync_state=SyncState.SYNCED, sync_error=None, ref=ref or record.ref)
    await let_go(step, agreed, by)
    await step.records.note_sync(record.id, SyncState.SYNCED, ref, None)
    return agreed


async def let_go(step: InStep, appointment: Appointment, by: str = conflicts.BY) -> None:
    """Both agree: free the times that were kept until somebody decides, and end what waited for him."""
    world = step.world
    await world.reservations.free(conflicts.claim(appointment))
    for kept in await world.commitments.find(appointment_id=appointment.id):
        await made_good(world, kept.id, appointment, by)
    await step.following.close_tasks(appointment.id, by, world.now())


async def _record(step: InStep, one: Followed) -> Appointment | None:
    try:
        found = await step.records.read(one.appointment.id)
    except NotFound:
        return None
    return replace(found, patient_name=None)


async def living_event(step: InStep, agenda: WatchedAgenda, shown: Appointment) -> PlanningEvent | None:
    """The appointment's event, wherever a person may have put it; None when it lives nowhere."""
    if shown.ref is not None:
        try:
            found = await agenda.read(shown.ref)
        except NotFound:
            found = None
        if found is not None and not found.cancelled:
            return found
    living = await agenda.find(external_uid(step.world, shown.id))
    return next(iter(living), None)


async def _in_error(step: InStep, record: Appointment) -> bool:
    """Whether a commitment on it waits for a person, who will have it tried again or close it."""
    found = await step.world.commitments.find(appointment_id=record.id)
    return any(kept.status is CommitmentStatus.ERROR and kept.closed_at is None for kept in found)


async def _quiet(step: InStep, one: Followed) -> tuple[tuple[str, int], ...] | None:
    """Every commitment on it with its version; None while one is at work: it will bring both sides in step itself."""
    found = await step.world.commitments.find(appointment_id=one.appointment.id)
    busy = (CommitmentStatus.RUNNING, CommitmentStatus.WAITING)
    if any(kept.status in busy or _to_undo(kept.status, kept.undone_at) for kept in found):
        return None
    return tuple((kept.id, kept.version) for kept in found)


def _to_undo(status: CommitmentStatus, undone_at: object) -> bool:
    return status is CommitmentStatus.WITHDRAWN and undone_at is None
