"""Whether a reminder may be dialled at this moment: its appointment is read again, and every rule of calling asked."""

from __future__ import annotations

from datetime import datetime, time

from msgspec import Struct

from pupitre.booking.calling_hours import permitted, too_late
from pupitre.booking.reminders import due_at, follow
from pupitre.booking.telephone import Telephone
from pupitre.booking.world import World
from pupitre.model import AppointmentStatus, Patient, SyncState
from pupitre.ports import NotFound, Reminder, ReminderStatus

_FAILED = "failed"
_LATEST = 100
"""Calls by which the gateway's health is judged, at most."""


class Ring(Struct, frozen=True):
    """It may be dialled, at this number (E.164)."""

    phone: str


class Wait(Struct, frozen=True):
    """Not yet: look again then. `moved`: that is when the phone is meant to ring, not a matter of lines or health."""

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
    """Hours, how often this number was called, the gateway's health."""
    now, rules = world.now(), telephone.rules
    at = permitted(now, reminder.offset, world.rules, world.policy)
    if too_late(at, reminder, world.rules, rules):
        return End(DROPPED, f"a reminder {reminder.offset} could not be dialled in time")
    if at > now:
        return Wait(at, moved=True)
    midnight = datetime.combine(at.date(), time(), world.rules.zone)
    if await telephone.calls.to_number(phone, midnight) >= rules.per_number_a_day:
        return End(DROPPED, f"a reminder is not made: its number was called {rules.per_number_a_day} times today")
    lately = await telephone.calls.lately(now - 2 * rules.resting, _LATEST)
    if len(lately) >= rules.few and 2 * lately.count(_FAILED) > len(lately):
        return Wait(now + rules.resting)
    return Ring(phone)
