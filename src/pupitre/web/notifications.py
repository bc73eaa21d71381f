"""`POST /google/notifications`: Google says that something in a calendar has changed, never what (guide on push).

No token of ours: each channel carries its own. A message only hastens the reading that happens anyway, so that a late,
repeated or lost one does no harm. A channel's first one says no more than that its messages reach us.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pupitre.backends.google.channels import read_push
from pupitre.store.sync import channel_of
from pupitre.web.problems import Problem
from pupitre.wiring import House


def routes(house: House) -> list[Route]:
    """One route."""

    async def notified(request: Request) -> Response:
        known = await channel_of(house.database, request.headers.get("x-goog-channel-id", ""))
        push = None
        if known is not None:
            push = read_push(dict(request.headers), known[1].channel_token or "")
        if known is None or push is None or known[0] not in house.tenants:
            raise Problem(404, "not_found", "This desk has no such channel, or no longer.")
        channel = known[1].channel
        if channel is not None and channel.resource_id not in ("", push.resource_id):
            raise Problem(404, "not_found", "The channel is another calendar's.")
        await house.in_step.hasten(known[0], push.channel_id)
        return Response(status_code=204)

    return [Route("/google/notifications", notified, methods=["POST"])]
