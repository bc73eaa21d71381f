"""`pupitre reminders`: which calls will be made, which were and what they brought; make those that are due, or none."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from pupitre.booking import reminder_calls
from pupitre.booking.dialling import KINDS
from pupitre.booking.due import do_now
from pupitre.booking.reminders import DUE_KIND
from pupitre.commands.listing import show as table
from pupitre.commands.opening import config_option, tenant_option, wall, with_tenant
from pupitre.model import Interval
from pupitre.ports import ReminderStatus
from pupitre.tenant import Tenant
from pupitre.wiring import House


@click.group()
def reminders() -> None:
    """Calls to patients before their appointments."""


@reminders.command("list")
@click.option("--status", type=click.Choice(list(ReminderStatus)), help="Those that stand so.")
@click.option(
    "--days",
    type=click.IntRange(0, 3660),
    default=7,
    show_default=True,
    help="From as many days ago to as many days ahead.",
)
@config_option
@tenant_option
def list_(status: str | None, days: int, config_file: Path, tenant_id: str | None) -> None:
    """Reminders of these days, by when the phone rings."""

    async def work(house: House, tenant: Tenant) -> None:
        now = house.clock.now()
        window = Interval(now - timedelta(days=days), now + timedelta(days=days))
        rows = [
            (one.id, wall(one.dial_at, tenant), one.status, one.dials, one.outcome)
            for one in await tenant.reminders.between(window)
            if status in (None, one.status)
        ]
        table(("id", "rings", "status", "dials", "outcome"), rows, empty="No reminder.")

    with_tenant(config_file, tenant_id, work)


@reminders.command()
@config_option
@tenant_option
def run(config_file: Path, tenant_id: str | None) -> None:
    """Dial what is due now, where no worker runs that does it."""

    async def work(house: House, tenant: Tenant) -> None:
        house.launch(working=False)
        await tenant.world()
        count = await do_now(house.due, house.worlds, KINDS, tenant.id, DUE_KIND, house.clock.now())
        click.echo(f"{count} reminders were due.")

    with_tenant(config_file, tenant_id, work)


@reminders.command()
@click.argument("reminder_id")
@config_option
@tenant_option
def cancel(reminder_id: str, config_file: Path, tenant_id: str | None) -> None:
    """Do not make this call."""

    async def work(house: House, tenant: Tenant) -> None:
        house.launch(working=False)
        found = await reminder_calls.cancel(await tenant.world(), reminder_id)
        click.echo(f"{found.id}: {found.status}")

    with_tenant(config_file, tenant_id, work)
