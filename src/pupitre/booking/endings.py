"""How an attempt ends: agreed, to be tried later, or not at all (the last row of booking.md's table)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from pupitre.booking import reminders
from pupitre.booking.duties import fulfil, hand_back, may_undo
from pupitre.booking.in_error import DESK, close_task, leave_task, made_good
from pupitre.booking.keys import DUE_KIND, record_key
from pupitre.booking.planning import Planned
from pupitre.booking.world import World
from pupitre.dialogue.effects import TaskKind
from pupitre.dialogue.events import CommitOutcome
from pupitre.model import Appointment, AppointmentStatus, CalendarRef, Intent, SyncState
from pupitre.ports import (
    Commitment,
    CommitmentStatus,
    Conflict,
    DeskError,
    Due,
    HistoryLine,
    NotFound,
    Refused,
    Stale,
    Unavailable,
)

_RETRY_EVERY_MINUTES = 30
_LOOKS_AFTER_WITHDRAWAL = 4
"""How often a withdrawn commitment is still looked for on a backend whose answer never came."""


class Ended(Struct, frozen=True):
    """How the commitment stands now."""

    status: CommitmentStatus


async def agree(world: World, asked: Commitment, appointment: Appointment, planned: Planned) -> Ended:
    """Step 5: record and planning agree, and what was reserved for this appointment is free for what it now shows.

    Being done is saved last: found done, nothing is left to do, whatever has become of the appointment since.
    """
    if (await world.commitments.read(asked.id)).status is CommitmentStatus.DONE:
        return Ended(CommitmentStatus.DONE)
    await world.records.note_sync(appointment.id, SyncState.SYNCED, planned.ref, None)
    await world.reservations.free(asked.id)
    if asked.intent is not Intent.BOOK:
        for other in await world.commitments.find(appointment_id=appointment.id):
            await world.reservations.free(other.id)
            if other.status is CommitmentStatus.ERROR and other.outcome is CommitOutcome.RECORDED:
                await made_good(world, other.id, appointment, DESK)
        await fulfil(world, asked)
        await reminders.follow(world, appointment)
    if asked.attempt > 1:  # an earlier one may have left a task
        await close_task(world, asked, DESK)
    return await _end(world, asked, CommitmentStatus.DONE, CommitOutcome.RECORDED, [("done", "")], ref=planned.ref)


async def slot_taken(world: World, asked: Commitment) -> Ended:
    """Somebody else has the slot: nothing was written, others are offered. What is recorded needs a person."""
    kept = await world.commitments.read(asked.id)
    if kept.recorded_at is not None and kept.status is not CommitmentStatus.WITHDRAWN:
        reason = "it is recorded, and its agent can no longer be given that time: see what shall become of it"
        return await _come_to_nothing(world, asked, kept, "refused", reason)
    await world.reservations.free(asked.id)
    await hand_back(world, asked)
    line = ("slot taken", "somebody else has the slot; nothing was written")
    return await _end(world, asked, CommitmentStatus.WITHDRAWN, CommitOutcome.SLOT_TAKEN, [line])


async def gone(world: World, asked: Commitment) -> Ended:
    """The appointment to change is not there any more: nothing was written, a person must look."""
    reason = "the appointment is not there any more"
    await hand_back(world, asked)
    return await _end(world, asked, CommitmentStatus.ERROR, CommitOutcome.CONFLICT, [("gone", reason)], error=reason)


async def refused(world: World, asked: Commitment, error: DeskError) -> Ended:
    """A backend said no for good. Before the record, nothing stands; after it, record and reservation do."""
    kept = await world.commitments.read(asked.id)
    if kept.status is CommitmentStatus.WITHDRAWN:
        await world.reservations.free(asked.id)
        await hand_back(world, asked)
        return Ended(kept.status)
    outcome = CommitOutcome.REFUSED if isinstance(error, Refused) else CommitOutcome.CONFLICT
    return await _come_to_nothing(world, asked, kept, "refused", str(error), outcome, listening=kept.attempt == 1)


async def broken(world: World, kept: Commitment) -> Ended:
    """Every attempt ended by a bug. Raises Unavailable."""
    return await _come_to_nothing(world, kept, kept, "given up", "every attempt ended by a bug: see the log")


async def conflict(world: World, asked: Commitment, before: Appointment, planned: Planned) -> Ended:
    """A person changed the event: the old time is written back, and both times stay busy until somebody decides."""
    restored = await world.records.move(before.id, before.slot, AppointmentStatus.TO_RESCHEDULE)
    await world.records.note_sync(before.id, SyncState.ERROR, planned.ref, planned.conflict)
    await world.reservations.reserve(asked.id, asked.call_id, before.slot, world.now())
    await reminders.follow(world, restored)
    await fulfil(world, asked)
    await leave_task(world, asked, TaskKind.CONFLICT, planned.conflict)
    line = ("conflict", planned.conflict)
    return await _end(world, asked, CommitmentStatus.ERROR, CommitOutcome.CONFLICT, [line], error=planned.conflict)


async def undo(world: World, asked: Commitment) -> Ended:
    """The caller gave up before the record answered: what landed all the same is taken back, the slot is free."""
    kept = await world.commitments.read(asked.id)
    if not may_have_landed(kept):
        return Ended(kept.status)
    if kept.intent is Intent.BOOK:
        made = await world.records.made(record_key(world, kept))
        if made is not None and made.status is not AppointmentStatus.CANCELED:
            given_up = kept.status is CommitmentStatus.ERROR
            why = "taken back: it was given up" if given_up else "withdrawn: the caller could not wait"
            made = await world.records.cancel(made.id, why)
        if made is not None and made.sync_state is SyncState.PENDING:
            await world.records.note_sync(made.id, SyncState.SYNCED, made.ref, None)
    elif kept.before is not None:
        if kept.undone_at is not None:  # others must see that it may write once more, before it looks at them
            kept = await world.commitments.save(replace(kept, undone_at=None))
        await _restore(world, kept)
    await world.reservations.free(kept.id)
    await hand_back(world, kept)
    if kept.undone_at is None:
        now = world.now()
        await world.commitments.save(replace(kept, undone_at=now), [HistoryLine(now, "taken back")])
    return Ended(kept.status)


def may_have_landed(kept: Commitment) -> bool:
    """Whether it came to nothing, and what its lost requests wrote is to be taken back. Closed, it is a person's."""
    given_up = kept.status is CommitmentStatus.ERROR and kept.recorded_at is None and kept.closed_at is None
    return kept.status is CommitmentStatus.WITHDRAWN or (given_up and kept.intent is not Intent.CANCEL)


