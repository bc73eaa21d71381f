"""What turns and people ask of commitments: begin one and hear how it stands, withdraw it, try again, close it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

from msgspec.structs import replace

from pupitre.booking.commitments import job_of
from pupitre.booking.duties import fulfil, hand_back, still_yields
from pupitre.booking.endings import may_have_landed
from pupitre.booking.engine import JobState
from pupitre.booking.in_error import close_task
from pupitre.booking.keys import DUE_KIND, external_uid
from pupitre.booking.world import World
from pupitre.dialogue.effects import Commit
from pupitre.dialogue.events import CommitmentEnded, CommitOutcome
from pupitre.model import Appointment, AppointmentStatus, Intent, Source, SyncState
from pupitre.ports import Commitment, CommitmentStatus, Due, HistoryLine, Refused, Stale, Unavailable

_LOOK_AFTER_WITHDRAWAL = timedelta(minutes=1)
"""When a withdrawn commitment is looked for on the backends, should its own attempt not have done so."""


def asked_for(call_id: str, effect: Commit, now: datetime, source: Source = Source.IVR) -> Commitment:
    """The commitment of a turn's effect: one id per (call, intent, n)."""
    return Commitment(
        id=f"{call_id}:{effect.intent}:{effect.n}",
        call_id=call_id,
        intent=effect.intent,
        n=effect.n,
        patient_id=effect.patient_id,
        asked_at=now,
        nonce=uuid4().hex,
        slot=effect.slot,
        appointment_id=effect.appointment_id,
        reason=effect.reason,
        source=source,
    )


async def commit(world: World, asked: Commitment, budget: float) -> CommitmentEnded | None:
    """Begin it, or join it where it stands; what the caller may be told within `budget` seconds, None: still working.

    To be asked again, with whatever instant, as often as the caller waits: it runs once. When his patience ends
    before the record is made, it is withdrawn for good; hanging up withdraws nothing. Raises Unavailable when our own
    store is down, or the caller has hung up: then nothing may be told.
    """
    kept = await world.commitments.open(asked, HistoryLine(world.now(), "asked"))
    told = tell(world, kept)
    if told is not None:
        return told
    if kept.alone:
        raise Unavailable("the caller has hung up; the commitment goes on by itself")
    patience = world.policy.patience.total_seconds() - await world.commitments.waited(kept.id)
    if kept.status is CommitmentStatus.RUNNING and patience > 0:
        try:
            await world.engine.run(job_of(kept, world), min(budget, patience))
        except Unavailable as error:
            # What is watched over is begun later; the caller's patience alone decides.
            await _note_trouble(world, kept, error)
        kept = await world.commitments.read(kept.id)
        told = tell(world, kept)
        if told is not None:
            return told
        patience = world.policy.patience.total_seconds() - await world.commitments.waited(kept.id)
    if patience > 0 and kept.status is CommitmentStatus.RUNNING:
        return None
    kept = await withdraw(world, kept.id)
    if kept.alone and tell(world, kept, patient=False) is None:
        raise Unavailable("the caller has hung up; the commitment goes on by itself")
    return tell(world, kept, patient=False)


async def hung_up(world: World, call_id: str) -> None:
    """The caller is gone: what he asked for goes on without him. Raises Unavailable."""
    for found in await world.commitments.find(call_id=call_id):
        kept = found
        while kept.outcome is None and not kept.alone:
            try:
                line = HistoryLine(world.now(), "caller hung up")
                kept = await world.commitments.save(replace(kept, alone=True), [line])
            except Stale:
                kept = await world.commitments.read(found.id)


async def withdraw(world: World, commitment_id: str) -> Commitment:
    """End the caller's wait durably: from now on nothing is noted, and nothing will be. A recorded one stays."""
    while True:
        kept = await world.commitments.read(commitment_id)
        if kept.recorded_at is not None or kept.outcome is not None or kept.alone:
            return kept
        now = world.now()
        line = HistoryLine(now, "withdrawn", "the caller could not wait for the record")
        look = Due(world.tenant, commitment_id, DUE_KIND, commitment_id, now + _LOOK_AFTER_WITHDRAWAL)
        withdrawn = replace(kept, status=CommitmentStatus.WITHDRAWN, outcome=CommitOutcome.WITHDRAWN)
        try:
            saved = await world.commitments.save(withdrawn, [line], then=look)
        except Stale:
            continue
        if kept.status is CommitmentStatus.WAITING:
            await begin_again(world, commitment_id)
        return saved


