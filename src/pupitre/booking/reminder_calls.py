"""A reminder's call: whom it is for and whether it may still be made, and what it brought."""

from __future__ import annotations

from msgspec.structs import replace

from pupitre.booking.reminders import due_at
from pupitre.booking.world import World
from pupitre.dialogue.effects import NoteOutcome, TaskKind
from pupitre.dialogue.events import ReminderFound
from pupitre.model import AppointmentStatus, SyncState
from pupitre.ports import NotFound, ReminderStatus


async def read(world: World, reminder_id: str) -> ReminderFound:
    """The appointment as the record has it now; nobody when it is gone, moved or in conflict. Raises Unavailable."""
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


async def note(world: World, noted: NoteOutcome) -> None:
    """Keep what the call brought; asked to be called later or never again, a person is told. Raises Unavailable."""
    try:
        reminder = await world.reminders.read(noted.reminder_id)
    except NotFound:
        return
    done = replace(reminder, status=ReminderStatus.DONE, outcome=noted.outcome)
    await world.reminders.put([done])
    if not (noted.later or noted.stop):
        return
    kind = TaskKind.STOP_CALLING if noted.stop else TaskKind.CALL_BACK
    reason = "asked never to be called automatically again" if noted.stop else "asked to be called again later"
    await world.tasks.leave(
        f"reminder:{reminder.id}:{kind}", kind, reason, world.now(), appointment_id=reminder.appointment_id
    )
