"""Who may ask: a bearer token names the tenant and what it may do (contract §1)."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Generic, TypeVar

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pupitre.web.problems import Problem, response

T = TypeVar("T")


class Role(StrEnum):
    GATEWAY = "gateway"
    """`POST /ivr` and the three functions."""
    ADMIN = "admin"
    """Everything of its tenant."""


class Keys(Struct, Generic[T], frozen=True):
    """The tenants by the SHA-256 of their tokens: tokens themselves are not kept."""

    holders: dict[bytes, tuple[T, Role]]
    visitor: T | None = None
    """Whom a request without a token belongs to: only in the demo, which listens on loopback alone."""

    def tenant(self, request: Request, *allowed: Role) -> T:
        """The tenant of the request's token.

        Raises Problem 401 (no such token; to a gateway's route any other is none) or 403 (another role's business).
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token and self.visitor is not None:
            return self.visitor
        holder = self.holders.get(digest(token.strip())) if scheme.lower() == "bearer" else None
        if holder is None:
            raise Problem(401, "unauthorized", "Send a token of this desk as 'Authorization: Bearer …'.")
        if holder[1] not in allowed and allowed == (Role.GATEWAY,):
            raise Problem(401, "unauthorized", "This takes the gateway's token.")
        if holder[1] not in allowed:
            raise Problem(403, "forbidden", f"This takes the {allowed[0]} token.")
        return holder[0]


def guarded(
    keys: Keys[T], handler: Callable[[T, Request], Awaitable[Response]], *roles: Role
) -> Callable[[Request], Awaitable[Response]]:
    """The handler, given the tenant of the request's token."""

    async def endpoint(request: Request) -> Response:
        return await handler(keys.tenant(request, *roles), request)

    return endpoint


def digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


class OnlyFromHere:
    """Refuses what a foreign page or a rebound name sends to an open desk on loopback (DNS rebinding, CSRF)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
            origin = headers.get(b"origin")
            own = _is_loopback(headers.get(b"host", "")) and (
                origin is None or (_is_loopback(origin.partition("://")[2]) and origin.startswith("http://"))
            )
            if not own:
                refusal = Problem(403, "forbidden", "The demo answers only to pages of its own address.")
                await response(refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _is_loopback(host: str) -> bool:
    name = host.rsplit(":", 1)[0] if host.count(":") == 1 or host.startswith("[") else host
    return name in {"127.0.0.1", "localhost", "[::1]", "[::1"}
