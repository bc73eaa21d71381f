"""Due work: rows of our store, walked in the order of their instants and dispatched through the engine.

The worker walks them by the real clock; the sandbox walks its own, setting it to each row's instant. Rows of tenants
that are not served here, or of kinds that nobody here does, are left for whoever will: see `tell_left`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime

from pupitre.booking.commit import begin_again
from pupitre.booking.commitments import job_of
from pupitre.booking.keys import DUE_KIND
from pupitre.booking.world import World
from pupitre.ports import Clock, Due, DueWork, NotFound, Unavailable

_log = logging.getLogger(__name__)

Begin = Callable[[World, Due], Awaitable[None]]
"""Begins what a row stands for, exactly once per (row, instant), and returns when it has ended or waits again.

Raises Unavailable to be asked again soon.
"""

SetClock = Callable[[datetime], Awaitable[None]]

_AT_ONCE = 100
_ALL = 100_000
_LONGEST_SECONDS = 60.0
_TELL_SECONDS = 3600.0
_PAUSE_SECONDS = 0.1
"""Between two looks: what falls due in between begins together, and keeps turns waiting together."""


async def next_attempt(world: World, row: Due) -> None:
    """The next attempt of a commitment that waits."""
    try:
        if await begin_again(world, row.subject):
            kept = await world.commitments.read(row.subject)
            await world.engine.run(job_of(kept, world), _LONGEST_SECONDS)
    except NotFound:
        _log.warning("due work names a commitment that is not there")


COMMITMENTS: Mapping[str, Begin] = {DUE_KIND: next_attempt}


async def walk(
    rows: DueWork, worlds: Mapping[str, World], kinds: Mapping[str, Begin], until: datetime, set_clock: SetClock
) -> int:
    """Do everything due at or before `until`, one row after the other, each with the clock at its instant
    or, when that has passed, as it stands.

    What a row puts in turn is done in its order too. `set_clock` never goes back. Answers how many rows were done;
    raises Unavailable from the store, and when a row cannot be done now.
    """
    count = 0
    while found := await rows.due(until, 1, worlds, kinds):
        # What was left while nobody did it is done now: time does not go back to where it fell due.
        await set_clock(max(found[0].due, worlds[found[0].tenant].now()))
        if not await _do(rows, worlds, kinds, found[0]):
            raise Unavailable(f"due work of kind {found[0].kind} cannot be done now")
        count += 1
    return count


async def do_now(
    rows: DueWork, worlds: Mapping[str, World], kinds: Mapping[str, Begin], tenant: str, kind: str, now: datetime
) -> int:
    """Do what of this kind the tenant has due, once each; what must wait is left. Answers how many rows were done.

    Raises Unavailable from the store.
    """
    return sum([await _do(rows, worlds, kinds, row) for row in await rows.due(now, _ALL, [tenant], [kind])])


async def work_off(rows: DueWork, worlds: Mapping[str, World], kinds: Mapping[str, Begin], clock: Clock) -> None:
    """For ever: begin what is due, side by side, a slow row holding up no other."""
    doing: dict[tuple[str, str, str], asyncio.Task[bool]] = {}
    while True:
        try:
            for row in await rows.due(clock.now(), _AT_ONCE + len(doing), worlds, kinds):
                # One that was put again while it is being done comes after that, never beside it.
                if (which := (row.tenant, row.kind, row.key)) not in doing and len(doing) < _AT_ONCE:
                    doing[which] = asyncio.create_task(_do(rows, worlds, kinds, row))
        except Unavailable as error:
            _log.warning("due work cannot be read: %s", error)
        except Exception:  # noqa: BLE001 -- a bug of one round is none of the next
            _log.exception("due work cannot be read")
        if doing:
            await asyncio.wait(doing.values(), timeout=_PAUSE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        doing = {which: task for which, task in doing.items() if not task.done()}
        await asyncio.sleep(_PAUSE_SECONDS)


async def tell_left(rows: DueWork, worlds: Mapping[str, World], kinds: Mapping[str, Begin], clock: Clock) -> None:
    """For ever: say in the log, now and every hour, what is due and waits for somebody else."""
    while True:
        try:
            for left in await rows.left(clock.now(), worlds, kinds):
                _log.warning(
                    "%d rows of due work of kind %s wait since %s for tenant %s, which this desk does not serve",
                    *(left.rows, left.kind, left.since.isoformat(), left.tenant),
                )
        except Unavailable as error:
            _log.warning("due work cannot be read: %s", error)
        await asyncio.sleep(_TELL_SECONDS)


async def _do(rows: DueWork, worlds: Mapping[str, World], kinds: Mapping[str, Begin], row: Due) -> bool:
    """Whether the row is done with."""
    try:
        await kinds[row.kind](worlds[row.tenant], row)
        await rows.done(row)
    except Unavailable as error:
        _log.warning("due work of kind %s must wait: %s", row.kind, error)
        return False
    except Exception:  # noqa: BLE001 - one bad row never stops the rest
        _log.exception("due work of kind %s failed and is left out", row.kind)
        with suppress(Unavailable):
            await rows.done(row)
    return True
