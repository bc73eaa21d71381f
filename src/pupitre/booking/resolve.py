"""A person ends a conflict: one side is kept, and written into the other."""

from __future__ import annotations

from msgspec.structs import replace

from pupitre.booking import settle
from pupitre.booking.conflicts import Side
from pupitre.booking.drift import in_conflict
from pupitre.booking.in_step import InStep
from pupitre.model import Appointment, AppointmentStatus, BackendId
from pupitre.ports import Followed, Refused


async def resolve(step: InStep, appointment_id: BackendId, side: Side, by: str) -> Appointment:
    """The appointment as both sides then have it. Asking twice is asking once.

    Raises NotFound, Refused (also when there is no conflict about it), SlotTaken, Conflict, Unavailable.
    """
    agenda = step.agenda
    if agenda is None:
        raise Refused("record and planning are one: there is no conflict to end")
    async with step.following.alone():
        record = replace(await step.records.read(appointment_id), patient_name=None)
        if not (in_conflict(record) or record.status is AppointmentStatus.TO_RESCHEDULE):
            raise Refused(f"there is no conflict about appointment {appointment_id}: it is {record.sync_state}")
        event = await settle.living_event(step, agenda, record)
        if side is Side.PLANNING:
            decided = await settle.carry_to_record(step, record, event, by)
        else:
            if record.status is AppointmentStatus.TO_RESCHEDULE:
                record = await step.records.move(record.id, record.slot, AppointmentStatus.CONFIRMED)
            decided = await settle.carry_to_planning(step, agenda, record, event, by)
        active = decided.status is not AppointmentStatus.CANCELED
        await step.following.put([Followed(decided, decided.slot if active else None)])
        return decided
