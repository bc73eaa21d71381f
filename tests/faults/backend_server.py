"""The backends in memory, behind a small HTTP server: they outlive the desks that are killed while using them."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.booking.backends import MemoryAgenda, MemoryRecords

from pupitre.model import Agent, Appointment, AppointmentStatus, BackendId, CalendarRef, Interval, Slot, SyncState
from pupitre.ports import DeskError, Draft

AGENTS = [Agent(45, "Alice", "alice@x"), Agent(46, "Bruno", "bruno@x"), Agent(47, "Chloé", "chloe@x")]


class Arguments(msgspec.Struct):
    """Whatever a call takes, by name."""

    draft: Draft | None = None
    key: str | None = None
    appointment_id: BackendId | None = None
    external_uid: str | None = None
    slot: Slot | None = None
    before: Slot | None = None
    status: AppointmentStatus | None = None
    reason: str | None = None
    state: SyncState | None = None
    ref: CalendarRef | None = None
    error: str | None = None
    appointment: Appointment | None = None
    agent: Agent | None = None
    agents: list[Agent] | None = None
    window: Interval | None = None


TAKES = {
    "read": {"appointment_id"},
    "create": {"draft", "key"},
    "made": {"key"},
    "name_event": {"appointment_id", "external_uid"},
    "move": {"appointment_id", "slot", "status"},
    "cancel": {"appointment_id", "reason"},
    "note_sync": {"appointment_id", "state", "ref", "error"},
    "busy": {"agents", "window"},
    "insert": {"appointment", "agent", "key"},
    "agenda.move": {"ref", "appointment", "agent", "key", "before"},
    "agenda.cancel": {"ref"},
    "agenda.read": {"ref"},
}


class Backends:
    """The server's state, for the test to look at."""

    def __init__(self) -> None:
        self.records, self.agenda = MemoryRecords(), MemoryAgenda()
        self.delay = 0.0
        self.port = 0

    async def call(self, request: Request) -> Response:
        which, method = request.path_params["backend"], request.path_params["method"]
        given = msgspec.json.decode(await request.body(), type=Arguments)
        if self.delay:
            await asyncio.sleep(self.delay)
        names = TAKES.get(f"{which}.{method}") or TAKES[method]
        backend = self.records if which == "records" else self.agenda
        try:
            value = await getattr(backend, method)(**{name: getattr(given, name) for name in names})
        except DeskError as error:
            return Response(msgspec.json.encode([type(error).__name__, str(error)]), status_code=409)
        return Response(msgspec.json.encode(value))

    def active(self) -> list[Appointment]:
        return [a for a in self.records.appointments.values() if a.status is AppointmentStatus.CONFIRMED]

    def events(self) -> list[object]:
        return [event for event in self.agenda.events.values() if event.uid and not event.cancelled]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def backends_running():
    """The server in a thread of this process, until the block ends."""
    state = Backends()
    app = Starlette(routes=[Route("/{backend}/{method}", state.call, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    state.port = server.servers[0].sockets[0].getsockname()[1]
    yield state
    server.should_exit = True
    thread.join(5)
