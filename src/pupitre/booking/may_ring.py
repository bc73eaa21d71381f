"""Whether a reminder may be dialled at this moment: its appointment is read again, and every rule of calling asked."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from msgspec import Struct

from pupitre.booking.calling_hours import permitted, too_late
from pupitre.booking.reminders import due_at, follow, start_of
from pupitre.booking.telephone import Telephone
from pupitre.booking.world import World
from pupitre.model import AppointmentStatus, Patient, SyncState
from pupitre.ports import NotFound, Reminder, ReminderStatus

_LOOK_AGAIN = timedelta(seconds=15)
_FAILED = "failed"
_WAITED = timedelta(days=2)
"""Nobody waits for a line longer."""


class Ring(Struct, frozen=True):
    """It may be dialled, at this number (E.164)."""

    phone: str


class Wait(Struct, frozen=True):
    """Not yet: look again then. `moved`: that is when the phone is meant to ring, not a matter of lines."""

    until: datetime
    moved: bool = False


class End(Struct, frozen=True):
    """Not at all. `report` is a sentence for the person who should know."""

    status: ReminderStatus
    report: str | None = None
    once_a_day: bool = False
    """The report is the same for all reminders: one is enough."""


CANCELED, DROPPED = ReminderStatus.CANCELED, ReminderStatus.DROPPED


async def may_ring(world: World, telephone: Telephone, reminder: Reminder) -> Ring | Wait | End:
    """Reads the record; reminders of an appointment moved behind our back are moved here. Raises Unavailable."""
    patient = await _whom(world, reminder)
    if isinstance(patient, End):
        return patient
    if telephone.dialer is None:
        return End(DROPPED, "no voice gateway is set up: reminders are not dialled", once_a_day=True)
    phone = patient.phone_e164
    if phone is None:
        return End(DROPPED, "a reminder cannot be made: the patient has no number that can be called")
    if await telephone.calls.forbidden(phone):
        return End(DROPPED)
    return await _now(world, telephone, reminder, phone)


async def _whom(world: World, reminder: Reminder) -> Patient | End:
    try:
        appointment = await world.records.read(reminder.appointment_id)
    except NotFound:
        return End(CANCELED)
    if appointment.status is AppointmentStatus.CANCELED:
        return End(CANCELED)
    if due_at(appointment.slot.start, reminder.offset, world.rules) != reminder.due:
        await follow(world, appointment)
        return End(CANCELED)
    if appointment.status is not AppointmentStatus.CONFIRMED or appointment.sync_state is SyncState.ERROR:
        return End(DROPPED)
    try:
        return await world.directory.read_patient(appointment.patient_id)
    except NotFound:
        return End(DROPPED, "a reminder cannot be made: its patient is not there any more")


async def _now(world: World, telephone: Telephone, reminder: Reminder, phone: str) -> Ring | Wait | End:
    """Hours, how often this number was called, the gateway's health, lines."""
    now, rules = world.now(), telephone.rules
    at = permitted(now, reminder.offset, world.rules, world.policy)
    if too_late(at, reminder, world.rules, rules):
        return End(DROPPED, f"a reminder {reminder.offset} could not be dialled in time")
    if at > now:
        return Wait(at, moved=True)
    midnight = datetime.combine(at.date(), time(), world.rules.zone)
    if await telephone.calls.to_number(phone, midnight) >= rules.per_number_a_day:
        return End(DROPPED, f"a reminder is not made: its number was called {rules.per_number_a_day} times today")
    lately = await telephone.calls.since(now - 2 * rules.resting)
    failed = sum(call.outcome == _FAILED for call in lately)
    if len(lately) >= rules.few and 2 * failed > len(lately):
        return Wait(now + rules.resting)
    if await _rank(world, reminder) >= await _room(telephone, now):
        return Wait(now + _LOOK_AGAIN)
    return Ring(phone)


async def _room(telephone: Telephone, now: datetime) -> int:
    """How many calls may begin at this moment."""
    rules = telephone.rules
    begun = await telephone.calls.since(now - timedelta(minutes=1) + timedelta.resolution)
    room = rules.starts_per_minute - len(begun)
    return room if rules.lines is None else min(room, rules.lines - len(await telephone.calls.ringing()))


async def _rank(world: World, reminder: Reminder) -> int:
    """How many wait whose appointment comes first."""
    now = world.now()
    waiting = await world.reminders.waiting(now - _WAITED, now)
    mine = (start_of(reminder, world.rules), reminder.id)
    return sum((start_of(other, world.rules), other.id) < mine for other in waiting)
