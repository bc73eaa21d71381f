"""So many requests a second and no more, for the tenant and for each calendar: token buckets on a monotonic clock."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from time import monotonic

from pupitre.ports import Unavailable

_BURST_S = 4.0
"""A bucket holds what runs into it in so many seconds."""


class Bucket:
    """Holds tokens for a short burst; runs full again at its rate."""

    def __init__(self, per_minute: int, now: Callable[[], float]) -> None:
        self._gap = 60 / per_minute
        self._burst = max(_BURST_S, self._gap)
        self._now = now
        self._empty_until = float("-inf")
        """When the bucket, drained by everything it has given, would hold its first token again."""

    def wait(self) -> float:
        """Seconds until the next token, to the microsecond; it is not taken yet."""
        return max(0.0, round(self._empty_until - self._now() - self._burst + self._gap, 6))

    def take(self) -> None:
        """Take a token, or the next one that runs in."""
        self._empty_until = max(self._empty_until, self._now()) + self._gap


class Pace:
    """When a request may go."""

    def __init__(
        self,
        per_minute: int,
        calendar_per_minute: int,
        at_most_s: float,
        now: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._tenant = Bucket(per_minute, now)
        self._calendars: defaultdict[str, Bucket] = defaultdict(lambda: Bucket(calendar_per_minute, now))
        self._at_most_s = at_most_s
        self._sleep = sleep

    async def turn(self, calendar: str | None) -> None:
        """Return when the request may go. Raises Unavailable at once when that is too far away."""
        buckets = [self._tenant] + ([self._calendars[calendar]] if calendar is not None else [])
        wait = max(bucket.wait() for bucket in buckets)
        if wait > self._at_most_s:
            raise Unavailable("too many requests of our own to Google are waiting", retry_after=wait)
        for bucket in buckets:
            bucket.take()
        if wait > 0:
            await self._sleep(wait)
