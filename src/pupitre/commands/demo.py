"""`pupitre demo`: the whole desk on this machine, without an account anywhere."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import click

from pupitre.commands.init import make_sandbox, write
from pupitre.config import Config, load
from pupitre.logs import set_up
from pupitre.ports.errors import ConfigError
from pupitre.serving import serve_house
from pupitre.settings import Mode
from pupitre.tenant import Tenant
from pupitre.web.demo.desk_view import DeskView
from pupitre.web.demo.example import example
from pupitre.web.demo.example import load as load_example
from pupitre.web.demo.pace import keep_pace
from pupitre.web.demo.play import Play
from pupitre.web.demo.routes import routes
from pupitre.wiring import House, open_house

_HOST = "127.0.0.1"
_ANNOUNCED_HOST = "desk.demo.test"
"""Google announces changes to https addresses only; the emulator brings what is meant for this one to the desk."""


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option("--mode", type=click.Choice(get_args(Mode)), help="What stands behind the desk.  [default: hybrid]")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Keep the demo's state in this folder.")
def demo(port: int, mode: Mode | None, data: Path | None) -> None:
    """Try a call in the browser: example patients and agents, emulated Odoo and Google, no account, loopback only.

    Without --data everything is forgotten at the end.
    """
    set_up()
    if data is not None:
        asyncio.run(_run(data, port, mode))
        return
    with tempfile.TemporaryDirectory(prefix="pupitre-demo-") as folder:
        asyncio.run(_run(Path(folder), port, mode))


async def _run(folder: Path, port: int, mode: Mode | None) -> None:
    kept = _kept(folder, mode)
    chosen = kept.tenants[0].settings.mode if kept else mode or "hybrid"
    before = urlsplit(kept.desk.sandbox.emulators or "").port if kept else None
    async with emulated(folder, chosen, before or 0) as emulators:
        if kept is None:
            await make_demo(folder, chosen, port, emulators)
        house = await open_house(load(_settings(folder)))
        tenant = house.tenants["demo"]
        closing = asyncio.Event()

        async def opening(address: str) -> None:
            if house.emulators is not None:
                await house.emulators.route_pushes(_ANNOUNCED_HOST, address)
            if kept is None:
                await load_example(house, tenant)
            house.begin(keep_pace(house))
            _tell(tenant, folder, emulators)

        view = DeskView(house, tenant)
        page = routes(view, closing, Play(house, tenant, view.lookout))
        await serve_house(
            house, _HOST, port, working=True, visitor=tenant, extra=page, closing=closing, opening=opening
        )


def _tell(tenant: Tenant, folder: Path, emulators: str | None) -> None:
    click.echo(f"Pupitre, demo of {tenant.settings.name}, mode {tenant.settings.mode}. Settings and tokens: {folder}")
    if emulators:
        click.echo(f"Emulators: {emulators}/odoo (database demo, admin/admin) and {emulators}/google/calendar/v3")
    click.echo("Open the address below in a browser and phone; `pupitre talk --url ADDRESS` does it in a terminal.")


def _settings(folder: Path) -> Path:
    return folder / "pupitre.toml"


def _kept(folder: Path, mode: Mode | None) -> Config | None:
    """The settings of the demo that this folder holds, if it does. Raises ConfigError when it is another one."""
    if not _settings(folder).exists():
        return None
    config = load(_settings(folder))
    if not config.desk.sandbox.enabled or [one.settings.id for one in config.tenants] != ["demo"]:
        raise ConfigError(f"--data: {folder} holds a desk that is no demo; choose another folder")
    kept = config.tenants[0].settings.mode
    if mode not in (None, kept):
        raise ConfigError(f"--mode: the demo in {folder} is in mode {kept}; choose another folder, or leave --mode out")
    return config


@asynccontextmanager
async def emulated(folder: Path, mode: Mode, port: int) -> AsyncIterator[str | None]:
    """The emulators, in this process, for as long as the block lasts; their address. Raises ConfigError."""
    if mode == "local":
        yield None
        return
    # Loaded while the desk needs them only: a local demo starts without.
    from pupitre.emulators.control import application  # noqa: PLC0415 -- see above
    from pupitre.emulators.server import answering, claimed, listen  # noqa: PLC0415 -- as above

    data = folder / "emulators"
    async with AsyncExitStack() as stack:
        try:
            stack.enter_context(claimed(data))
        except OSError as error:
            raise ConfigError(f"--data: another demo runs in {folder}; choose another folder") from error
        try:
            listener = stack.enter_context(listen(port))
        except OSError as error:
            raise ConfigError(
                f"--data: port {port}, where the emulators of {folder} answer, cannot be opened ({error.strerror}); "
                "free it, or choose another folder"
            ) from error
        yield await stack.enter_async_context(answering(application(data), listener))


async def make_demo(folder: Path, mode: Mode, port: int, emulators: str | None) -> None:
    """Write the demo's settings into this folder and make its store. Raises ConfigError, Unavailable."""
    write(
        folder,
        {"demo": example().tenant},
        sandbox=True,
        mode=mode,
        desk_port=port,
        emulators_port=urlsplit(emulators or "").port or 0,
        database=None,
    )
    if mode in ("hybrid", "google"):
        with (folder / "demo.toml").open("a") as settings:
            settings.write(f'\n[sync]\nannounced_at = "https://{_ANNOUNCED_HOST}/google/notifications"\n')
    await make_sandbox(folder)


@asynccontextmanager
async def local_demo(folder: Path) -> AsyncIterator[tuple[House, Tenant]]:
    """The example's desk without a server, in local mode, at work for as long as the block lasts."""
    await make_demo(folder, "local", 0, None)
    house = await open_house(load(_settings(folder)))
    house.launch(working=True)
    try:
        await load_example(house, house.tenants["demo"])
        yield house, house.tenants["demo"]
    finally:
        await house.close()
