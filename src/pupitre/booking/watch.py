"""The watch over commitments: one that says it runs, but that no engine runs, is begun again.

That is the case when our store took a commitment and the engine's database did not, when an attempt ended by a bug, or
when a newer version cannot follow an older one's steps. Every step is idempotent: beginning again is always safe.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from msgspec.structs import replace

from pupitre.booking import endings
from pupitre.booking.commitments import job_of
from pupitre.booking.engine import JobState
from pupitre.booking.world import World
from pupitre.ports import Commitment, CommitmentStatus, DeskError, HistoryLine, Stale, Unavailable

_log = logging.getLogger(__name__)

_SETTLED_SECONDS = 3.0
"""A commitment younger than this is still being begun by the turn that asked for it."""

_PATIENCE_WITH_BUGS = 5
"""Attempts that may end by a bug before a person has to look."""


async def look_after(worlds: Iterable[World]) -> int:
    """Begin again whatever nobody runs, however much there is; how many there were. Raises Unavailable."""
    count = 0
    for world in worlds:
        last = ""
        while found := await world.commitments.running(_SETTLED_SECONDS, last):
            for kept in found:
                count += await _looked_after(world, kept)
            last = found[-1].id
    return count


async def _looked_after(world: World, kept: Commitment) -> bool:
    """Whether it had to be. Whatever is wrong with one keeps nobody from the others."""
    try:
        return await _rescue(world, kept)
    except Unavailable:
        raise
    except DeskError as error:
        _log.warning("a commitment cannot be looked after: %s", error)
    except Exception:  # noqa: BLE001 -- a bug that one commitment meets
        _log.exception("a commitment cannot be looked after")
    return False


async def _rescue(world: World, kept: Commitment) -> bool:
    state = await world.engine.state(job_of(kept, world))
    if state is JobState.ACTIVE:
        return False
    if state is JobState.ENDED:
        now = await world.commitments.read(kept.id)
        if now.status is not CommitmentStatus.RUNNING or now.attempt != kept.attempt:
            return False
        if now.attempt >= _PATIENCE_WITH_BUGS:
            await endings.broken(world, now)
            return True
        line = HistoryLine(world.now(), "begun again", "the attempt before ended without a result")
        try:
            kept = await world.commitments.save(replace(now, attempt=now.attempt + 1), [line])
        except Stale:
            return False
    _log.warning("a commitment that nobody ran is begun again")
    await world.engine.run(job_of(kept, world))
    return True