async def begin_again(world: World, commitment_id: str) -> bool:
    """Begin the next attempt of what waits for one; whether there was one to begin. Raises Unavailable.

    False is final: whoever asks lets go of the row of due work that stands for the attempt.
    """
    while True:
        kept = await world.commitments.read(commitment_id)
        if kept.status is not CommitmentStatus.WAITING and not may_have_landed(kept):
            return False
        try:
            waits = kept.status is CommitmentStatus.WAITING
            if waits and kept.yields_to is not None and await still_yields(world, kept):
                return False
        except Stale:
            continue
        running = CommitmentStatus.RUNNING if waits else kept.status
        again = replace(kept, status=running, attempt=kept.attempt + 1, yields_to=None)
        try:
            kept = await world.commitments.save(again)
        except Stale:
            continue
        await world.engine.run(job_of(kept, world))
        return True


async def retry(world: World, commitment_id: str, by: str) -> Commitment:
    """A person has it tried again, now, with a whole new budget. Raises NotFound, Refused, Unavailable."""
    while True:
        kept = await world.commitments.read(commitment_id)
        if kept.status not in (CommitmentStatus.ERROR, CommitmentStatus.WAITING) or kept.closed_at is not None:
            raise Refused(f"{commitment_id} is {_standing(kept)}: only what waits or is in error can be tried again")
        if kept.yields_to is not None:
            raise Refused(f"{commitment_id} has left its work to {kept.yields_to}: see to that one")
        if may_have_landed(kept) and await world.engine.state(job_of(kept, world)) is JobState.ACTIVE:
            raise Unavailable(f"what {commitment_id} may have written is just being looked for: try again in a moment")
        now = world.now()
        again = replace(
            kept,
            status=CommitmentStatus.RUNNING,
            outcome=CommitOutcome.RECORDED if kept.outcome is CommitOutcome.RECORDED else None,
            attempt=kept.attempt + 1,
            retried_at=now,
            undone_at=None,
        )
        try:
            saved = await world.commitments.save(again, [HistoryLine(now, "retried", by=by)])
        except Stale:
            continue
        await world.engine.run(job_of(saved, world))
        return saved


async def close(world: World, commitment_id: str, by: str) -> Commitment:
    """A person has seen to it: it is not tried again, what it reserved is free, its task is closed.

    Raises NotFound, Refused, Unavailable.
    """
    while True:
        kept = await world.commitments.read(commitment_id)
        if kept.status not in (CommitmentStatus.ERROR, CommitmentStatus.WAITING) or kept.closed_at is not None:
            raise Refused(f"{commitment_id} is {_standing(kept)}: only what waits or is in error can be closed")
        now = world.now()
        closed = replace(kept, status=CommitmentStatus.ERROR, closed_by=by, closed_at=now)
        try:
            saved = await world.commitments.save(closed, [HistoryLine(now, "closed", by=by)], free=True)
        except Stale:
            continue
        await world.due.drop(world.tenant, DUE_KIND, [commitment_id])
        await close_task(world, saved, by)
        with suppress(Stale):  # what is left yielding finds out by itself when its next try falls due
            await (hand_back if saved.recorded_at is None else fulfil)(world, saved)
        return saved


def tell(world: World, kept: Commitment, *, patient: bool = True) -> CommitmentEnded | None:
    """What the caller may be told of it now, if anything.

    A move that is recorded is told only when the planning has followed, or as soon as patience ends.
    """
    outcome = kept.outcome
    if outcome is None and kept.recorded_at is not None and not patient:
        outcome = CommitOutcome.RECORDED
    if outcome is None:
        return None
    appointment = as_recorded(world, kept) if outcome is CommitOutcome.RECORDED else kept.before
    return CommitmentEnded(world.now(), outcome, appointment)


def as_recorded(world: World, kept: Commitment) -> Appointment | None:
    """The appointment that a recorded commitment made of it."""
    sync = SyncState.SYNCED if kept.status is CommitmentStatus.DONE else SyncState.PENDING
    if kept.status is CommitmentStatus.ERROR:
        sync = SyncState.ERROR
    if kept.intent is Intent.BOOK:
        if kept.slot is None or kept.appointment_id is None:
            return None
        return Appointment(
            id=kept.appointment_id,
            patient_id=kept.patient_id,
            slot=kept.slot,
            status=world.policy.booked_as,
            sync_state=sync,
            sync_error=kept.error,
            external_uid=external_uid(world, kept.appointment_id),
            call_id=kept.call_id,
            source=kept.source,
            ref=kept.ref,
        )
    if kept.before is None:
        return None
    changed = replace(kept.before, sync_state=sync, sync_error=kept.error, ref=kept.ref or kept.before.ref)
    if kept.intent is Intent.CANCEL:
        return replace(changed, status=AppointmentStatus.CANCELED, cancel_reason=kept.reason)
    return replace(changed, slot=kept.slot or kept.before.slot, status=world.policy.booked_as)


def _standing(kept: Commitment) -> str:
    return "closed" if kept.closed_at is not None else kept.status.value


async def _note_trouble(world: World, kept: Commitment, error: Unavailable) -> None:
    """Its history says why it has not begun."""
    try:
        await world.commitments.save(kept, [HistoryLine(world.now(), "not begun", str(error))])
    except (Stale, Unavailable):
        return
