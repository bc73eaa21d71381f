"""Faults: answers that a backend gives although nothing is wrong with the request.

A fault is set through `POST /_emu/fault`, waits for calls that match it, and acts on the nth and the `times - 1` after
it. Before it acts and after it is spent, calls pass. Faults are not kept across a restart.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, Protocol

from msgspec import Struct, ValidationError, convert
from msgspec.structs import replace
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTROL_PREFIX = "/_emu/"
"""Paths under it belong to the control plane and never fail by a fault."""

ABORT_EXTENSION = "pupitre.abort"
"""ASGI extension whose `abort` closes the connection without an answer."""


class Rpc(Struct, frozen=True):
    """The remote procedure that a request calls, where the backend's protocol has such a thing."""

    model: str | None
    method: str | None


class Match(Struct, frozen=True, forbid_unknown_fields=True):
    """Which calls a fault is meant for; what is absent matches everything."""

    method: str | None = None
    path_regex: str | None = None
    """Searched in the decoded path after the backend's prefix."""
    model: str | None = None
    rpc_method: str | None = None
    nth: int = 1
    """Matching calls are counted from 1 since the fault was set; those before the nth pass."""


class RpcError(Struct, frozen=True, forbid_unknown_fields=True):
    """A JSON-RPC error for backends that answer 200 with an error inside."""

    code: int = 200
    name: str = "odoo.exceptions.UserError"
    message: str = "Odoo Server Error"


class Respond(Struct, frozen=True, forbid_unknown_fields=True):
    """What a fault does. Without status, drop and rpc_error the call goes through, only later (`delay_ms`)."""

    status: int | None = None
    domain: str = "global"
    reason: str = "backendError"
    message: str = "Backend Error"
    retry_after: float | None = None
    """Seconds, sent as Retry-After."""
    drop: bool = False
    """Close the connection without an answer."""
    delay_ms: int = 0
    """Real milliseconds to wait before anything else."""
    rpc_error: RpcError | None = None

    @property
    def passes(self) -> bool:
        """Whether the backend's own answer goes out."""
        return self.status is None and not self.drop and self.rpc_error is None


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """One fault as it was ordered."""

    respond: Respond
    backend: str | None = None
    """None: every backend."""
    match: Match = Match()
    times: int = 1
    when: Literal["before", "after_commit"] = "before"
    """before: the backend never sees the call. after_commit: it does its work, and its answer is lost."""


class BadFault(ValueError):
    """The order cannot be understood; the message says why."""


class _Pending:
    """A fault together with the matching calls it has seen so far."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.seen = 0
        self._path = re.compile(fault.match.path_regex or "")

    def is_meant(self, backend: str, method: str, path: str, rpc: Rpc) -> bool:
        match = self.fault.match
        return (
            self.fault.backend in (None, backend)
            and match.method in (None, method)
            and self._path.search(path) is not None
            and match.model in (None, rpc.model)
            and match.rpc_method in (None, rpc.method)
        )

    @property
    def is_due(self) -> bool:
        return self.fault.match.nth <= self.seen < self.fault.match.nth + self.fault.times

    @property
    def is_spent(self) -> bool:
        return self.seen >= self.fault.match.nth + self.fault.times - 1


class Faults:
    """All pending faults of one server, oldest first."""

    def __init__(self) -> None:
        self._pending: list[_Pending] = []

    def order(self, body: object, *, known: Sequence[str], backend: str | None = None) -> Fault:
        """Add a fault from its JSON shape. `backend` overrides the one inside, which is `known`. Raises BadFault."""
        try:
            fault = convert(body, Fault)
            if backend is not None:
                fault = replace(fault, backend=backend)
            pending = _Pending(fault)
        except (ValidationError, re.error) as error:
            raise BadFault(f"{error}; see docs/google-emulator.md for the shape of a fault") from error
        if fault.backend is not None and fault.backend not in known:
            raise BadFault(f"there is no backend {fault.backend!r}; there is: {', '.join(known)}")
        self._pending.append(pending)
        return fault

    def clear(self, backend: str | None = None) -> None:
        """Forget the faults that concern this backend alone, or all of them."""
        self._pending = [p for p in self._pending if backend is not None and p.fault.backend != backend]

    def __len__(self) -> int:
        return len(self._pending)

    def take(self, backend: str, method: str, path: str, rpc: Rpc) -> Fault | None:
        """The fault that acts on this call, if any. Every matching fault counts the call; the oldest due one acts."""
        acting: Fault | None = None
        for pending in list(self._pending):
            if not pending.is_meant(backend, method, path, rpc):
                continue
            pending.seen += 1
            if pending.is_due:
                acting = acting or pending.fault
            if pending.is_spent:
                self._pending.remove(pending)
        return acting


class Faulty(Protocol):
    """What the gate must know of a backend."""

    @property
    def name(self) -> str: ...

    def rpc_of(self, path: str, body: bytes) -> Rpc:
        """The procedure this request calls; `Rpc(None, None)` where there is none."""
        ...

    def render_fault(self, respond: Respond) -> Response:
        """The fault as this backend would say it. `status` or `rpc_error` is set."""
        ...


class FaultGate:
    """ASGI: lets calls through to a backend, unless a fault acts on them."""

    def __init__(self, app: ASGIApp, backend: Faulty, faults: Faults) -> None:
        self._app = app
        self._backend = backend
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _path_after_prefix(scope)
        if scope["type"] != "http" or path.startswith(CONTROL_PREFIX) or not len(self._faults):
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        fault = self._faults.take(self._backend.name, scope["method"], path, self._backend.rpc_of(path, body))
        if fault is None:
            await self._app(scope, _replay(body, receive), send)
            return
        await asyncio.sleep(fault.respond.delay_ms / 1000)
        if fault.respond.passes:
            await self._app(scope, _replay(body, receive), send)
            return
        if fault.when == "after_commit":
            await self._app(scope, _replay(body, receive), _lose)
        if fault.respond.drop:
            await _drop(scope, receive)
            return
        response = self._backend.render_fault(fault.respond)
        if fault.respond.retry_after is not None:
            response.headers["Retry-After"] = f"{fault.respond.retry_after:g}"
        await response(scope, receive, send)


def _path_after_prefix(scope: Scope) -> str:
    path: str = scope.get("path", "")
    return path.removeprefix(scope.get("root_path", "")) or "/"


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _lose(_message: Message) -> None:
    """Stands where an answer would go out."""


async def _drop(scope: Scope, receive: Receive) -> None:
    extension = scope.get("extensions", {}).get(ABORT_EXTENSION)
    if extension is None:
        raise RuntimeError(f"this server cannot drop connections: it offers no {ABORT_EXTENSION}")
    extension["abort"]()
    while (await receive())["type"] != "http.disconnect":
        pass
