"""The routes of the demo page; mounted by the web application when it runs as `pupitre demo`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from pupitre.web.demo.play import Play
from pupitre.web.demo.play_routes import play_routes
from pupitre.web.demo.texts import texts
from pupitre.web.demo.view import DemoView

KEEP_ALIVE_S = 15.0
"""A comment line on a quiet event stream at least this often, so that a browser or proxy does not give it up."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page loads nothing from anywhere else, and says so to the browser (CSP level 3)."""

_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json", headers=_HEADERS)


def _problem(detail: str) -> Response:
    body = {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": detail}
    return Response(msgspec.json.encode(body), 400, media_type="application/problem+json", headers=_HEADERS)


def routes(view: DemoView, closing: asyncio.Event, play: Play) -> list[BaseRoute]:
    """The page at `/` and what it reads under `/demo/`. When `closing` is set, the streams of changes end.

    None of these check who asks: the application that mounts them is bound to loopback and refuses a foreign Host or
    Origin (contract §1).
    """

    async def page(_: Request) -> Response:
        shown = _templates().get_template("page.html").render(t=texts())
        return HTMLResponse(shown, headers={**_HEADERS, "content-security-policy": _POLICY})

    async def week(request: Request) -> Response:
        asked = request.query_params.get("start")
        try:
            start = date.fromisoformat(asked) if asked else None
        except ValueError:
            return _problem(f"start is a day as YYYY-MM-DD, not {asked!r}")
        return _json(await view.week(start))

    async def callers(_: Request) -> Response:
        return _json(await view.callers())

    async def turns(request: Request) -> Response:
        return _json(await view.turns(request.path_params["call_id"]))

    async def live(_: Request) -> Response:
        return StreamingResponse(
            _event_stream(view.changes(), closing), media_type="text/event-stream", headers=_HEADERS
        )

    static = StaticFiles(directory=Path(str(files(__package__))) / "static")
    return [
        Route("/", page),
        Route("/demo/week", week),
        Route("/demo/callers", callers),
        Route("/demo/turns/{call_id}", turns),
        Route("/demo/live", live),
        Mount("/demo/static", static),
        *play_routes(play, _templates().get_template("sides.html")),
    ]


async def _event_stream(changes: AsyncIterator[str], closing: asyncio.Event) -> AsyncIterator[bytes]:
    """Server-sent events (HTML §9.2): each change as a `message` whose data is its name.

    Listening begins before the stream says that it is open: what the page reads from then on misses nothing.
    """
    source = aiter(changes)
    waiting = asyncio.ensure_future(anext(source))
    ending = asyncio.ensure_future(closing.wait())
    await asyncio.sleep(0)
    try:
        yield b"retry: 1000\n: open\n\n"
        while True:
            done, _ = await asyncio.wait({waiting, ending}, timeout=KEEP_ALIVE_S, return_when=asyncio.FIRST_COMPLETED)
            if ending in done:
                return
            if not done:
                yield b": still here\n\n"
                continue
            try:
                change = waiting.result()
            except StopAsyncIteration:
                return
            waiting = asyncio.ensure_future(anext(source))
            yield b"data: " + change.replace("\n", " ").encode() + b"\n\n"
    finally:
        waiting.cancel()
        ending.cancel()
