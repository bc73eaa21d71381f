"""The whole of the desk's HTTP: routes, errors, and the order in which a request is looked at."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from pupitre.ports import DeskError
from pupitre.tenant import Tenant
from pupitre.web import admin, feeds, functions, health, ivr, notifications, openapi, reminders, sandbox, sync
from pupitre.web.access import Keys, OnlyFromHere, Role, digest
from pupitre.web.problems import NeverBare, Problem, on_problem, response
from pupitre.wiring import House


def app_of(house: House, *, visitor: Tenant | None = None, extra: Sequence[BaseRoute] = ()) -> Starlette:
    """The application. `visitor`: whose desk a request without a token reaches (the demo's); loopback pages only."""
    holders: dict[bytes, tuple[Tenant, Role]] = {}
    for configured in house.config.tenants:
        tenant = house.tenants[configured.settings.id]
        holders[digest(configured.gateway_token)] = (tenant, Role.GATEWAY)
        holders[digest(configured.admin_token)] = (tenant, Role.ADMIN)
    keys = Keys(holders, visitor)
    routes: list[BaseRoute] = [
        *ivr.routes(keys),
        *functions.routes(keys),
        *admin.routes(keys),
        *reminders.routes(keys),
        *sync.routes(house, keys),
        *feeds.routes(house),
        *notifications.routes(house),
        *health.routes(house.dependencies(), house.clock),
        *openapi.routes(),
        *extra,
    ]
    middleware = [Middleware(NeverBare), *([Middleware(OnlyFromHere)] if visitor else [])]
    if house.config.desk.sandbox.enabled:
        routes += sandbox.routes(house, keys)
        middleware.append(Middleware(sandbox.OneClock, house=house))
    return Starlette(
        routes=routes,
        middleware=middleware,
        exception_handlers={Problem: on_problem, DeskError: on_problem, HTTPException: _on_http},
    )


async def _on_http(_request: Request, error: Exception) -> Response:
    """Starlette's own refusals, in the form of all others."""
    assert isinstance(error, HTTPException)
    names = {404: "not_found", 405: "method_not_allowed"}
    problem = Problem(error.status_code, names.get(error.status_code, "http"), error.detail)
    answer = response(problem)
    answer.headers.update(error.headers or {})
    return answer
