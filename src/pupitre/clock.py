"""The only place that reads the present."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


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
