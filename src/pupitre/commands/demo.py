"""`pupitre demo`: the whole desk on this machine, without an account anywhere."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import click

from pupitre.commands.init import write
from pupitre.config import load
from pupitre.logs import set_up
from pupitre.serving import serve_house
from pupitre.web.demo.desk_view import DeskView
from pupitre.web.demo.example import example
from pupitre.web.demo.example import load as load_example
from pupitre.web.demo.routes import routes
from pupitre.wiring import House, Tenant, open_house

_HOST = "127.0.0.1"


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Keep the demo's store in this folder.")
def demo(port: int, data: Path | None) -> None:
    """Try a call in the browser: example patients and agents, no account, loopback only.

    Without --data everything is forgotten at the end.
    """
    set_up()
    if data is not None:
        asyncio.run(_run(data, port))
        return
    with tempfile.TemporaryDirectory(prefix="pupitre-demo-") as folder:
        asyncio.run(_run(Path(folder), port))


async def _run(folder: Path, port: int) -> None:
    house, tenant = await demo_house(folder, port)
    click.echo(f"Pupitre, demo of {tenant.settings.name}. Settings and tokens: {folder}")
    click.echo("Open the address below in a browser and phone; `pupitre talk --url ADDRESS` does it in a terminal.")
    closing = asyncio.Event()
    page = routes(DeskView(house, tenant), closing)
    await serve_house(house, _HOST, port, working=True, visitor=tenant, extra=page, closing=closing)


async def demo_house(folder: Path, port: int) -> tuple[House, Tenant]:
    """The demo's desk in this folder, made with its example world when the folder holds none."""
    settings = folder / "pupitre.toml"
    new = not settings.exists()
    if new:
        write(
            folder,
            {"demo": example().tenant},
            sandbox=False,
            mode="local",
            desk_port=port,
            emulators_port=0,
            database=None,
        )
    house = await open_house(load(settings))
    tenant = house.tenants["demo"]
    if new:
        await load_example(house, tenant)
    return house, tenant