async def _restore(world: World, kept: Commitment) -> None:
    before = kept.before
    if before is None or not await may_undo(world, kept):
        return
    stands = await world.records.read(before.id)
    if kept.intent is Intent.CANCEL:
        ours = stands.status is AppointmentStatus.CANCELED
    else:
        ours = stands.slot == kept.slot and stands.status is not AppointmentStatus.CANCELED
    as_before = stands.slot == before.slot and stands.status is before.status
    put_back = ours and not as_before
    if put_back:
        await world.records.move(stands.id, before.slot, before.status)
    if put_back or (as_before and stands.sync_state is SyncState.PENDING):  # or it was, and could not say so
        await world.records.note_sync(stands.id, before.sync_state, before.ref, before.sync_error)


async def look_again(world: World, asked: Commitment, attempt: int) -> Ended:
    """A request that was given up may still land: look for it a few times more, or until it could be taken back."""
    kept = await world.commitments.read(asked.id)
    at = world.now() + delay(asked.id, attempt, None)
    if kept.undone_at is None and _given_long_enough(world, kept, at):
        await _leave_standing(world, kept)
    elif kept.undone_at is None or attempt <= _LOOKS_AFTER_WITHDRAWAL:
        await world.due.put([Due(world.tenant, asked.id, DUE_KIND, asked.id, at)])
    return Ended(kept.status)


def _given_long_enough(world: World, kept: Commitment, at: datetime) -> bool:
    """What was given up after a day is looked for until its time has come: others may be given it meanwhile."""
    if kept.status is CommitmentStatus.ERROR and kept.slot is not None:
        return kept.slot.start <= at
    return at - kept.asked_at > world.policy.keep_trying


async def _leave_standing(world: World, kept: Commitment) -> None:
    """Nobody could say for as long as it is tried whether something landed: a person has to look."""
    reason = "nothing was noted, and it could not be taken back: see what the record shows"
    await world.reservations.free(kept.id)
    await hand_back(world, kept)
    await leave_task(world, kept, TaskKind.SYNC_ERROR, reason)
    now = world.now()
    await world.commitments.save(replace(kept, undone_at=now, error=reason), [HistoryLine(now, "given up", reason)])


