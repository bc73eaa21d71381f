"""Work in the background is brought to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

_SECONDS = 2.0
"""What a request under way may take to be answered."""


async def end(tasks: Iterable[asyncio.Task[object]], seconds: float = _SECONDS) -> None:
    """Return when all of them have ended: by themselves within that much real time, else cancelled. Raises nothing."""
    left = set(tasks)
    if left and seconds:
        _, left = await asyncio.wait(left, timeout=seconds)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
