"""Steps 2 and 3: what is written into the system of record. Once there, a commitment is never withdrawn."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from pupitre.booking import reminders
from pupitre.booking.keys import external_uid, record_key
from pupitre.booking.standing import maybe_there_before
from pupitre.booking.world import World
from pupitre.dialogue.events import CommitOutcome
from pupitre.model import Agent, Appointment, AppointmentStatus, BackendId
from pupitre.ports import Commitment, CommitmentStatus, Draft, HistoryLine, Stale


class Recorded(Struct, frozen=True):
    """What the record holds now; `withdrawn` when the caller's patience ended first, and it must be undone."""

    appointment: Appointment | None = None
    withdrawn: bool = False

    def made(self) -> Appointment:
        """The appointment of what was not withdrawn."""
        assert self.appointment is not None
        return self.appointment


async def create(world: World, asked: Commitment, agent: Agent) -> Recorded:
    """The booking's record, made once per commitment, with the reminders that were agreed to."""
    if await _withdrawn(world, asked):
        return Recorded(withdrawn=True)
    assert asked.slot is not None
    if asked.recorded_at is not None and asked.appointment_id is not None:
        stands = await world.records.read(asked.appointment_id)
        if asked.offsets:
            await reminders.agree(world, stands, asked.offsets)
        return Recorded(replace(stands, patient_name=None))
    again = await maybe_there_before(world, asked)
    draft = Draft(
        asked.patient_id, asked.slot, asked.call_id, asked.source, world.policy.booked_as, agent.calendar, again
    )
    appointment = await world.records.create(draft, record_key(world, asked))
    if appointment.status is AppointmentStatus.CANCELED and asked.retried_at is not None:
        # It had landed unseen and was taken back; a person wants it after all.
        appointment = await world.records.move(appointment.id, asked.slot, world.policy.booked_as)
    kept = await _note(world, asked, appointment.id, CommitOutcome.RECORDED)
    if kept and asked.offsets:
        await reminders.agree(world, appointment, asked.offsets)
    return Recorded(replace(appointment, patient_name=None), withdrawn=not kept)


async def name(world: World, appointment: Appointment) -> Appointment:
    """The final external uid, which contains the record's own id."""
    uid = external_uid(world, appointment.id)
    if appointment.external_uid != uid:
        await world.records.name_event(appointment.id, uid)
    return replace(appointment, external_uid=uid)


async def move(world: World, asked: Commitment, before: Appointment) -> Recorded:
    """The appointment's new time and agent. The caller hears of it when the planning has followed, or cannot."""
    if await _withdrawn(world, asked):
        return Recorded(withdrawn=True)
    assert asked.slot is not None
    appointment = await world.records.move(before.id, asked.slot, world.policy.booked_as)
    kept = await _note(world, asked, before.id, None)
    return Recorded(replace(appointment, patient_name=None), withdrawn=not kept)


async def cancel(world: World, asked: Commitment) -> Recorded:
    """The appointment is cancelled, with its reason; its reminders go with it."""
    if await _withdrawn(world, asked):
        return Recorded(withdrawn=True)
    assert asked.appointment_id is not None
    appointment = await world.records.cancel(asked.appointment_id, asked.reason or "")
    kept = await _note(world, asked, appointment.id, CommitOutcome.RECORDED)
    if kept:
        await reminders.follow(world, appointment)
    return Recorded(replace(appointment, patient_name=None), withdrawn=not kept)


async def _withdrawn(world: World, asked: Commitment) -> bool:
    return (await world.commitments.read(asked.id)).status is CommitmentStatus.WITHDRAWN


async def _note(world: World, asked: Commitment, appointment_id: BackendId, outcome: CommitOutcome | None) -> bool:
    """Keep that it is recorded; False when it was withdrawn before. Of the two, the first to be saved holds."""
    while True:
        kept = await world.commitments.read(asked.id)
        if kept.status is CommitmentStatus.WITHDRAWN:
            return False
        if kept.recorded_at is not None:
            return True
        now = world.now()
        kept = replace(kept, appointment_id=appointment_id, recorded_at=now, outcome=outcome)
        try:
            await world.commitments.save(kept, [HistoryLine(now, "recorded", f"as appointment {appointment_id}")])
        except Stale:
            continue
        return True
