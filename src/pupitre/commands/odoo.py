"""`pupitre odoo install`: makes the desk's fields in a tenant's Odoo."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
from msgspec.structs import replace

from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.install import install
from pupitre.backends.odoo.settings import OdooSettings, Wire
from pupitre.commands.opening import choose, config_option, tenant_option
from pupitre.config import load
from pupitre.ports import ConfigError


@click.group()
def odoo() -> None:
    """What an Odoo server needs to work with the desk."""


@odoo.command(name="install")
@config_option
@tenant_option
@click.option("--login", prompt="Odoo administrator", help="A user with Settings rights, for this run only.")
@click.option(
    "--password",
    prompt=True,
    hide_input=True,
    envvar="PUPITRE_ODOO_PASSWORD",
    help="Asked for if not given; better given in the environment variable PUPITRE_ODOO_PASSWORD. Never stored.",
)
@click.option(
    "--guard",
    is_flag=True,
    help="Also make the database refuse overlapping appointments; for servers of your own only.",
)
def install_fields(config_file: Path, tenant_id: str | None, login: str, password: str, *, guard: bool) -> None:
    """Make the fields of docs/odoo.md where they are missing, and say what was done. Again changes nothing."""
    config = load(config_file)
    chosen = choose(config, tenant_id).id
    settings = next(tenant.odoo for tenant in config.tenants if tenant.settings.id == chosen)
    if settings is None:
        raise ConfigError(f"tenant {chosen} works without Odoo: its mode is neither hybrid nor odoo")
    for line in asyncio.run(_install(settings, login, password, guard=guard)):
        click.echo(line)


async def _install(settings: OdooSettings, login: str, password: str, *, guard: bool) -> list[str]:
    client = Client(replace(settings, login=login, password=password, api_key="", wire=Wire.SESSION))
    try:
        return await install(client, guard=guard)
    finally:
        await client.close()
