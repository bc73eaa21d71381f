"""Locks by name within one process: taken in the order asked for, forgotten when nobody wants them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Locks:
    """As many locks as there are names in use."""

    def __init__(self) -> None:
        self._wanted: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[None]:
        """Wait for `name`, and hold it inside the block."""
        lock, users = self._wanted.get(name, (asyncio.Lock(), 0))
        self._wanted[name] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._wanted[name]
            if users == 1:
                del self._wanted[name]
            else:
                self._wanted[name] = (lock, users - 1)
