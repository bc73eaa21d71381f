"""`pupitre tasks`: what waits for a person."""

from __future__ import annotations

from pathlib import Path

import click

from pupitre.commands.listing import show
from pupitre.commands.opening import config_option, tenant_option, wall, with_tenant
from pupitre.tenant import Tenant
from pupitre.wiring import House

by_option = click.option("--by", required=True, help="Who decides: it is kept with what is decided.")


@click.group()
def tasks() -> None:
    """What waits for a person: call-backs, conflicts, errors."""


@tasks.command("list")
@click.option("--closed", is_flag=True, help="Those that somebody has seen to.")
@config_option
@tenant_option
def list_(*, closed: bool, config_file: Path, tenant_id: str | None) -> None:
    """Open tasks, most urgent first."""

    async def work(_house: House, tenant: Tenant) -> None:
        found = await tenant.tasks.listed("closed" if closed else "open")
        none = "Nobody has closed a task yet." if closed else "Nothing waits for a person."
        rows = [(task.id, wall(task.due, tenant), task.kind, task.patient_phone, task.reason) for task in found]
        show(("id", "due", "kind", "phone", "reason"), rows, empty=none)

    with_tenant(config_file, tenant_id, work)


@tasks.command()
@click.argument("task_id", type=int)
@by_option
@config_option
@tenant_option
def close(task_id: int, by: str, config_file: Path, tenant_id: str | None) -> None:
    """Say that somebody has seen to a task."""

    async def work(house: House, tenant: Tenant) -> None:
        task = await tenant.tasks.close(task_id, by, house.clock.now())
        click.echo(f"{task.id} is closed by {task.closed_by}.")

    with_tenant(config_file, tenant_id, work)
