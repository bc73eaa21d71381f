"""Two commitments on one appointment never work at the same time: the later waits for the earlier, or takes over what
that one still had to do, hands it back if it comes to nothing itself, and fulfils it by what it does in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from msgspec.structs import replace

from pupitre.booking.keys import DUE_KIND
from pupitre.booking.world import World
from pupitre.dialogue.events import CommitOutcome
from pupitre.model import Intent
from pupitre.ports import Commitment, CommitmentStatus, Due, HistoryLine, NotFound, Stale, Unavailable

_LOOK_EVERY = timedelta(minutes=30)
"""How often what yields looks whether it still has to."""


async def take_over(world: World, asked: Commitment) -> None:
    """Have every waiting commitment on this appointment yield. Raises Unavailable while another one is at work."""
    for other in await world.commitments.find(appointment_id=asked.appointment_id):
        if other.id == asked.id:
            continue
        running = other.status is CommitmentStatus.RUNNING
        if (running and (_earlier(other, asked) or other.before is not None)) or _still_to_undo(other):
            raise Unavailable(f"{other.id} is still at work on this appointment")
        if other.status is CommitmentStatus.WAITING and other.yields_to != asked.id:
            line = HistoryLine(world.now(), "yields", f"to {asked.id}")
            try:
                await world.commitments.save(replace(other, yields_to=asked.id), [line])
            except Stale as error:
                raise Unavailable(f"{other.id} has just begun again") from error


async def give_way(world: World, asked: Commitment) -> None:
    """Asked once `before` is kept, which others see from then on: of two that began at once, the earlier goes on.

    Raises Unavailable when that is another one, or one that is being taken back: what was read may change yet.
    """
    for other in await world.commitments.find(appointment_id=asked.appointment_id):
        running = other.status is CommitmentStatus.RUNNING and _earlier(other, asked)
        if other.id != asked.id and (running or _still_to_undo(other)):
            await _forget_what_was_read(world, asked)
            raise Unavailable(f"{other.id} is still at work on this appointment")


async def _forget_what_was_read(world: World, asked: Commitment) -> None:
    """Nothing was written yet. Withdrawn meanwhile, it is left as it is."""
    kept = await world.commitments.read(asked.id)
    while kept.status is CommitmentStatus.RUNNING:
        with suppress(Stale):
            await world.commitments.save(replace(kept, before=None, follows=None))
            return
        kept = await world.commitments.read(asked.id)


async def recorded(world: World, asked: Commitment) -> tuple[str, ...]:
    """The commitments whose doing the record shows by now."""
    found = await world.commitments.find(appointment_id=asked.appointment_id)
    return tuple(other.id for other in found if other.recorded_at is not None and other.id != asked.id)


def _earlier(other: Commitment, asked: Commitment) -> bool:
    """A booking came before whatever changes its appointment, whatever clocks say: the sandbox's stands still."""
    return other.intent is Intent.BOOK or (other.asked_at, other.id) < (asked.asked_at, asked.id)


def _still_to_undo(other: Commitment) -> bool:
    """Withdrawn while it may have been writing, and not yet taken back."""
    return other.status is CommitmentStatus.WITHDRAWN and other.before is not None and other.undone_at is None


async def may_undo(world: World, withdrawn: Commitment) -> bool:
    """Whether what is there may still be this commitment's doing: nobody has changed the appointment since.

    Raises Unavailable while another commitment is at work on it.
    """
    for other in await world.commitments.find(appointment_id=withdrawn.appointment_id):
        if other.id == withdrawn.id:
            continue
        if other.status is CommitmentStatus.RUNNING and other.before is not None:
            raise Unavailable(f"{other.id} is at work on this appointment")
        if other.recorded_at is None:
            continue
        if withdrawn.follows is None and other.recorded_at < withdrawn.asked_at:
            continue
        if other.id not in (withdrawn.follows or ()):
            return False
    return True


async def still_yields(world: World, kept: Commitment) -> bool:
    """Whether what it waits to do is still another commitment's, or was done by that one; False: it goes on by itself.

    That one may have ended without a word, or a person have closed it. Raises Stale.
    """
    assert kept.yields_to is not None
    try:
        other = await world.commitments.read(kept.yields_to)
    except NotFound:
        return False
    if other.status in (CommitmentStatus.RUNNING, CommitmentStatus.WAITING) or _still_to_undo(other):
        await world.due.put([Due(world.tenant, kept.id, DUE_KIND, kept.id, world.now() + _LOOK_EVERY)])
        return True
    if other.recorded_at is not None:
        await fulfil(world, other)
        return True
    return False


async def hand_back(world: World, asked: Commitment) -> None:
    """What yielded goes on by itself: this commitment came to nothing."""
    for other in await _yielding(world, asked):
        now = world.now()
        due = Due(world.tenant, other.id, DUE_KIND, other.id, now)
        await world.commitments.save(replace(other, yields_to=None), [HistoryLine(now, "goes on")], then=due)


async def fulfil(world: World, asked: Commitment) -> None:
    """What yielded is done with: record and planning now show what this commitment made of the appointment."""
    for other in await _yielding(world, asked):
        done = replace(other, status=CommitmentStatus.DONE, outcome=CommitOutcome.RECORDED, error=None, yields_to=None)
        if other.recorded_at is None:
            now = world.now()
            done = replace(done, status=CommitmentStatus.WITHDRAWN, outcome=CommitOutcome.WITHDRAWN, undone_at=now)
        await world.commitments.save(done, [HistoryLine(world.now(), "superseded", f"by {asked.id}")])


async def _yielding(world: World, asked: Commitment) -> Sequence[Commitment]:
    found = await world.commitments.find(appointment_id=asked.appointment_id)
    return [other for other in found if other.yields_to == asked.id and other.status is CommitmentStatus.WAITING]
