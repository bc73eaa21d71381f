"""The Google Calendar emulator as `control` mounts it."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from pupitre.emulators.faults import Faults, Respond, Rpc


class GoogleCalendar:
    """One emulated Google Calendar service."""

    name = "google"

    def __init__(self, data: Path | None, faults: Faults) -> None:
        self._data = data
        self._faults = faults

    def rpc_of(self, path: str, body: bytes) -> Rpc:  # noqa: ARG002 -- the seam's shape: this API has no procedures
        return Rpc(None, None)

    def render_fault(self, respond: Respond) -> Response:
        return JSONResponse({"error": {"code": respond.status, "message": respond.message}}, respond.status or 500)

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Response(status_code=404)(scope, receive, send)
