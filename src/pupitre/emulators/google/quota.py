"""Usage limits: calls per sliding minute, by user and in all (guides/quota). Off until limits are set."""

from __future__ import annotations

from collections import deque

from pupitre.emulators.google.errors import ordered
from pupitre.emulators.google.state import State

_WINDOW_MS = 60_000


class Counted:
    """The calls of the last minute by the emulator's clock. Refused calls are not counted."""

    def __init__(self) -> None:
        self._by_user: dict[str, deque[int]] = {}
        self._all: deque[int] = deque()

    def forget(self) -> None:
        self._by_user.clear()
        self._all.clear()

    def count(self, state: State, user: str) -> None:
        """Count one call. Raises 403 rateLimitExceeded or userRateLimitExceeded instead when the minute is full."""
        limits = state.meta.quota
        if limits.per_minute_project is None and limits.per_minute_user is None:
            return
        now = state.clock.now_ms()
        mine = self._by_user.setdefault(user, deque())
        for calls in (mine, self._all):
            while calls and not now - _WINDOW_MS < calls[0] <= now:
                calls.popleft()
        if limits.per_minute_project is not None and len(self._all) >= limits.per_minute_project:
            raise ordered(403, "usageLimits", "rateLimitExceeded", "Rate Limit Exceeded")
        if limits.per_minute_user is not None and len(mine) >= limits.per_minute_user:
            raise ordered(403, "usageLimits", "userRateLimitExceeded", "User Rate Limit Exceeded")
        mine.append(now)
        self._all.append(now)
