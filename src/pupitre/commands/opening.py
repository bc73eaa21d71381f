"""What commands share that read a desk's store: the settings, the tenant, an open store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import click

from pupitre.config import Config, load
from pupitre.settings import TenantFile
from pupitre.tenant import Tenant
from pupitre.wiring import House, open_house

T = TypeVar("T")

config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The desk's settings, as `pupitre init` writes them.",
)
tenant_option = click.option("--tenant", "tenant_id", help="Which organisation, where the desk serves several.")


class PersonName(click.ParamType[str]):
    """The name of somebody: not blank, on one line."""

    name = "name"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name without spaces around it."""
        text = " ".join(str(value).split())
        if not any(letter.isalpha() for letter in text):
            self.fail(f'{value!r} is nobody\'s name; write it as "Jean Dupont".', param, ctx)
        return text


@asynccontextmanager
async def opened(config: Config) -> AsyncIterator[House]:
    """The desk's store and tenants, without serving."""
    house = await open_house(config)
    try:
        yield house
    finally:
        await house.close()


def with_tenant(config_file: Path, tenant_id: str | None, work: Callable[[House, Tenant], Awaitable[T]]) -> T:
    """Run `work` on the chosen tenant of that desk."""
    config = load(config_file)
    chosen = choose(config, tenant_id).id

    async def run() -> T:
        async with opened(config) as house:
            return await work(house, house.tenants[chosen])

    return asyncio.run(run())


def choose(config: Config, tenant_id: str | None) -> TenantFile:
    """The tenant of that name, or the only one. Raises UsageError."""
    ids = [tenant.settings.id for tenant in config.tenants]
    if tenant_id is None and len(ids) > 1:
        raise click.UsageError(f"The desk serves {', '.join(ids)}; say which with --tenant.")
    for tenant in config.tenants:
        if tenant_id in (None, tenant.settings.id):
            return tenant.settings
    raise click.UsageError(f"There is no tenant {tenant_id!r}; the desk serves {', '.join(ids)}.")


def wall(at: datetime, tenant: Tenant) -> str:
    """An instant as a person of the tenant reads it."""
    return at.astimezone(ZoneInfo(tenant.settings.timezone)).strftime("%Y-%m-%d %H:%M")


def instant(text: str, tenant: Tenant) -> datetime:
    """What a person writes, local wall time, as an instant. Raises BadParameter."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no time: write 2026-01-06T09:00") from error
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(tenant.settings.timezone))
