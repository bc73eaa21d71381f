"""Runs a house behind uvicorn: one line `ready http://…` when it answers, a clean stop within five seconds."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence

import uvicorn
from starlette.routing import BaseRoute

from pupitre.ports import ConfigError
from pupitre.tenant import Tenant
from pupitre.web.app import app_of
from pupitre.wiring import House

BACKLOG = 1024
_SWITCH_SECONDS = 0.0001
"""A turn waits no longer for a thread of the durable engine that computes (Python's default is fifty times that)."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ConfigError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited: else 40 ms per answer on a kept line
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigError(f"server.port: {host}:{port} cannot be used ({error.strerror}); choose another") from error
    listener.listen(BACKLOG)
    return listener


async def serve_house(
    house: House,
    host: str,
    port: int,
    *,
    working: bool,
    visitor: Tenant | None = None,
    extra: Sequence[BaseRoute] = (),
    closing: asyncio.Event | None = None,
    opening: Callable[[str], Awaitable[None]] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish the turns under way and close the house.

    `closing` is set at the signal: answers that have no end of their own are to end then. `opening` is given the
    address as soon as it answers; what it does is done before the address is told to anybody.
    """
    try:
        listener = listen(host, port)
    except ConfigError:
        await house.close()
        raise
    server = uvicorn.Server(
        uvicorn.Config(
            app_of(house, visitor=visitor, extra=extra),
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=3,
        )
    )
    loop = asyncio.get_running_loop()
    sys.setswitchinterval(_SWITCH_SECONDS)
    house.launch(working=working)
    settling = asyncio.create_task(_settle(house))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():  # noqa: ASYNC110 -- uvicorn has no event to wait for
        await asyncio.sleep(0.005)
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, _stop, server, closing)
    if server.started:
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listener.getsockname()[1]}"
        try:
            if opening is not None:
                await opening(address)
        except BaseException:
            _stop(server, closing)
            await serving
            await house.close()
            raise
        print(f"ready {address}", flush=True)  # noqa: T201 -- contract §3
    await serving
    settling.cancel()
    await house.close()


async def _settle(house: House) -> None:
    """What was loaded stays: the collector of garbage need not look through it again and again, all turns waiting.

    Once when all is loaded, and once more when what is made on first use (grammars) has been.
    """
    await house.engine.ready()
    gc.collect()
    for seconds in (1, 60):
        gc.freeze()
        await asyncio.sleep(seconds)
    gc.freeze()


def _stop(server: uvicorn.Server, closing: asyncio.Event | None) -> None:
    server.should_exit = True
    if closing is not None:
        closing.set()
