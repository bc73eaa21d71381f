"""`pupitre serve` and `pupitre worker`: the desk, and the half of it that does due work."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import click

from pupitre.config import load
from pupitre.logs import set_up
from pupitre.serving import serve_house
from pupitre.wiring import open_house

config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The desk's settings, as `pupitre init` writes them.",
)


@click.command()
@config_option
@click.option("--port", type=click.IntRange(0, 65535), help="Instead of the settings' port; 0 takes a free one.")
@click.option("--no-worker", is_flag=True, help="Due work is left to `pupitre worker`.")
def serve(config_file: Path, *, port: int | None, no_worker: bool) -> None:
    """Answer voice gateways; prints `ready http://…` once it does."""
    set_up()
    config = load(config_file)
    chosen = config.desk.server.port if port is None else port

    async def run() -> None:
        house = await open_house(config)
        await serve_house(house, config.desk.server.host, chosen, working=not no_worker)

    asyncio.run(run())


@click.command()
@config_option
def worker(config_file: Path) -> None:
    """Do due work beside desks that were started with --no-worker."""
    set_up()
    config = load(config_file)

    async def run() -> None:
        house = await open_house(config)
        house.launch(working=True)
        stopped = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stopped.set)
        click.echo("ready")
        await stopped.wait()
        await house.close()

    asyncio.run(run())
