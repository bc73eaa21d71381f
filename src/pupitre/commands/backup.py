"""`pupitre backup`: a consistent copy of the store while the desk runs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from pupitre.commands.opening import config_option
from pupitre.config import load
from pupitre.store.backup import backup as copy_store


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@config_option
def backup(file: Path, config_file: Path) -> None:
    """Copy the store to FILE, also while it is in use. A former copy in FILE is replaced once the new one is whole."""
    asyncio.run(copy_store(load(config_file).database_url, file))
    click.echo(f"The store is copied to {file}.")
