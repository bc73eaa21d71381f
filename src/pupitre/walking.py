"""One walk of the sandbox's clock, which ends when the sandbox is emptied."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime

from pupitre.booking.due import SetClock
from pupitre.ending import end
from pupitre.ports import Unavailable


class Walk:
    """`go` does it, `stop` ends it from elsewhere."""

    def __init__(self, set_clock: SetClock) -> None:
        self._set_clock = set_clock
        self._stopped = False
        self._task: asyncio.Task[None] | None = None

    async def set_clock(self, now: datetime) -> None:
        """The next instant. Raises Unavailable when the walk has been stopped."""
        if self._stopped:
            raise Unavailable(_EMPTIED)
        await self._set_clock(now)

    async def go(self, work: Coroutine[None, None, None]) -> None:
        """Do the work, which sets the clock through this walk. Raises what it raises, Unavailable when stopped."""
        self._task = asyncio.create_task(work)
        try:
            await self._task
        except asyncio.CancelledError:
            if not self._stopped:
                raise
            raise Unavailable(_EMPTIED) from None

    async def stop(self) -> None:
        """Go no further; what is being done has a moment to end. It has ended on return."""
        self._stopped = True
        if self._task is not None:
            await end([self._task])


_EMPTIED = "the sandbox was emptied while its time passed"
