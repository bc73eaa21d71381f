"""What a voice gateway tells of a reminder call that nobody took (docs/reminders.md)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pupitre.booking import reminder_calls
from pupitre.tenant import Tenant
from pupitre.web.access import Keys, Role, guarded
from pupitre.web.bodies import answer, decode


class UnansweredJson(Struct):
    """How it ended."""

    outcome: Literal["no_answer", "busy", "machine", "failed"]


def routes(keys: Keys[Tenant]) -> list[Route]:
    """One route; 404 when no call rings for this reminder, so that told twice counts once."""

    async def unanswered(tenant: Tenant, request: Request) -> Response:
        ended = await decode(request, UnansweredJson)
        await reminder_calls.unanswered(await tenant.world(), request.path_params["reminder_id"], ended.outcome)
        return answer({})

    path = "/v1/reminders/{reminder_id}/unanswered"
    return [Route(path, guarded(keys, unanswered, Role.GATEWAY, Role.ADMIN), methods=["POST"])]
