"""Errors as RFC 9457 problem details. `type` is stable; `detail` tells a person what to correct."""

from __future__ import annotations

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pupitre.ports import Conflict, DeskError, NotFound, Refused, SlotTaken, Unavailable

log = structlog.get_logger()


class Problem(Exception):
    """Answered as problem+json. `type` is one of the names documented in docs/reference/http.md."""

    def __init__(self, status: int, type_: str, detail: str, *, actions: list[dict[str, object]] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.type = type_
        self.detail = detail
        self.actions = actions


_OF_ERRORS: tuple[tuple[type[DeskError], int, str], ...] = (
    (SlotTaken, 409, "slot_taken"),
    (Conflict, 409, "conflict"),
    (NotFound, 404, "not_found"),
    (Refused, 422, "refused"),
    (Unavailable, 503, "unavailable"),
)


def problem_of(error: DeskError) -> Problem:
    """What the outside is told of one of our errors."""
    for kind, status, name in _OF_ERRORS:
        if isinstance(error, kind):
            return Problem(status, name, str(error))
    return Problem(500, "internal", "Something is wrong with the desk's settings; its log says what.")


def response(problem: Problem) -> Response:
    """The problem on the wire; a 401 names the scheme (RFC 6750 §3)."""
    body: dict[str, object] = {"type": problem.type, "status": problem.status, "detail": problem.detail}
    if problem.actions is not None:
        body["actions"] = problem.actions
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else None  # noqa: PLR2004 -- RFC 9110 §11.6.1: 401 says how to authenticate
    return Response(msgspec.json.encode(body), problem.status, headers, "application/problem+json")


async def on_problem(_request: Request, error: Exception) -> Response:
    """Starlette's handler for Problem and DeskError."""
    if isinstance(error, Problem):
        return response(error)
    assert isinstance(error, DeskError)
    return response(problem_of(error))


class NeverBare:
    """Answers a bug as a problem, and writes where it was into the log: nobody outside sees a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            log.exception("request_failed", method=scope.get("method"), reason=type(error).__name__)
            if begun:
                raise
            problem = Problem(500, "internal", "The desk has a fault; its log says where.")
            await response(problem)(scope, receive, send)
