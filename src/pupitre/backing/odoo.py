"""Odoo mode: everything in Odoo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pupitre.backends.odoo.activities import OdooActivities
from pupitre.backends.odoo.checks import examine
from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.directory import OdooDirectory
from pupitre.backends.odoo.freebusy import OdooFreeBusy
from pupitre.backends.odoo.records import OdooRecords
from pupitre.backends.odoo.settings import OdooSettings
from pupitre.backends.odoo.users import Users
from pupitre.backing.backing import Backing, CheckUp, Finding
from pupitre.config import Tenant
from pupitre.dialogue.call import Call
from pupitre.ports import Clock

EXTERNAL_UID = "{tenant}:odoo_event:{id}"
"""Seed §1.1, `x_external_uid`."""


def odoo(tenant: Tenant, clock: Clock) -> Backing:
    """One client for all of it."""
    assert tenant.odoo is not None
    client = Client(tenant.odoo)
    users = Users(client)
    records = OdooRecords(client, users, clock)
    return Backing(
        OdooDirectory(client),
        records,
        OdooFreeBusy(client, users),
        todos=OdooActivities(client),
        by_phone=records,
        wake=client.wake,
        external_uid=EXTERNAL_UID,
        screen_pop=screen_pop(tenant.odoo),
        pings={"odoo": client.server},
        check_ups={"odoo": examined(client, clock)},
        closers=(client.close,),
    )


def examined(client: Client, clock: Clock) -> CheckUp:
    """Everything there is to say about this Odoo."""

    async def look() -> Sequence[Finding]:
        return [Finding(one.level, one.said) for one in await examine(client, clock)]

    return look


def screen_pop(settings: OdooSettings) -> Callable[[Call], str | None]:
    """The appointment's form, else the patient's once it is known who calls."""

    def address(call: Call) -> str | None:
        if call.appointment is not None:
            return settings.screen_pop_url("calendar.event", call.appointment.id)
        if call.patient is not None and call.identified:
            return settings.screen_pop_url("res.partner", call.patient.id)
        return None

    return address