async def later(world: World, asked: Commitment, error: Unavailable, attempt: int) -> Ended:
    """Something is down: another attempt becomes a row of due work, until the budget is spent."""
    kept = await world.commitments.read(asked.id)
    now = world.now()
    due = Due(world.tenant, kept.id, DUE_KIND, kept.id, now + delay(kept.id, attempt, error.retry_after))
    if kept.status is CommitmentStatus.WITHDRAWN:
        return await look_again(world, asked, attempt)
    too_late = _too_late(kept, due.due, world.policy.keep_trying)
    if too_late:
        return await _come_to_nothing(world, asked, kept, "given up", f"{too_late}: {error}")
    if kept.recorded_at is not None and kept.intent is Intent.RESCHEDULE:
        with suppress(DeskError):  # the record may be what is down; whoever dials reads the appointment again
            await reminders.follow(world, await world.records.read(_appointment(kept)))
    outcome = CommitOutcome.RECORDED if kept.recorded_at is not None else None
    line = ("waiting", f"for another try at {due.due.isoformat()}: {error}")
    return await _end(world, asked, CommitmentStatus.WAITING, outcome, [line], error=str(error), then=due)


def delay(commitment_id: str, attempt: int, advice: float | None) -> timedelta:
    """Until the next try: a minute, doubling up to half an hour, with jitter; longer if the backend says so."""
    minutes = min(2 ** min(attempt - 1, 10), _RETRY_EVERY_MINUTES)
    spread = random.Random(f"{commitment_id}/{attempt}").uniform(0.75, 1)  # noqa: S311 - no secret, only spread
    seconds = max(minutes * 60 * spread, advice or 0)
    return timedelta(seconds=min(round(seconds), _RETRY_EVERY_MINUTES * 60))


def _too_late(kept: Commitment, next_try: datetime, budget: timedelta) -> str:
    since = kept.retried_at or kept.asked_at
    if next_try - since > budget:
        return f"not done within {budget.total_seconds() / 3600:g} hours"
    if kept.recorded_at is None and kept.slot is not None and kept.slot.start <= next_try:
        return "the time has come before it could be recorded"
    return ""


async def _come_to_nothing(
    world: World,
    asked: Commitment,
    kept: Commitment,
    what: str,
    reason: str,
    outcome: CommitOutcome = CommitOutcome.REFUSED,
    *,
    listening: bool = False,
) -> Ended:
    """A person must look. What is recorded stands, with its reservation; else the slot is free, and whoever is not
    `listening` is called back. A request whose answer was lost may have landed all the same: it is looked for.
    """
    if kept.attempt != asked.attempt:  # a later one is at work
        return Ended(kept.status)
    look = None
    if kept.recorded_at is None:
        await world.reservations.free(kept.id)
        await hand_back(world, kept)
        if not listening:
            await leave_task(world, kept, TaskKind.CALL_BACK, reason)
        look = Due(world.tenant, kept.id, DUE_KIND, kept.id, world.now() + delay(kept.id, kept.attempt, None))
    else:
        await fulfil(world, kept)
        await _tell_record(world, kept, reason)
        await leave_task(world, kept, TaskKind.SYNC_ERROR, reason)
        outcome = CommitOutcome.RECORDED
    return await _end(world, kept, CommitmentStatus.ERROR, outcome, [(what, reason)], error=reason, then=look)


def _appointment(kept: Commitment) -> int | str:
    assert kept.appointment_id is not None
    return kept.appointment_id


async def _tell_record(world: World, kept: Commitment, reason: str) -> None:
    """The record shows the error too, unless it is what is down."""
    with suppress(Unavailable, NotFound, Refused, Conflict):
        appointment = await world.records.read(_appointment(kept))
        await world.records.note_sync(appointment.id, SyncState.ERROR, appointment.ref, reason)


async def _end(
    world: World,
    asked: Commitment,
    status: CommitmentStatus,
    outcome: CommitOutcome | None,
    lines: Sequence[tuple[str, str]],
    *,
    error: str | None = None,
    ref: CalendarRef | None = None,
    then: Due | None = None,
) -> Ended:
    """Save how it stands, and what is due of it then. What was withdrawn stays withdrawn, what is done stays done, and
    what a later attempt makes of it is that one's.
    """
    while True:
        kept = await world.commitments.read(asked.id)
        over = kept.status in (CommitmentStatus.WITHDRAWN, CommitmentStatus.DONE)
        if over or kept.attempt != asked.attempt:
            return Ended(kept.status)
        now = world.now()
        ended = replace(kept, status=status, outcome=outcome, error=error, ref=ref or kept.ref)
        if status is CommitmentStatus.WITHDRAWN:
            ended = replace(ended, undone_at=now)
        try:
            told = [HistoryLine(now, what, detail) for what, detail in lines]
            await world.commitments.save(ended, told, then=then)
        except Stale:
            continue
        return Ended(status)
