"""A reminder's call: whom it is for and whether it may still be made, and what it brought."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from msgspec.structs import replace

from pupitre.booking.calling_hours import next_dial
from pupitre.booking.lines import wake
from pupitre.booking.reminders import DUE_KIND, due_at
from pupitre.booking.world import World
from pupitre.dialogue.effects import NoteOutcome, ReminderOutcome, TaskKind
from pupitre.dialogue.events import ReminderFound
from pupitre.model import AppointmentStatus, SyncState
from pupitre.ports import Due, NotFound, Refused, Reminder, ReminderStatus, Unavailable

UNHEARD_KIND = "reminder_unheard"
"""Of the rows of due work that end a call of which nothing was heard."""

OUTCOME_KIND = "reminder_outcome"
"""Of the rows of due work that tell the record what a call brought, when it could not be told at once."""

_log = logging.getLogger(__name__)

_PROMPTLY_SECONDS = 1.5
"""How long a call waits for the record to take its outcome; it is told later otherwise."""
_RECORD_DOWN = timedelta(minutes=2)
_LONGEST_CALL = timedelta(minutes=30)
"""After so long a call that somebody took, and of which nothing was noted, gives its line back."""


async def read(world: World, reminder_id: str) -> ReminderFound:
    """Somebody took the call: the appointment as the record has it now. Raises Unavailable.

    Nobody when it is gone, moved or in conflict; the call is then over, and has brought nothing.
    """
    telephone, now = world.telephone, world.now()
    if telephone is not None:
        await telephone.calls.pick_up(reminder_id, now)
        if telephone.rules.unheard is not None:
            await world.due.put([Due(world.tenant, reminder_id, UNHEARD_KIND, reminder_id, now + _LONGEST_CALL)])
    found = await _found(world, reminder_id)
    if found.appointment is None and telephone is not None:
        if await telephone.calls.end(reminder_id, ReminderOutcome.UNCLEAR, now):
            await wake(world, telephone)
        with suppress(NotFound):
            reminder = await world.reminders.read(reminder_id)
            if reminder.status is ReminderStatus.DIALLED:
                await world.reminders.put([replace(reminder, status=ReminderStatus.CANCELED)])
    return found


async def _found(world: World, reminder_id: str) -> ReminderFound:
    nobody = ReminderFound(world.now())
    try:
        reminder = await world.reminders.read(reminder_id)
        appointment = await world.records.read(reminder.appointment_id)
        patient = await world.directory.read_patient(appointment.patient_id)
    except NotFound:
        return nobody
    stands = (
        reminder.status in (ReminderStatus.SCHEDULED, ReminderStatus.DIALLED)
        and appointment.status is AppointmentStatus.CONFIRMED
        and appointment.sync_state is not SyncState.ERROR
        and due_at(appointment.slot.start, reminder.offset, world.rules) == reminder.due
    )
    return ReminderFound(world.now(), appointment, patient) if stands else nobody


async def note(world: World, noted: NoteOutcome, call_id: str | None = None) -> None:
    """Keep what the call brought. Asked to be called later, it is tried again, by a person when there is no time left;
    asked never to call again, the number is not called any more, and a person is told. Raises Unavailable.
    """
    try:
        reminder = await world.reminders.read(noted.reminder_id)
    except NotFound:
        return
    if noted.later and await _again(world, replace(reminder, outcome=noted.outcome)):
        await _ended(world, reminder, noted.outcome)
        return
    await _finish(world, reminder, noted.outcome)
    if noted.stop:
        await _forbid(world, reminder, call_id)
    if noted.later or noted.stop:
        kind = TaskKind.STOP_CALLING if noted.stop else TaskKind.CALL_BACK
        reason = "asked never to be called automatically again" if noted.stop else "asked to be called again later"
        key = f"reminder:{reminder.id}:{kind}"
        await world.tasks.leave(key, kind, reason, world.now(), appointment_id=reminder.appointment_id)
    await _ended(world, reminder, noted.outcome)


async def unanswered(world: World, reminder_id: str, outcome: str) -> None:
    """Nobody took the call: `no_answer`, `busy`, `machine`, or `failed` when the gateway could not make it.

    It is tried again the same day, but for a machine, which has heard what there was to hear.
    Raises NotFound when no call rings for this reminder, Unavailable.
    """
    telephone = world.telephone
    if telephone is None or await telephone.calls.of(reminder_id) is None:
        raise NotFound(f"no call rings for the reminder {reminder_id}")
    reminder = await world.reminders.read(reminder_id)
    if outcome == ReminderOutcome.MACHINE:
        await _finish(world, reminder, ReminderOutcome.MACHINE)
    elif not await _again(world, reminder):
        await _give_up(world, reminder, outcome)
    await world.due.drop(world.tenant, UNHEARD_KIND, [reminder_id])
    await _ended(world, reminder, outcome)


async def cancel(world: World, reminder_id: str) -> Reminder:
    """A person does not want this call made. Raises NotFound, Unavailable."""
    reminder = await world.reminders.read(reminder_id)
    if reminder.status is not ReminderStatus.SCHEDULED:
        return reminder
    canceled = replace(reminder, status=ReminderStatus.CANCELED)
    await world.reminders.put([canceled])
    await world.due.drop(world.tenant, DUE_KIND, [reminder_id])
    return canceled


async def _again(world: World, reminder: Reminder) -> bool:
    """Whether there is time for another try, which is then set."""
    telephone = world.telephone
    if telephone is None or reminder.status is ReminderStatus.CANCELED:
        return False
    at = next_dial(world.now(), reminder, world.rules, world.policy, telephone.rules)
    if at is None:
        return False
    await world.reminders.put([replace(reminder, status=ReminderStatus.SCHEDULED, dial_at=at)])
    await world.due.put([Due(world.tenant, reminder.id, DUE_KIND, reminder.id, at)])
    return True


async def _give_up(world: World, reminder: Reminder, outcome: str) -> None:
    if outcome != "failed":
        await _finish(world, reminder, ReminderOutcome.NO_ANSWER)
        return
    await world.reminders.put([replace(reminder, status=ReminderStatus.DROPPED)])
    kind, reason = TaskKind.REMINDER_FAILED, "a reminder could not be dialled: the voice gateway did not take it"
    key = f"reminder:{reminder.id}:{kind}"
    await world.tasks.leave(key, kind, reason, world.now(), appointment_id=reminder.appointment_id)


async def _finish(world: World, reminder: Reminder, outcome: ReminderOutcome) -> None:
    done = replace(reminder, status=ReminderStatus.DONE, outcome=outcome)
    await world.reminders.put([done])
    await _tell_record(world, done)


async def tell_record(world: World, reminder_id: str) -> None:
    """What the reminder's call brought, told once more to a record that was down. Raises Unavailable (our store)."""
    with suppress(NotFound):
        await _tell_record(world, await world.reminders.read(reminder_id))


