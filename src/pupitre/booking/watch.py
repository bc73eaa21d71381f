"""The watch over commitments: one that says it runs, but that no engine runs, is begun again.

That is the case when our store took a commitment and the engine's database did not, when an attempt ended by a bug, or
when a newer version cannot follow an older one's steps. Every step is idempotent: beginning again is always safe.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from msgspec.structs import replace

from pupitre.booking.commitments import job_of
from pupitre.booking.engine import JobState
from pupitre.booking.world import World
from pupitre.ports import Commitment, CommitmentStatus, HistoryLine, Stale

_log = logging.getLogger(__name__)

_SETTLED_SECONDS = 3.0
"""A commitment younger than this is still being begun by the turn that asked for it."""

_PATIENCE_WITH_BUGS = 5
"""Attempts that may end by a bug before a person has to look."""


async def look_after(worlds: Iterable[World]) -> int:
    """Begin again whatever nobody runs; how many there were. Raises Unavailable."""
    count = 0
    for world in worlds:
        for kept in await world.commitments.find(status=CommitmentStatus.RUNNING):
            if await world.commitments.waited(kept.id) >= _SETTLED_SECONDS and await _rescue(world, kept):
                count += 1
    return count


async def _rescue(world: World, kept: Commitment) -> bool:
    state = await world.engine.state(job_of(kept, world))
    if state is JobState.ACTIVE:
        return False
    if state is JobState.ENDED:
        now = await world.commitments.read(kept.id)
        if now.status is not CommitmentStatus.RUNNING or now.attempt != kept.attempt:
            return False
        line = HistoryLine(world.now(), "begun again", "the attempt before ended without a result")
        failed = now.attempt >= _PATIENCE_WITH_BUGS
        status = CommitmentStatus.ERROR if failed else CommitmentStatus.RUNNING
        error = "every attempt ended by a bug: see the log" if failed else None
        try:
            kept = await world.commitments.save(
                replace(now, attempt=now.attempt + 1, status=status, error=error), [line]
            )
        except Stale:
            return False
        if failed:
            return True
    _log.warning("a commitment that nobody ran is begun again")
    await world.engine.run(job_of(kept, world))
    return True
