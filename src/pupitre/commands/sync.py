"""`pupitre sync`: how record and planning stand to each other, and what a person decides where they differ."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from pupitre.booking.conflicts import Side
from pupitre.booking.in_step import InStep
from pupitre.booking.reconcile import reconcile
from pupitre.booking.report import Report
from pupitre.booking.resolve import resolve
from pupitre.commands.listing import show
from pupitre.commands.opening import config_option, tenant_option, wall, with_tenant
from pupitre.commands.tasks import by_option
from pupitre.ports import Refused
from pupitre.tenant import Tenant
from pupitre.wiring import House

_SIDES = {"record": Side.RECORD, "odoo": Side.RECORD, "planning": Side.PLANNING, "google": Side.PLANNING}


@click.group()
def sync() -> None:
    """Keep the record and the agents' calendars in step."""


@sync.command()
@config_option
@tenant_option
def status(config_file: Path, tenant_id: str | None) -> None:
    """How far each calendar has been read, what the last reconciliation did, and what does not agree."""

    async def work(house: House, tenant: Tenant) -> None:
        step = await _in_step(house, tenant)
        calendars = await step.following.calendars()
        rows = [
            (
                one.calendar,
                wall(one.read_at, tenant) if one.read_at else "never",
                wall(one.channel.expires_at, tenant) if one.channel else "",
                one.trouble,
            )
            for one in calendars
        ]
        show(("calendar", "read", "announced until", "trouble"), rows, empty="No calendar has been read.")
        told = await step.following.told()
        if told is None:
            click.echo("Record and planning have not been reconciled yet.")
            return
        _tell(msgspec.json.decode(told, type=Report), tenant)

    with_tenant(config_file, tenant_id, work)


@sync.command()
@config_option
@tenant_option
def run(config_file: Path, tenant_id: str | None) -> None:
    """Reconcile now. Exit status 1 when something could not be read or written."""

    async def work(house: House, tenant: Tenant) -> Report:
        report = await reconcile(await _in_step(house, tenant))
        _tell(report, tenant)
        return report

    if with_tenant(config_file, tenant_id, work).troubles:
        raise click.exceptions.Exit(1)


@sync.command()
@click.argument("side", type=click.Choice(sorted(_SIDES)))
@click.argument("appointment_id", type=int)
@by_option
@config_option
@tenant_option
def keep(side: str, appointment_id: int, by: str, config_file: Path, tenant_id: str | None) -> None:
    """End a conflict about an appointment: what this side says is written into the other."""

    async def work(house: House, tenant: Tenant) -> None:
        found = await resolve(await _in_step(house, tenant), appointment_id, _SIDES[side], by)
        click.echo(f"Appointment {found.id}: {found.status}, {wall(found.slot.start, tenant)}, {found.sync_state}.")

    with_tenant(config_file, tenant_id, work)


async def _in_step(house: House, tenant: Tenant) -> InStep:
    house.launch(working=False)
    await tenant.world()
    step = house.in_step.of(tenant.id)
    if step is None:
        raise Refused("In local mode there is nothing to keep in step: record and planning are one.")
    return step


def _tell(report: Report, tenant: Tenant) -> None:
    click.echo(
        f"Reconciled {wall(report.at, tenant)}: {report.calendars} calendars read, "
        f"{report.followed} appointments followed, {report.waiting} to be looked at again."
    )
    for line in report.lines:
        click.echo(f"  appointment {line.appointment_id}: {line.did}")
    for trouble in report.troubles:
        click.echo(f"  {trouble}")
