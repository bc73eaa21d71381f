"""The only place that reads the present."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

_log = logging.getLogger(__name__)

_COMPARED_EVERY = timedelta(minutes=1)
_PROMPT = timedelta(seconds=1)
_WORTH_TELLING = timedelta(seconds=2)


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


_MACHINE = SystemClock()


class SharedClock:
    """The machine's own time, set right by a clock that other machines set theirs by too: their database's.

    What one process holds until an instant, another must not find ended before it.
    """

    def __init__(self, theirs: Callable[[], Awaitable[datetime]], own: Callable[[], datetime] = _MACHINE.now) -> None:
        """`theirs` asks the other clock; `own` is the machine's."""
        self._theirs = theirs
        self._own = own
        self._ahead = timedelta()
        self._compare_at = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        return self._own() + self._ahead

    async def compare(self) -> None:
        """Ask the other clock, once a minute; an answer that took long says too little. Raises whatever asking does."""
        asked_at = self._own()
        if abs(asked_at - self._compare_at) < _COMPARED_EVERY:
            return
        theirs = await self._theirs()
        took = self._own() - asked_at
        if timedelta() <= took <= _PROMPT:
            self._ahead = theirs - (asked_at + took / 2)
            self._compare_at = asked_at
            if abs(self._ahead) > _WORTH_TELLING:
                _log.warning("this machine's clock differs from its database's by %.1f s", self._ahead.total_seconds())


class HeldClock:
    """Time set by hand: the sandbox's. It stands still until it is set again."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)
        self.walking = asyncio.Lock()
        """Held by whoever walks it, one at a time in this process."""

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        """`now` is aware; it may go back."""
        self._now = now.astimezone(UTC)
