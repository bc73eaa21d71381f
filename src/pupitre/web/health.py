"""Health and figures (contract §5): no token needed, and nothing about anybody in them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pupitre import metrics
from pupitre.ports import Clock, DeskError
from pupitre.web.bodies import answer

Ping = Callable[[], Awaitable[object]]
"""Asks a dependency whether it is there; raises DeskError when it is not."""

PATIENCE = 2.0
"""Seconds a dependency has to answer."""


def routes(dependencies: Mapping[str, Ping], clock: Clock) -> list[Route]:
    """`/healthz`, `/readyz`, `/metrics`."""
    last: dict[str, datetime] = {}

    async def healthz(_request: Request) -> Response:
        return answer({"status": "alive"})

    async def readyz(_request: Request) -> Response:
        names = list(dependencies)
        failures = await asyncio.gather(*(_failure(dependencies[name]) for name in names))
        found: dict[str, object] = {}
        for name, failure in zip(names, failures, strict=True):
            if failure is None:
                last[name] = clock.now()
            state = {"status": "ok"} if failure is None else {"status": "down", "reason": failure}
            found[name] = state | ({"last_success": last[name].isoformat()} if name in last else {})
        ready = not any(failures)
        return answer({"status": "ready" if ready else "not ready", "dependencies": found}, 200 if ready else 503)

    async def figures(_request: Request) -> Response:
        return Response(metrics.page(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", figures)]


async def _failure(ping: Ping) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE):
            await ping()
    except DeskError as error:
        return str(error)
    except TimeoutError:
        return f"no answer within {PATIENCE:g} s"
    return None
