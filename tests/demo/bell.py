"""Tells every listener that something changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator


class Bell:
    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[str]] = set()

    def ring(self, what: str) -> None:
        for queue in self._queues:
            queue.put_nowait(what)

    async def listen(self) -> AsyncIterator[str]:
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._queues.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._queues.discard(queue)
