"""The demo's time: it runs as fast as the wall's, and a visitor may walk it ahead."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from pupitre.clock import HeldClock
from pupitre.ports import Unavailable
from pupitre.wiring import House

log = structlog.get_logger()

_BEAT_SECONDS = 1.0


async def keep_pace(house: House) -> None:
    """For ever: let the sandbox's time pass like the wall's, with all that falls due in it."""
    loop = asyncio.get_running_loop()
    before = loop.time()
    while True:
        await asyncio.sleep(_BEAT_SECONDS)
        try:
            async with _clock(house).walking:
                now = loop.time()
                await house.walk(house.clock.now() + timedelta(seconds=now - before))
                before = now
        except Unavailable as error:
            log.warning("time_stands_still", reason=str(error))


async def walk_to(house: House, until: datetime) -> None:
    """Let time pass until then, at once; what is past already is no error. Raises Unavailable."""
    async with _clock(house).walking:
        if until > house.clock.now():
            await house.walk(until)


def _clock(house: House) -> HeldClock:
    assert isinstance(house.clock, HeldClock)
    return house.clock
