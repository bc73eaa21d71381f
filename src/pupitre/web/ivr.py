"""`POST /ivr`: the voice gateway's webhook (contract §1)."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pupitre.desk import handed_over, take_turn
from pupitre.tenant import Tenant
from pupitre.voice import contract
from pupitre.web import bodies
from pupitre.web.access import Keys, Role
from pupitre.web.problems import Problem

_SCHEMA = msgspec.json.encode(contract.schema())


def routes(keys: Keys[Tenant]) -> list[Route]:
    """The webhook and its schema."""

    async def ivr(request: Request) -> Response:
        tenant = keys.tenant(request, Role.GATEWAY)
        desk = tenant.desk
        try:
            body = await bodies.read(request, contract.MAX_BODY)
            incoming = contract.parse(body, desk.clock.now(), tenant.settings.region)
        except (Problem, contract.NotUnderstood) as error:
            status = error.status if isinstance(error, Problem) else error.status_code
            name = error.type if isinstance(error, Problem) else "invalid"
            actions = [contract.action_json(action) for action in handed_over(desk.script).actions]
            raise Problem(status, name, str(error), actions=actions) from error
        return Response(contract.reply_json(await take_turn(desk, incoming)), media_type="application/json")

    async def schema(_request: Request) -> Response:
        return Response(_SCHEMA, media_type="application/json")

    return [Route("/ivr", ivr, methods=["POST"]), Route("/ivr/schema.json", schema)]
