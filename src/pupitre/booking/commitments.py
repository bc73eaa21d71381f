"""Book, reschedule, cancel: durable, in the order they happen (booking.md's table, from top to bottom).

Each function is one attempt. What cannot be done now is tried again later by another attempt, which starts from the
first line: every step finds on its backend, through its key, what an earlier one did.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial

from pupitre.booking import endings, planning, recording, standing
from pupitre.booking.endings import Ended
from pupitre.booking.engine import BRIEFLY, ONCE, OUR_STORE, WHILE_THE_CALLER_WAITS, Job, Steps, Tries, Work
from pupitre.booking.keys import DUE_KIND
from pupitre.booking.planning import Planned
from pupitre.booking.recording import Recorded
from pupitre.booking.standing import Reserved, Standing
from pupitre.booking.world import World
from pupitre.model import Agent, Appointment, Intent
from pupitre.ports import Commitment, CommitmentStatus, DeskError, NotFound, Unavailable

WITHDRAWAL = "withdrawal"
"""The kind of job that takes a withdrawn commitment back."""


def works(worlds: Mapping[str, World]) -> Mapping[str, Work]:
    """What the engine needs to do commitments of these tenants. The mapping may still grow."""

    async def attempt(do: Steps, job: Job) -> None:
        await perform(do, job, worlds[job.tenant])

    async def withdraw(do: Steps, job: Job) -> None:
        await take_back(do, job, worlds[job.tenant])

    return {DUE_KIND: attempt, WITHDRAWAL: withdraw}


def job_of(commitment: Commitment, world: World) -> Job:
    """The engine's job for the commitment's present attempt."""
    return Job(
        id=f"{world.tenant}/{commitment.id}/{commitment.nonce}/{commitment.attempt}",
        kind=WITHDRAWAL if commitment.status in _COME_TO_NOTHING else DUE_KIND,
        tenant=world.tenant,
        subject=commitment.id,
        attempt=commitment.attempt,
    )


async def perform(do: Steps, job: Job, world: World) -> None:
    """One attempt, and how it ends when it cannot be completed: the last row of the table."""
    asked = await _asked(do, job, world)
    if asked is None or asked.status not in _UNDER_WAY:
        return
    try:
        await _SAGAS[asked.intent](do, asked, world, job.attempt)
    except Unavailable as error:
        ended = await do.step(Ended, "later", partial(endings.later, world, asked, error, job.attempt), OUR_STORE)
        if ended.status is CommitmentStatus.WITHDRAWN:
            with suppress(DeskError):  # it is looked for again later
                await do.step(Ended, "undo", partial(endings.undo, world, asked), BRIEFLY)
    except DeskError as error:
        await do.step(Ended, "refused", partial(endings.refused, world, asked, error), OUR_STORE)


async def _asked(do: Steps, job: Job, world: World) -> Commitment | None:
    """The commitment the job is about; None when a later attempt has taken its place, or the sandbox was emptied since,
    whatever has its id now.
    """
    try:
        asked = await do.glance(lambda: world.commitments.read(job.subject))
    except NotFound:
        return None
    return asked if f"/{asked.nonce}/" in job.id and asked.attempt == job.attempt else None


async def take_back(do: Steps, job: Job, world: World) -> None:
    """What a commitment that came to nothing may have left on a backend that never answered.

    When to look again is said first, so that one whose taking back meets a bug is left to a person in the end.
    """
    asked = await _asked(do, job, world)
    if asked is None or not endings.may_have_landed(asked):
        return
    await do.step(Ended, "look again", partial(endings.look_again, world, asked, job.attempt), OUR_STORE)
    with suppress(DeskError):
        await do.step(Ended, "undo", partial(endings.undo, world, asked), BRIEFLY)


async def book(do: Steps, asked: Commitment, world: World, attempt: int) -> None:
    """BOOK."""
    reserve = partial(standing.reserve, world, asked, None)
    reserved = await do.step(Reserved, "reserve", reserve, _first(attempt, WHILE_THE_CALLER_WAITS))
    if reserved.agent is None:
        await do.step(Ended, "taken", partial(endings.slot_taken, world, asked), OUR_STORE)
        return
    record = partial(recording.create, world, asked, reserved.agent)
    recorded = await do.step(Recorded, "record", record, _first(attempt, WHILE_THE_CALLER_WAITS))
    if recorded.withdrawn:
        await _undo(do, asked, world, attempt)
        return
    plan = partial(_name_and_insert, world, recorded.made(), reserved.agent)
    planned = await do.step(Planned, "plan", plan, _first(attempt, BRIEFLY))
    await do.last(Ended, partial(endings.agree, world, asked, recorded.made(), planned), BRIEFLY)


async def _name_and_insert(world: World, recorded: Appointment, agent: Agent) -> Planned:
    """The record is given its final external uid, then the event is made under it. Each is found done by its key."""
    return await planning.insert(world, await recording.name(world, recorded), agent)


async def reschedule(do: Steps, asked: Commitment, world: World, attempt: int) -> None:
    """RESCHEDULE."""
    now = await do.step(Standing, "look", partial(standing.look, world, asked), _first(attempt, WHILE_THE_CALLER_WAITS))
    if now.before is None:
        await do.step(Ended, "gone", partial(endings.gone, world, asked), OUR_STORE)
        return
    reserve = partial(standing.reserve, world, asked, now)
    reserved = await do.step(Reserved, "reserve", reserve, _first(attempt, WHILE_THE_CALLER_WAITS))
    if reserved.agent is None:
        await do.step(Ended, "taken", partial(endings.slot_taken, world, asked), OUR_STORE)
        return
    move = partial(recording.move, world, asked, now.before)
    recorded = await do.step(Recorded, "record", move, _first(attempt, WHILE_THE_CALLER_WAITS))
    if recorded.withdrawn:
        await _undo(do, asked, world, attempt)
        return
    plan = partial(planning.move, world, now, recorded.made(), reserved.agent)
    planned = await do.step(Planned, "plan", plan, _first(attempt, BRIEFLY))
    if planned.conflict:
        step = partial(endings.conflict, world, asked, now.before, planned)
        await do.step(Ended, "conflict", step, BRIEFLY)
        return
    await do.last(Ended, partial(endings.agree, world, asked, recorded.made(), planned), BRIEFLY)


async def cancel(do: Steps, asked: Commitment, world: World, attempt: int) -> None:
    """CANCEL."""
    now = await do.step(Standing, "look", partial(standing.look, world, asked), _first(attempt, WHILE_THE_CALLER_WAITS))
    if now.before is None:
        await do.step(Ended, "gone", partial(endings.gone, world, asked), OUR_STORE)
        return
    record = partial(recording.cancel, world, asked)
    recorded = await do.step(Recorded, "record", record, _first(attempt, WHILE_THE_CALLER_WAITS))
    if recorded.withdrawn:
        await _undo(do, asked, world, attempt)
        return
    plan = partial(planning.cancel, world, now)
    planned = await do.step(Planned, "plan", plan, _first(attempt, BRIEFLY))
    await do.last(Ended, partial(endings.agree, world, asked, recorded.made(), planned), BRIEFLY)


def _first(attempt: int, tries: Tries) -> Tries:
    """Patience is the first attempt's: a caller may be waiting. Later ones come again anyway."""
    return tries if attempt == 1 else ONCE


async def _undo(do: Steps, asked: Commitment, world: World, attempt: int) -> None:
    """The caller gave up while the record was being made."""
    with suppress(DeskError):
        await do.step(Ended, "undo", partial(endings.undo, world, asked), BRIEFLY)
        return
    await do.step(Ended, "look again", partial(endings.look_again, world, asked, attempt), OUR_STORE)


_UNDER_WAY = (CommitmentStatus.RUNNING, CommitmentStatus.WITHDRAWN)
"""How a commitment stands that an attempt has not ended yet; withdrawn, the attempt still undoes what it did."""

_COME_TO_NOTHING = (CommitmentStatus.WITHDRAWN, CommitmentStatus.ERROR)

_SAGAS: Mapping[Intent, Callable[[Steps, Commitment, World, int], Awaitable[None]]] = {
    Intent.BOOK: book,
    Intent.RESCHEDULE: reschedule,
    Intent.CANCEL: cancel,
}
