"""A reminder's call: whom it is for and whether it may still be made, and what it brought."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import datetime, time, timedelta

from msgspec.structs import replace

from pupitre.booking.calling_hours import may_dial, next_dial
from pupitre.booking.lines import wake
from pupitre.booking.reminders import DUE_KIND, due_at
from pupitre.booking.world import World
from pupitre.dialogue.effects import NoteOutcome, Others, ReminderOutcome, TaskKind
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
        ends = Due(world.tenant, reminder_id, UNHEARD_KIND, reminder_id, now + _LONGEST_CALL)
        await telephone.calls.pick_up(reminder_id, now, None if telephone.rules.unheard is None else ends)
    found = await _found(world, reminder_id)
    if found.appointment is None:
        with suppress(NotFound):
            reminder = await world.reminders.read(reminder_id)
            canceled = replace(reminder, status=ReminderStatus.CANCELED)
            ended = canceled if reminder.status is ReminderStatus.DIALLED else reminder
            await _free_line(world, ended, ReminderOutcome.UNCLEAR)
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


async def note(world: World, noted: NoteOutcome, call_id: str | None = None) -> datetime | None:
    """Keep what the call brought. Asked to be called later, it is tried again, by a person when there is no time left;
    asked never to call again, the number is not called any more, and a person is told. Raises Unavailable.

    Answers when it will ring again: at the instant wished for where it may ring then, else as for a call nobody took.
    """
    try:
        reminder = await world.reminders.read(noted.reminder_id)
    except NotFound:
        return None
    again = await _as_wished(world, replace(reminder, outcome=noted.outcome), noted.at) if noted.later else None
    if again is not None:
        await _ended(world, again, noted.outcome)
        return again.dial_at
    done = _finished(reminder, noted.outcome)
    if noted.others is not Others.RING:
        await _silence(world, reminder, noted.others)
    if noted.stop:
        await _forbid(world, reminder, call_id)
    if noted.later or noted.stop:
        kind = TaskKind.STOP_CALLING if noted.stop else TaskKind.CALL_BACK
        reason = (
            "asked never to be called automatically again"
            if noted.stop
            else "was to be called again later, and there is no time left for it"
        )
        key, rung = f"reminder:{reminder.id}:{kind}", await _number(world, reminder)
        about = reminder.appointment_id
        await world.tasks.leave(key, kind, reason, world.now(), appointment_id=about, patient_phone=rung)
    await _ended(world, done, noted.outcome)
    return None


async def _silence(world: World, reminder: Reminder, others: Others) -> None:
    """Those of the appointment that have not rung do not, before it is moved; or none of the patient's ever."""
    appointments = [reminder.appointment_id]
    if others is Others.NEVER:
        with suppress(Unavailable):  # a record that is down: a person is told all the same
            upcoming = await world.records.upcoming(reminder.patient_id, world.now())
            appointments += [one.id for one in upcoming if one.id != reminder.appointment_id]
    status = ReminderStatus.CANCELED if others is Others.NEVER else ReminderStatus.DROPPED
    for appointment_id in appointments:
        waiting = [one for one in await world.reminders.of(appointment_id) if one.status is ReminderStatus.SCHEDULED]
        await world.reminders.put([replace(one, status=status) for one in waiting if one.id != reminder.id])
        await world.due.drop(world.tenant, DUE_KIND, [one.id for one in waiting if one.id != reminder.id])


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
        left = _finished(reminder, ReminderOutcome.MACHINE)
    else:
        left = _again(world, reminder) or await _given_up(world, reminder, outcome)
    await _ended(world, left, outcome)


async def cancel(world: World, reminder_id: str) -> Reminder:
    """A person does not want this call made. Raises NotFound, Unavailable."""
    reminder = await world.reminders.read(reminder_id)
    if reminder.status is not ReminderStatus.SCHEDULED:
        return reminder
    canceled = replace(reminder, status=ReminderStatus.CANCELED)
    await world.reminders.put([canceled])
    await world.due.drop(world.tenant, DUE_KIND, [reminder_id])
    return canceled


async def _as_wished(world: World, reminder: Reminder, wished: datetime | None) -> Reminder | None:
    """With another try at the instant wished for, where every rule of calling lets it, else at the usual one.

    None when there is no time for one, or the number has been called often enough today: it is not promised then.
    """
    telephone, zone = world.telephone, world.rules.zone
    usual = _again(world, reminder)
    if telephone is None or usual is None:
        return None
    call = await telephone.calls.of(reminder.id)
    midnight = datetime.combine(world.now().astimezone(zone).date(), time(), zone)
    if call and await telephone.calls.to_number(call.phone, midnight) >= telephone.rules.per_number_a_day:
        return None
    at = wished.astimezone(zone) if wished else usual.dial_at
    if not may_dial(at, reminder, world.rules, world.policy, telephone.rules):
        return usual
    return replace(usual, dial_at=at)


def _again(world: World, reminder: Reminder) -> Reminder | None:
    """The reminder with another try; None when there is no time for one."""
    telephone = world.telephone
    if telephone is None or reminder.status is ReminderStatus.CANCELED:
        return None
    at = next_dial(world.now(), reminder, world.rules, world.policy, telephone.rules)
    if at is None:
        return None
    return replace(reminder, status=ReminderStatus.SCHEDULED, dial_at=at)


async def _given_up(world: World, reminder: Reminder, outcome: str) -> Reminder:
    if outcome != "failed":
        return _finished(reminder, ReminderOutcome.NO_ANSWER)
    kind, reason = TaskKind.REMINDER_FAILED, "a reminder could not be dialled: the voice gateway did not take it"
    key = f"reminder:{reminder.id}:{kind}"
    await world.tasks.leave(key, kind, reason, world.now(), appointment_id=reminder.appointment_id)
    return replace(reminder, status=ReminderStatus.DROPPED)


def _finished(reminder: Reminder, outcome: ReminderOutcome) -> Reminder:
    """As it stands with this outcome."""
    return replace(reminder, status=ReminderStatus.DONE, outcome=outcome)


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
    """The record is told, the line is free, the reminder as given: side by side, and the caller waits for the slower.

    Last of all: until then a crash has the same told again.
    """
    told = _tell_record(world, reminder) if reminder.status is ReminderStatus.DONE else asyncio.sleep(0)
    await asyncio.gather(told, _free_line(world, reminder, outcome))


async def _free_line(world: World, reminder: Reminder, outcome: str) -> None:
    telephone, again = world.telephone, None
    if reminder.status is ReminderStatus.SCHEDULED:
        again = Due(world.tenant, reminder.id, DUE_KIND, reminder.id, reminder.dial_at)
    if telephone is None:
        await world.reminders.put([reminder])
    elif await telephone.calls.end(reminder, outcome, world.now(), UNHEARD_KIND, again):
        telephone.told(outcome)
        await wake(world, telephone)


async def _forbid(world: World, reminder: Reminder, call_id: str | None) -> None:
    number = await _number(world, reminder)
    if world.telephone is not None and number is not None:
        await world.telephone.calls.forbid(number, world.now(), call_id)


async def _number(world: World, reminder: Reminder) -> str | None:
    """The number that was called, else the patient's own."""
    call = await world.telephone.calls.of(reminder.id) if world.telephone is not None else None
    if call is not None:
        return call.phone
    with suppress(NotFound):
        return (await world.directory.read_patient(reminder.patient_id)).phone_e164
    return None
