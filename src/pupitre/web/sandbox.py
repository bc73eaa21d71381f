"""The sandbox's control (contract §4): load a world, walk its clock, look at what came of it. Admin token.

Only a desk whose settings say so has these routes, and only on a database that was made for it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pupitre.booking import reminder_calls
from pupitre.clock import HeldClock
from pupitre.ports import Unavailable
from pupitre.sandbox.loading import reset
from pupitre.sandbox.showing import state
from pupitre.sandbox.worlds import World
from pupitre.tenant import Tenant
from pupitre.web.access import Keys, Role
from pupitre.web.bodies import answer, decode
from pupitre.web.problems import Problem
from pupitre.web.shapes import local
from pupitre.wiring import House

WORLD_LIMIT = 16 * 1024 * 1024
"""Bytes: a world may hold thousands of patients."""


class ClockJson(Struct):
    """One of the two."""

    set: datetime | None = None
    advance: timedelta | None = None
    """ISO 8601: "PT1H"."""


class DialerJson(Struct):
    """What became of a call that rings."""

    reminder_id: str
    outcome: Literal["no_answer", "busy", "machine"]


class OneClock:
    """Before each request, the instant that any process of the sandbox has set: its time is one for all of them."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            with suppress(Unavailable):  # whoever is asked says so in his own words
                await self._house.refresh_clock()
        await self._app(scope, receive, send)


def routes(house: House, keys: Keys[Tenant]) -> list[Route]:
    """`/_sandbox/*`."""

    async def load(request: Request) -> Response:
        tenant = keys.tenant(request, Role.ADMIN)
        world = await decode(request, World, WORLD_LIMIT)
        return answer(await reset(house, tenant, world))

    async def clock(request: Request) -> Response:
        tenant = keys.tenant(request, Role.ADMIN)
        wanted = await decode(request, ClockJson)
        if (wanted.set is None) == (wanted.advance is None):
            raise Problem(400, "invalid", 'Say either {"set": an instant} or {"advance": a duration like "PT1H"}.')
        if wanted.set is not None and wanted.set.tzinfo is None:
            raise Problem(400, "invalid", "The instant needs its offset: 2026-01-05T09:00:00+01:00.")
        assert isinstance(house.clock, HeldClock)
        async with house.clock.walking:
            now = house.clock.now()
            until = wanted.set if wanted.set is not None else now + (wanted.advance or timedelta())
            if until < now:
                raise Problem(400, "invalid", f"Time is walked forward; it is {now.isoformat()} already.")
            await house.walk(until)
        return answer({"now": local(house.clock.now(), tenant.settings.timezone)})

    async def dialer(request: Request) -> Response:
        tenant = keys.tenant(request, Role.ADMIN)
        ended = await decode(request, DialerJson)
        await reminder_calls.unanswered(await tenant.world(), ended.reminder_id, ended.outcome)
        return answer({})

    async def look(request: Request) -> Response:
        return answer(await state(house, keys.tenant(request, Role.ADMIN)))

    return [
        Route("/_sandbox/reset", load, methods=["POST"]),
        Route("/_sandbox/clock", clock, methods=["POST"]),
        Route("/_sandbox/dialer", dialer, methods=["POST"]),
        Route("/_sandbox/state", look),
    ]
