"""The one HTTP server of the emulators: loopback, able to drop a connection, done within seconds of SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

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


@contextlib.contextmanager
def claimed(folder: Path | None) -> Iterator[None]:
    """Keep the folder (made if missing) for this process alone; None needs no keeping.

    Raises OSError when it cannot be made or another process has it; a killed process lets go by itself.
    """
    if folder is None:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def listen(port: int) -> socket.socket:
    """A socket on 127.0.0.1:`port` (0: a free one). Raises OSError when the port is taken."""
    listener = socket.create_server(("127.0.0.1", port))
    # asyncio only sets this by itself on sockets that say they are TCP; without it every kept-alive answer waits 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


async def serve(app: ASGIApp, listener: socket.socket, ready: Callable[[str], None]) -> None:
    """Answer on 127.0.0.1 at the `listener` until SIGTERM or SIGINT; `ready` gets the base address.

    Raises RuntimeError when the application cannot start.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for stop in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(stop, stopped.set)
    async with answering(app, listener) as address:
        ready(address)
        await stopped.wait()


@contextlib.asynccontextmanager
async def answering(app: ASGIApp, listener: socket.socket) -> AsyncIterator[str]:
    """Answer at the `listener` for as long as the block lasts; gives the base address.

    Raises RuntimeError when the application cannot start.
    """
    config = uvicorn.Config(
        app, http=_DroppableProtocol, log_level="warning", timeout_graceful_shutdown=_GRACE_S, lifespan="on"
    )
    up = asyncio.Event()
    server = _Server(config, up.set)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    waiting = asyncio.create_task(up.wait())
    try:
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not up.is_set():
            raise RuntimeError("the emulators did not start; the log above says why")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        waiting.cancel()
        server.should_exit = True
        await serving
        listener.close()
