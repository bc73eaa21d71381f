"""The Google Calendar emulator as `control` mounts it: HTTP on one side, the subjects of this folder on the other."""

from __future__ import annotations

import html
import json
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from pupitre.emulators.faults import FaultGate, Faults, Respond, Rpc
from pupitre.emulators.google import api, batch, discovery, oauth, worlds
from pupitre.emulators.google.control_plane import ControlPlane, base_of
from pupitre.emulators.google.errors import Refusal, ordered
from pupitre.emulators.google.push import Push
from pupitre.emulators.google.quota import Counted
from pupitre.emulators.google.state import State
from pupitre.emulators.google.wire import Reply

_DISCOVERY_PATH = "/discovery/v1/apis/calendar/v3/rest"


class GoogleCalendar:
    """One emulated Google Calendar service."""

    name = "google"

    def __init__(self, data: Path | None, faults: Faults) -> None:
        """State in the folder `data` (made if missing), or in memory if None."""
        self._data = data
        self._faults = faults
        self._gate = FaultGate(self, self, faults)
        self._counted = Counted()

    async def open(self) -> None:
        self._state = State(self._data)
        self._push = Push(self._state)
        self._control = ControlPlane(self._state, self._push, self._faults, self._counted)
        if not self._state.meta.seeded:
            with self._state.transaction():
                worlds.seed_everything(self._state)

    async def close(self) -> None:
        await self._push.close()
        self._state.close()

    def rpc_of(self, path: str, body: bytes) -> Rpc:  # noqa: ARG002 -- the seam's shape: this API has no procedures
        return Rpc(None, None)

    def render_fault(self, respond: Respond) -> Response:
        refusal = ordered(respond.status or 500, respond.domain, respond.reason, respond.message)
        return _response(refusal.reply(), pretty=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = _after_prefix(request.scope, request.scope["path"])
        if path.startswith("/_emu/"):
            with self._state.transaction():
                return await self._control.answer(request, path.removeprefix("/_emu/"))
        if path.startswith(api.SERVICE_PATH):
            return await self._call(request)
        if path == "/batch/calendar/v3" and request.method == "POST":
            return await self._batch(request)
        if path == _DISCOVERY_PATH and request.method == "GET":
            return JSONResponse(discovery.served_document(base_of(request)))
        if path in ("/token", "/revoke") and request.method == "POST":
            form = {**request.query_params, **{k: str(v) for k, v in (await _form(request)).items()}}
            with self._state.transaction():
                is_token = path == "/token"
                reply = oauth.token(self._state, form) if is_token else oauth.revoke(self._state, form.get("token", ""))
            return _response(reply, pretty=True)
        return _nowhere(path)

    async def _call(self, request: Request) -> Response:
        raw = _after_prefix(request.scope, (request.scope.get("raw_path") or request.scope["path"].encode()).decode())
        asked = api.read(
            request.method,
            raw.partition("?")[0].removeprefix(api.SERVICE_PATH),
            request.scope["query_string"].decode("latin-1"),
            request.headers,
            await request.body(),
        )
        known = set(self._state.channels)
        with self._state.transaction():
            reply = api.answer(self._state, asked, self._counted)
            for channel_id in self._state.channels.keys() - known:
                self._push.greet(self._state.channels[channel_id])
            self._push.tell(self._state.take_changes())
        if reply is None:
            return _nowhere(request.scope["path"])
        return _response(reply, pretty=request.query_params.get("prettyPrint") != "false")

    async def _batch(self, request: Request) -> Response:
        """Inner calls pass the fault gate like outer ones; credentials are taken over where a part has none."""
        outer = request.headers.get("authorization")

        async def call(part: batch.Part) -> batch.PartReply:
            headers = {**({"authorization": outer} if outer else {}), **part.headers}
            return await self._inner_call(request.scope, request.receive, part, headers)

        try:
            parts = batch.parse(request.headers.get("content-type", ""), await request.body())
        except Refusal as refusal:
            return _response(refusal.reply(), pretty=True)
        boundary = f"batch_{secrets.token_urlsafe(16)}"
        body = await batch.answer(parts, call, boundary)
        return Response(body, headers={"Content-Type": f"multipart/mixed; boundary={boundary}"})

    async def _inner_call(
        self, outer: Scope, outer_receive: Receive, part: batch.Part, headers: dict[str, str]
    ) -> batch.PartReply:
        """One part, asked of this backend like any request; 503 when a fault closed the whole connection."""
        target = urlsplit(part.target)
        prefix: str = outer.get("root_path", "")
        raw = prefix + target.path.removeprefix(prefix)
        scope: Scope = {
            **outer,
            "method": part.http_method,
            "path": unquote(raw),
            "raw_path": raw.encode(),
            "query_string": target.query.encode(),
            "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()],
        }
        caught: list[Message] = []
        told = False

        async def receive() -> Message:
            nonlocal told
            if told:
                return await outer_receive()
            told = True
            return {"type": "http.request", "body": part.body, "more_body": False}

        async def send(message: Message) -> None:
            caught.append(message)

        await self._gate(scope, receive, send)
        start = next((m for m in caught if m["type"] == "http.response.start"), None)
        if start is None:
            return batch.PartReply(503, {}, b"")
        body = b"".join(m.get("body", b"") for m in caught if m["type"] == "http.response.body")
        shown = {k.decode().title(): v.decode("latin-1") for k, v in start["headers"]}
        return batch.PartReply(start["status"], shown, body)


async def _form(request: Request) -> dict[str, str]:
    """A form body; parsed here so that no multipart library is needed."""
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


def _after_prefix(scope: Scope, path: str) -> str:
    return path.removeprefix(scope.get("root_path", ""))


def _response(reply: Reply, *, pretty: bool) -> Response:
    headers = {"Cache-Control": "no-cache, no-store, max-age=0, must-revalidate", **reply.headers}
    if reply.body is None:
        return Response(status_code=reply.status, headers=headers)
    text = json.dumps(reply.body, ensure_ascii=False, indent=1 if pretty else None)
    return Response(text, reply.status, {**headers, "Content-Type": "application/json; charset=UTF-8"})


def _nowhere(path: str) -> Response:
    """What Google's front end says of an address that no service has."""
    page = f"<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title><p>{html.escape(path)} was not found."
    return HTMLResponse(page, 404)
