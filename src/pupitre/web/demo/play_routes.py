"""The routes behind what a visitor may do besides phoning; like the page's own, for pages of this machine only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from jinja2 import Template
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from pupitre.booking.conflicts import Side
from pupitre.web.bodies import answer, decode
from pupitre.web.demo.play import Act, Play
from pupitre.web.demo.texts import texts
from pupitre.web.problems import Problem


class KeepJson(Struct):
    id: int
    side: Literal["record", "planning"]


class SyncJson(Struct):
    two_way: bool


class TimeJson(Struct):
    """One of the two."""

    until: datetime | None = None
    advance: timedelta | None = None
    """ISO 8601: "PT15M"."""


def play_routes(play: Play, template: Template) -> list[BaseRoute]:
    """`template` shows one appointment on both sides."""

    async def shown(request: Request) -> Response:
        found = await play.sides(request.path_params["id"])
        return HTMLResponse(template.render(t=texts(), a=found), headers={"cache-control": "no-store"})

    async def act(request: Request) -> Response:
        await play.act(await decode(request, Act))
        return answer({})

    async def keep(request: Request) -> Response:
        asked = await decode(request, KeepJson)
        await play.keep(asked.id, Side(asked.side))
        return answer({})

    async def sync(request: Request) -> Response:
        play.follow_both_ways((await decode(request, SyncJson)).two_way)
        return answer({})

    async def time(_: Request) -> Response:
        return answer(await play.time())

    async def walk(request: Request) -> Response:
        asked = await decode(request, TimeJson)
        if asked.until is not None:
            await play.walk(asked.until)
        elif asked.advance is not None:
            await play.advance(asked.advance)
        else:
            raise Problem(422, "invalid", "Say until when, or by how much.")
        return answer(await play.time())

    return [
        Route("/demo/sides/{id:int}", shown),
        Route("/demo/agent", act, methods=["POST"]),
        Route("/demo/keep", keep, methods=["POST"]),
        Route("/demo/sync", sync, methods=["POST"]),
        Route("/demo/time", time),
        Route("/demo/time", walk, methods=["POST"]),
    ]