async def _tell_record(world: World, reminder: Reminder) -> None:
    outcomes = world.telephone.outcomes if world.telephone is not None else None
    if outcomes is None or reminder.outcome is None:
        return
    try:
        async with asyncio.timeout(_PROMPTLY_SECONDS):
            await outcomes.note_outcome(reminder.appointment_id, reminder.outcome)
    except NotFound:
        return
    except Refused as error:
        _log.warning("the record keeps no outcome of reminder calls: %s", error)
    except (Unavailable, TimeoutError):
        row = Due(world.tenant, reminder.id, OUTCOME_KIND, reminder.id, world.now() + _RECORD_DOWN)
        await world.due.put([row])


async def _ended(world: World, reminder: Reminder, outcome: str) -> None:
    """The line is free. Last of all: until then a crash has the same told again."""
    telephone = world.telephone
    if telephone is not None and await telephone.calls.end(reminder.id, outcome, world.now()):
        telephone.told(outcome)
        await wake(world, telephone)


async def _forbid(world: World, reminder: Reminder, call_id: str | None) -> None:
    """The number that was called, else the patient's own."""
    telephone = world.telephone
    if telephone is None:
        return
    call = await telephone.calls.of(reminder.id)
    phones = {call.phone} if call else set()
    if not phones:
        with suppress(NotFound):
            patient = await world.directory.read_patient(reminder.patient_id)
            phones = {patient.phone_e164} if patient.phone_e164 else set()
    for phone in phones:
        await telephone.calls.forbid(phone, world.now(), call_id)
