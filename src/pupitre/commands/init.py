"""`pupitre init`: write a desk's settings, commented, with fresh tokens."""

from __future__ import annotations

import asyncio
import os
import secrets
from pathlib import Path
from typing import get_args

import click
import jinja2

from pupitre.clock import SystemClock
from pupitre.config import load
from pupitre.ports.errors import ConfigError
from pupitre.settings import Mode
from pupitre.store import migrate, open_database
from pupitre.store.sandbox import mark

_EMULATED_PASSWORD = "ivr"  # noqa: S105 -- what the Odoo emulator's technical user has
_EMULATED_BEARER = "ya29.emu-svc"
"""The Google emulator's service account, with which it shares every agent's calendar."""


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--sandbox", is_flag=True, help="Emulated backends and a clock set by hand.")
@click.option("--mode", type=click.Choice(get_args(Mode)), default="local", show_default=True)
@click.option("--desk-port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--emulators-port", type=click.IntRange(0, 65535), default=8090, show_default=True)
@click.option("--database", help="A postgresql:// address; without it, a SQLite file in DIRECTORY.")
@click.option("--tenants", type=click.IntRange(1, 2), default=1, show_default=True, help="How many organisations.")
def init(
    directory: Path,
    *,
    sandbox: bool,
    mode: Mode,
    desk_port: int,
    emulators_port: int,
    database: str | None,
    tenants: int,
) -> None:
    """Write DIRECTORY/pupitre.toml, a file per tenant and their tokens.

    With --sandbox the database is made as well, so that nothing but a sandbox can ever be emptied.
    """
    if database is not None and not database.startswith(("postgresql://", "postgres://")):
        raise click.UsageError("--database takes a postgresql:// address; leave it out for SQLite.")
    names = dict([("demo", "Pupitre"), ("demo2", "Second cabinet")][:tenants])
    write(
        directory,
        names,
        sandbox=sandbox,
        mode=mode,
        desk_port=desk_port,
        emulators_port=emulators_port,
        database=database,
    )
    if sandbox:
        asyncio.run(make_sandbox(directory))
    click.echo(f"{directory / 'pupitre.toml'} is written. Start the desk with:")
    click.echo(f"  pupitre serve --config {directory / 'pupitre.toml'}")


def write(
    directory: Path,
    names: dict[str, str],
    *,
    sandbox: bool,
    mode: Mode,
    desk_port: int,
    emulators_port: int,
    database: str | None,
) -> None:
    """Write the files of a desk for these tenants, id to name.

    Raises ConfigError rather than replace settings that are there.
    """
    settings = directory / "pupitre.toml"
    if settings.exists():
        raise ConfigError(f"{settings}: is there already; choose another directory, or remove it first")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        loader = jinja2.PackageLoader("pupitre.commands")
        templates = jinja2.Environment(loader=loader, keep_trailing_newline=True)  # noqa: S701 -- TOML, not HTML
        known: dict[str, object] = {
            "sandbox": sandbox,
            "mode": mode,
            "desk_port": desk_port,
            "emulators_port": emulators_port,
            "database": database or "pupitre.db",
            "ids": list(names),
        }
        for number, (id_, name) in enumerate(names.items()):
            prefix = f"{id_}." if number else ""
            for role in ("gateway", "admin"):
                _write_secret(directory / f"{prefix}{role}.token", secrets.token_urlsafe(32))
            if sandbox and mode in ("hybrid", "odoo"):
                _write_secret(directory / f"{prefix}odoo.password", _EMULATED_PASSWORD)
            if sandbox and mode in ("hybrid", "google"):
                _write_secret(directory / f"{prefix}google.bearer", _EMULATED_BEARER)
            text = templates.get_template("tenant.toml.j2").render(known | {"id": id_, "prefix": prefix, "name": name})
            (directory / f"{id_}.toml").write_text(text)
        settings.write_text(templates.get_template("pupitre.toml.j2").render(known))
    except OSError as error:
        raise ConfigError(f"{directory}: cannot be written ({error.strerror}); choose another directory") from error


async def make_sandbox(directory: Path) -> None:
    """Make the database and mark it: only so marked may a desk empty it. Raises ConfigError, Unavailable."""
    url = load(directory / "pupitre.toml").database_url
    await migrate(url)
    database = await open_database(url)
    try:
        await mark(database, SystemClock().now())
    finally:
        await database.close()


def _write_secret(path: Path, secret: str) -> None:
    """A file that only its owner may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secret + "\n")
