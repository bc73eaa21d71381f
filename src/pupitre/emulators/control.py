"""All emulators behind one port: each under its own prefix, and faults for all of them at `/_emu/fault`.

A new emulator implements `Backend` and gets one line in `backends()`.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from pupitre.emulators.faults import BadFault, FaultGate, Faults, Faulty
from pupitre.emulators.google.backend import GoogleCalendar
from pupitre.emulators.odoo.backend import Odoo

_AT_THE_ROOT = {
    "google": ("/calendar/v3/{rest:path}", "/batch/calendar/v3", "/discovery/v1/{rest:path}", "/token"),
}
"""Paths that a backend answers without its prefix too: Google's client for Node keeps no prefix of its `rootUrl`."""


class Backend(Faulty, Protocol):
    """One emulator: an ASGI application that can be opened and closed, and put faults in its own words.

    It is mounted under `/<name>`; its routes see paths without that prefix. The control plane of one backend lives
    under its `/_emu/`.
    """

    async def open(self) -> None:
        """Load the state; called once before the first request."""
        ...

    async def close(self) -> None:
        """Stop background work and close the state; called once after the last request."""
        ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


def backends(data: Path | None, faults: Faults) -> Sequence[Backend]:
    """Every emulator there is. Each keeps its state in a folder of its own below `data`; None: in memory."""
    return (
        GoogleCalendar(data / "google" if data else None, faults),
        Odoo(data / "odoo" if data else None, faults),
    )


def application(data: Path | None) -> Starlette:
    """All emulators as one application, state below `data` (made if missing) or, if None, in memory."""
    faults = Faults()
    running = backends(data, faults)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            for backend in running:
                await backend.open()
                stack.push_async_callback(backend.close)
            yield

    async def order_fault(request: Request) -> Response:
        return await fault_order(request, faults, known=[b.name for b in running])

    async def clear_faults(_request: Request) -> Response:
        faults.clear()
        return Response(status_code=204)

    routes: list[BaseRoute] = [
        Route("/_emu/fault", order_fault, methods=["POST"]),
        Route("/_emu/fault", clear_faults, methods=["DELETE"]),
    ]
    for backend in running:
        gate = FaultGate(backend, backend, faults)
        routes.append(Mount(f"/{backend.name}", gate))
        routes += [Route(path, gate) for path in _AT_THE_ROOT.get(backend.name, ())]
    return Starlette(routes=routes, lifespan=lifespan)


async def fault_order(
    request: Request, faults: Faults, *, known: Sequence[str], backend: str | None = None
) -> Response:
    """Answer `POST …/fault`: 200 with the fault as understood, or 400 with what is wrong with it."""
    try:
        fault = faults.order(msgspec.json.decode(await request.body()), known=known, backend=backend)
    except (BadFault, msgspec.DecodeError) as error:
        return JSONResponse({"error": str(error)}, status_code=400)
    return JSONResponse(msgspec.to_builtins(fault))
