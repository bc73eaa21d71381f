"""Carries out what a turn asks of the world: one effect in, its answer out. Decides nothing.

Asked again for the same effect (after a filler, or after a crash) it does no harm: look-ups are repeated, a commitment
is joined, a task is left once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pupitre.ahead import Ahead
from pupitre.booking import offers, reminder_calls, reminders
from pupitre.booking.commit import asked_for, commit
from pupitre.booking.world import World
from pupitre.dialogue.call import Call
from pupitre.dialogue.effects import (
    Commit,
    CreatePatient,
    Effect,
    FindAgents,
    FindAppointments,
    LeaveTask,
    LookUpPatient,
    NoteOutcome,
    ProposeSlots,
    ReadReminder,
    SetReminders,
)
from pupitre.dialogue.events import AgentsFound, AppointmentsFound, CommitmentEnded, Done, PatientsFound, RemindersSet
from pupitre.model import Appointment, BackendId, Patient
from pupitre.nlu.meaning import SpokenName
from pupitre.ports import ReminderStatus, Unavailable, Who
from pupitre.ports.calls import Performed

_BUDGET_SECONDS = 5.0
_LONG_AGO = timedelta(days=730)
"""An appointment before then is not "last time" any more."""


async def perform(world: World, call: Call, effect: Effect, ahead: Ahead) -> Performed:  # noqa: C901, PLR0911 -- one case per effect
    """`ahead` holds what was looked up already. Raises DeskError when the world cannot."""
    now = world.now()
    match effect:
        case LookUpPatient(phone, name, birth_date):
            patients = await _patients(world, call, Who(phone, name, birth_date), ahead)
            return PatientsFound(now, tuple(patients))
        case CreatePatient(name, phone, birth_date):
            key = f"{call.call_id}:patient"
            made = await world.directory.create_patient(_written(name), phone, birth_date, key)
            return PatientsFound(now, (made,))
        case FindAppointments(patient_id):
            upcoming = await _upcoming(world, call, patient_id, ahead)
            return AppointmentsFound(now, tuple(upcoming), await _reminded(world, upcoming))
        case ReadReminder():
            return await reminder_calls.read(world, effect.reminder_id)
        case FindAgents(last_of):
            last = None if last_of is None else await _last_agent(world, last_of)
            return AgentsFound(now, tuple(await world.directory.agents()), last)
        case ProposeSlots():
            own_agent = call.patient.owner_id if call.patient else None
            return await offers.look(world, call.call_id, effect, own_agent)
        case Commit():
            return await _committed(world, call, effect)
        case SetReminders(appointment_id, offsets):
            rows = await reminders.agree(world, await _agreed_for(world, call, appointment_id), offsets)
            return RemindersSet(now, tuple(row.offset for row in rows))
        case LeaveTask(kind, reason, slot, appointment_id, phone):
            await world.tasks.leave(
                f"{call.call_id}:{kind}",
                kind,
                reason,
                now,
                call_id=call.call_id,
                appointment_id=appointment_id,
                slot=slot,
                patient_phone=phone,
            )
            return Done(now)
        case NoteOutcome():
            return Done(now, await reminder_calls.note(world, effect, call.call_id))


async def _patients(world: World, call: Call, who: Who, ahead: Ahead) -> Sequence[Patient]:
    found = await ahead.patients(call.call_id, who)
    return await world.directory.lookup_patient(who) if found is None else found


async def _upcoming(world: World, call: Call, patient_id: BackendId, ahead: Ahead) -> Sequence[Appointment]:
    found = await ahead.upcoming(call.call_id, patient_id)
    return await world.records.upcoming(patient_id, world.now()) if found is None else found


async def _last_agent(world: World, patient_id: BackendId) -> BackendId | None:
    """Who had the patient's last appointment, or has the next one where there was none."""
    now = world.now()
    theirs = await world.records.upcoming(patient_id, now - _LONG_AGO)
    past = [one for one in theirs if one.slot.start <= now]
    return past[-1].slot.agent_id if past else theirs[0].slot.agent_id if theirs else None


async def _committed(world: World, call: Call, effect: Commit) -> CommitmentEnded:
    """Waits as long as the caller does; when his patience ends before the record is made, it is withdrawn."""
    if effect.slot is not None:
        await offers.pick(world, call.call_id, effect.slot)
    asked = asked_for(call.call_id, effect, world.now())
    while True:
        told = await commit(world, asked, _BUDGET_SECONDS)
        if told is not None:
            return told


async def _agreed_for(world: World, call: Call, appointment_id: BackendId) -> Appointment:
    """As the record has it; while it is down, as this call was told that it stands. Whoever dials reads it again."""
    try:
        return await world.records.read(appointment_id)
    except Unavailable:
        if call.appointment is None or call.appointment.id != appointment_id:
            raise
        return call.appointment


async def _reminded(world: World, appointments: Sequence[Appointment]) -> tuple[BackendId, ...]:
    """Those whose reminders are agreed to: a move keeps them, and does not ask again."""
    agreed = {ReminderStatus.SCHEDULED, ReminderStatus.DIALLED, ReminderStatus.DONE}
    rows = [(one.id, await world.reminders.of(one.id)) for one in appointments]
    return tuple(appointment_id for appointment_id, its in rows if any(one.status in agreed for one in its))


def _written(name: SpokenName) -> str:
    """A spoken name as a directory shows it: "Jean Dupont"."""
    return " ".join(part.title() for part in (name.first, name.last) if part)
