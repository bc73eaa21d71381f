"""`pupitre emulate`: the Google Calendar and Odoo emulators as a process of their own."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import click

from pupitre.emulators.control import application
from pupitre.emulators.server import claimed, listen, serve
from pupitre.ports.errors import ConfigError


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="On loopback; 0 picks a free one."
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the state in this folder (made if missing) across restarts; without it, in memory.",
)
def emulate(port: int, data: Path | None) -> None:
    """Run the Google Calendar and Odoo emulators on one port until SIGTERM."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(claimed(data))
        except OSError as error:
            raise ConfigError(f"{data} cannot be used ({_why(error)}). Choose another folder with --data.") from error
        try:
            listener = stack.enter_context(listen(port))
        except OSError as error:
            raise ConfigError(f"port {port} cannot be opened ({_why(error)}). Choose another with --port.") from error
        asyncio.run(serve(application(data), listener, lambda address: click.echo(f"ready {address}")))


def _why(error: OSError) -> str:
    return "another process has it" if isinstance(error, BlockingIOError) else str(error.strerror)
