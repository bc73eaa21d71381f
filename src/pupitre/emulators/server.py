"""The one HTTP server of the emulators: loopback, able to drop a connection, done within seconds of SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from pupitre.emulators.faults import ABORT_EXTENSION

_GRACE_S = 2
"""How long open connections may finish after a stop was asked for."""


class _DroppableProtocol(HttpToolsProtocol):
    """Offers the application a way to close the connection without an answer."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {ABORT_EXTENSION: {"abort": self.transport.abort}}


class _Server(uvicorn.Server):
    """Says when it answers, and leaves signals to `serve`."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(app: ASGIApp, port: int, ready: Callable[[str], None]) -> None:
    """Answer on 127.0.0.1:`port` (0: a free one) until SIGTERM or SIGINT; `ready` gets the base address.

    Raises OSError when the port is taken.
    """
    listener = socket.create_server(("127.0.0.1", port), reuse_port=False)
    # asyncio only sets this by itself on sockets that say they are TCP; without it every kept-alive answer waits 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        app, http=_DroppableProtocol, log_level="warning", timeout_graceful_shutdown=_GRACE_S, lifespan="on"
    )
    server = _Server(config, lambda: ready(address))
    loop = asyncio.get_running_loop()
    for stop in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(stop, lambda: setattr(server, "should_exit", True))
    try:
        await server.serve(sockets=[listener])
    finally:
        listener.close()
