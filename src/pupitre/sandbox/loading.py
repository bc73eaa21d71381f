"""Empties a tenant's world and loads another: our store, and the emulators where the mode has some."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from pupitre.backends.local.directory import LocalDirectory
from pupitre.backends.local.roster import Roster
from pupitre.booking.keys import external_uid
from pupitre.model import BackendId, Interval, Slot, Source, SyncState
from pupitre.ports import Draft
from pupitre.sandbox.worlds import LABELS, World, check, phone_of
from pupitre.store import sandbox
from pupitre.tenant import Tenant
from pupitre.wiring import House


async def reset(house: House, tenant: Tenant, world: World) -> dict[str, object]:
    """Empty the tenant's world and load this one; the answer maps labels and phones to backend ids.

    Raises Refused for a world that contradicts itself (then nothing was emptied), Unavailable.
    """
    check(world, tenant.settings.region)
    if house.emulators is not None:
        await house.emulators.clear_faults()
    async with house.emptying(tenant):
        await sandbox.empty(house.database, tenant.id)
        await house.set_clock(world.now)
        agents, patients = await _people(house, tenant, world)
        await sandbox.put_setting(house.database, tenant.id, LABELS, msgspec.json.encode(list(agents.items())).decode())
        await house.renew(tenant.id)
        await _book(tenant, world, agents, patients)
    return {"now": world.now.isoformat(), "agents": agents, "patients": patients}


async def _people(
    house: House, tenant: Tenant, world: World
) -> tuple[Mapping[str, BackendId], Mapping[str, BackendId]]:
    """Agents by label, patients by number (the first who has it), and everybody's busy time."""
    mode, region = tenant.settings.mode, tenant.settings.region
    patients: dict[str, BackendId] = {}
    if house.emulators is not None and mode in ("hybrid", "google"):
        await house.emulators.load_google(tenant.id, world)
    if house.emulators is not None and mode in ("hybrid", "odoo"):
        assert tenant.settings.odoo is not None
        database = tenant.settings.odoo.database
        made = await house.emulators.load_odoo(database, world, region, planning=mode == "odoo")
        for patient, id_ in zip(world.patients, made.patients, strict=True):
            if patient.phone:
                patients.setdefault(phone_of(patient.phone, region), id_)
        return made.agents, patients
    roster = Roster(house.database, tenant.id)
    directory = LocalDirectory(house.database, tenant.id)
    agents = {agent.id: (await roster.add(agent.name, agent.calendar)).id for agent in world.agents}
    for patient in world.patients:
        phones = (phone_of(patient.phone, region),) if patient.phone else ()
        one = await directory.add(patient.name, phones, patient.birth_date)
        for phone in phones:
            patients.setdefault(phone, one.id)
    if mode == "local":
        for busy in world.busy:
            await roster.add_absence(agents[busy.agent], Interval(busy.start, busy.end))
    return agents, patients


async def _book(
    tenant: Tenant, world: World, agents: Mapping[str, BackendId], patients: Mapping[str, BackendId]
) -> None:
    """Appointments that stand already, on every side, as an agent made them."""
    desk = await tenant.world()
    for number, wanted in enumerate(world.appointments):
        slot = Slot(wanted.start, wanted.end, agents[wanted.agent])
        patient = patients[phone_of(wanted.patient_phone, tenant.settings.region)]
        key = f"{tenant.id}:sandbox:{number}"
        made = await desk.records.create(Draft(patient, slot, call_id="", source=Source.AGENT), key)
        await desk.records.name_event(made.id, external_uid(desk, made.id))
        ref = None
        agent = await desk.agent(slot.agent_id)
        if desk.agenda is not None and agent is not None:
            named = await desk.records.read(made.id)
            ref = await desk.agenda.insert(named, agent, external_uid(desk, made.id))
        await desk.records.note_sync(made.id, SyncState.SYNCED, ref, None)
