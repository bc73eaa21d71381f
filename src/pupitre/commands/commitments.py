"""`pupitre commitments`: what was booked, moved and cancelled, step by step, and what waits for a person."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import click

from pupitre.booking import commit
from pupitre.booking.world import World
from pupitre.commands.listing import show as table
from pupitre.commands.opening import config_option, tenant_option, wall, with_tenant
from pupitre.commands.tasks import by_option
from pupitre.ports import Commitment, CommitmentStatus
from pupitre.tenant import Tenant
from pupitre.wiring import House

_ENGINE_SECONDS = 20
"""How long the engine may take to be there; then the command says that it is not."""


@click.group()
def commitments() -> None:
    """Bookings, moves and cancellations, each with its whole history."""


@commitments.command("list")
@click.option("--status", type=click.Choice(list(CommitmentStatus)), help="Those that stand so.")
@config_option
@tenant_option
def list_(status: str | None, config_file: Path, tenant_id: str | None) -> None:
    """The latest commitments, latest first."""

    async def work(_house: House, tenant: Tenant) -> None:
        found = await tenant.commitments.find(status=CommitmentStatus(status) if status else None)
        rows = [(one.id, wall(one.asked_at, tenant), one.status, _why(one)) for one in found]
        table(("id", "asked", "status", "error"), rows, empty="No commitment.")

    with_tenant(config_file, tenant_id, work)


@commitments.command()
@click.argument("commitment_id")
@config_option
@tenant_option
def show(commitment_id: str, config_file: Path, tenant_id: str | None) -> None:
    """Everything that happened to one commitment."""

    async def work(_house: House, tenant: Tenant) -> None:
        found = await tenant.commitments.read(commitment_id)
        click.echo(f"{found.id}: {found.status}" + (f", {found.error}" if found.error else ""))
        lines = await tenant.commitments.history(commitment_id)
        rows = [(wall(line.at, tenant), line.what, line.by, line.detail) for line in lines]
        table(("at", "what", "by", "detail"), rows, empty="No history.")

    with_tenant(config_file, tenant_id, work)


@commitments.command()
@click.argument("commitment_id")
@by_option
@config_option
@tenant_option
def retry(commitment_id: str, by: str, config_file: Path, tenant_id: str | None) -> None:
    """Have a commitment that waits or is in error tried again, now."""
    _decide(commit.retry, commitment_id, by, config_file, tenant_id, begins=True)


@commitments.command()
@click.argument("commitment_id")
@by_option
@config_option
@tenant_option
def close(commitment_id: str, by: str, config_file: Path, tenant_id: str | None) -> None:
    """Say that somebody has seen to a commitment: it is not tried again."""
    _decide(commit.close, commitment_id, by, config_file, tenant_id)


def _why(one: Commitment) -> str | None:
    return f"closed by {one.closed_by}: {one.error}" if one.closed_by else one.error


def _decide(
    decision: Callable[[World, str, str], Awaitable[Commitment]],
    commitment_id: str,
    by: str,
    config_file: Path,
    tenant_id: str | None,
    *,
    begins: bool = False,
) -> None:
    async def work(house: House, tenant: Tenant) -> None:
        house.launch(working=False)
        if begins:
            with suppress(TimeoutError):
                await asyncio.wait_for(house.engine.ready(), _ENGINE_SECONDS)
        found = await decision(await tenant.world(), commitment_id, by)
        click.echo(f"{found.id}: {found.status}")

    with_tenant(config_file, tenant_id, work)
