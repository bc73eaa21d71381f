"""`pupitre patients`: the list of patients of a desk that keeps its own (local and google modes)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from pupitre.backends.local.csv_import import PatientFile, read_patients
from pupitre.backends.local.directory import LocalDirectory
from pupitre.commands.listing import show
from pupitre.commands.opening import PersonName, config_option, tenant_option, with_tenant
from pupitre.phones import e164
from pupitre.tenant import Tenant
from pupitre.wiring import House

_PAGE = 500


@click.group()
def patients() -> None:
    """The people appointments are made for."""


@patients.command("list")
@config_option
@tenant_option
def list_(config_file: Path, tenant_id: str | None) -> None:
    """Everybody, in the order they were added."""

    async def work(house: House, tenant: Tenant) -> None:
        directory = LocalDirectory(house.database, tenant.id)
        rows, last = [], 0
        while page := await directory.page(last, _PAGE):
            rows += [(found.id, found.name, found.phone_e164, found.birth_date) for found in page]
            last = int(page[-1].id)
        show(("id", "name", "phone", "born"), rows, empty="No patient yet: add one, or import a CSV file.")

    with_tenant(config_file, tenant_id, work)


@patients.command()
@click.argument("name", type=PersonName())
@click.option("--phone", "phones", multiple=True, help="As people write it; several may be given.")
@click.option("--birth-date", type=click.DateTime(["%Y-%m-%d"]), help="YYYY-MM-DD")
@config_option
@tenant_option
def add(
    name: str, phones: tuple[str, ...], birth_date: datetime | None, config_file: Path, tenant_id: str | None
) -> None:
    """Add NAME, first name first: "Jean Dupont"."""

    async def work(house: House, tenant: Tenant) -> None:
        born = birth_date.date() if birth_date else None
        if born and born > tenant.desk.script.settings.local(house.clock.now()).date():
            raise click.BadParameter(f"{born} is still to come: nobody was born then.")
        written = []
        for phone in phones:
            number = e164(phone, tenant.settings.region)
            if number is None:
                raise click.BadParameter(
                    f"{phone!r} is no telephone number; write it as 06 12 34 56 78 or +33612345678"
                )
            written.append(number)
        directory = LocalDirectory(house.database, tenant.id)
        made = await directory.add(name, written, born)
        click.echo(f"{made.id}  {made.name}")

    with_tenant(config_file, tenant_id, work)


@patients.command()
@click.argument("patient_id", type=int)
@config_option
@tenant_option
def remove(patient_id: int, config_file: Path, tenant_id: str | None) -> None:
    """Forget a patient who has no appointments."""

    async def work(house: House, tenant: Tenant) -> None:
        await LocalDirectory(house.database, tenant.id).remove(patient_id)
        click.echo(f"{patient_id} is removed.")

    with_tenant(config_file, tenant_id, work)


@patients.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@config_option
@tenant_option
@click.pass_context
def import_(context: click.Context, file: Path, config_file: Path, tenant_id: str | None) -> None:
    """Add the patients of a CSV file; those known by name and phone are brought up to date.

    Lines that cannot be read are reported and left out; exit status 1 when there were any.
    """
    data = file.read_bytes()

    async def work(house: House, tenant: Tenant) -> PatientFile:
        today = tenant.desk.script.settings.local(house.clock.now()).date()
        read = read_patients(data, tenant.settings.region, today)
        await LocalDirectory(house.database, tenant.id).put(read.entries)
        return read

    found = with_tenant(config_file, tenant_id, work)
    click.echo(f"Patients imported: {len(found.entries)}. Lines left out: {len(found.refused)}.")
    for line in found.refused:
        click.echo(f"line {line.number}: {line.reason}", err=True)
    if found.refused:
        context.exit(1)
