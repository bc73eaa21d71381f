"""One tenant's world in the sandbox: emptied and loaded, its clock walked, its state shown.

In local mode the world is the desk's own store, and what is shown is read from its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from pupitre.backends.local.directory import LocalDirectory
from pupitre.backends.local.records import LocalRecords
from pupitre.backends.local.roster import Roster
from pupitre.desk import forget
from pupitre.model import BackendId, Interval, Slot, Source, SyncState
from pupitre.phones import e164
from pupitre.ports import Draft, Refused
from pupitre.store import Database, sandbox
from pupitre.wiring import House, Tenant

_LABELS = "sandbox.agents"
_EVER = Interval(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
_MANY = 100_000


class WorldAgent(Struct):
    id: str
    """The caller's label for the agent, which the state shows."""
    name: str
    calendar: str | None = None


class WorldPatient(Struct):
    name: str
    phone: str | None = None
    birth_date: date | None = None


class WorldBusy(Struct):
    agent: str
    start: datetime
    end: datetime


class WorldAppointment(Struct):
    patient_phone: str
    agent: str
    start: datetime
    end: datetime


class World(Struct):
    """What `POST /_sandbox/reset` loads. Instants without an offset are refused."""

    now: datetime
    agents: list[WorldAgent] = []
    patients: list[WorldPatient] = []
    busy: list[WorldBusy] = []
    appointments: list[WorldAppointment] = []


async def reset(house: House, tenant: Tenant, world: World) -> dict[str, object]:
    """Empty the tenant's world and load this one; the answer maps labels and phones to backend ids.

    Raises Refused for a world that contradicts itself; then nothing was emptied.
    """
    _check(world, tenant.settings.region)
    await sandbox.empty(house.database, tenant.id)
    forget(tenant.desk)
    await house.set_clock(world.now)
    roster = Roster(house.database, tenant.id)
    agents = {agent.id: (await roster.add(agent.name, agent.calendar)).id for agent in world.agents}
    await sandbox.put_setting(house.database, tenant.id, _LABELS, msgspec.json.encode(list(agents.items())).decode())
    patients = await _load_patients(house, tenant, world.patients)
    for busy in world.busy:
        await roster.add_absence(agents[busy.agent], Interval(busy.start, busy.end))
    records = LocalRecords(house.database, tenant.id, house.clock, tenant.settings.location)
    for number, wanted in enumerate(world.appointments):
        slot = Slot(wanted.start, wanted.end, agents[wanted.agent])
        phone = _phone(wanted.patient_phone, tenant.settings.region)
        draft = Draft(patients[phone], slot, call_id="", source=Source.AGENT)
        made = await records.create(draft, f"sandbox:{number}")
        await records.name_event(made.id, f"{tenant.id}:event:{made.id}")
        await records.note_sync(made.id, SyncState.SYNCED, None, None)
    return {"now": _local(tenant, world.now), "agents": agents, "patients": patients}


def _check(world: World, region: str) -> None:
    labels = {agent.id for agent in world.agents}
    phones = {_phone(patient.phone, region) for patient in world.patients if patient.phone}
    spans: list[WorldBusy | WorldAppointment] = [*world.busy, *world.appointments]
    if any(at.tzinfo is None for at in (world.now, *(at for span in spans for at in (span.start, span.end)))):
        raise Refused("every instant needs its offset: 2026-01-05T09:00:00+01:00")
    for span in spans:
        if span.agent not in labels:
            raise Refused(f"there is no agent {span.agent!r} in this world")
        if span.start >= span.end:
            raise Refused(f"{span.start.isoformat()} is not before {span.end.isoformat()}")
    for appointment in world.appointments:
        if _phone(appointment.patient_phone, region) not in phones:
            raise Refused("an appointment's patient_phone is no patient's of this world")


def _phone(written: str, region: str) -> str:
    return e164(written, region) or written


async def _load_patients(house: House, tenant: Tenant, patients: Sequence[WorldPatient]) -> dict[str, BackendId]:
    """The first patient of each number, by number."""
    directory = LocalDirectory(house.database, tenant.id)
    ids: dict[str, BackendId] = {}
    for patient in patients:
        phones = (_phone(patient.phone, tenant.settings.region),) if patient.phone else ()
        made = await directory.add(patient.name, phones, patient.birth_date)
        for phone in phones:
            ids.setdefault(phone, made.id)
    return ids


async def state(house: House, tenant: Tenant) -> dict[str, object]:
    """What there is now, from the rows themselves."""
    labels = await _labels(house.database, tenant.id)
    now = house.clock.now()
    records = LocalRecords(house.database, tenant.id, house.clock, tenant.settings.location)
    directory = LocalDirectory(house.database, tenant.id)
    appointments = []
    for found in await records.between(_EVER):
        patient = await directory.read_patient(found.patient_id)
        appointments.append(
            {
                "id": found.id,
                "patient_phone": patient.phone_e164,
                **_span(tenant, labels, found.slot),
                "status": found.status,
                "sync_state": found.sync_state,
                "call_id": found.call_id or None,
                "google_event_id": found.ref.event_id if found.ref else None,
            }
        )
    claims = await tenant.reservations.claims(_EVER, now)
    return {
        "now": _local(tenant, now),
        "appointments": appointments,
        "google_events": [],
        "holds": [
            {"call_id": claim.call_id, **_span(tenant, labels, claim.slot), "expires": _local(tenant, claim.expires)}
            for claim in claims
            if claim.expires is not None
        ],
        "reminders": [
            {
                "id": reminder.id,
                "appointment_id": reminder.appointment_id,
                "type": "CALL",
                "offset": reminder.offset,
                "due": _local(tenant, reminder.due),
                "dial_at": _local(tenant, reminder.dial_at),
                "status": reminder.status,
            }
            for reminder in await tenant.reminders.between(_EVER, _MANY)
        ],
        "outbound_calls": [],
        "commitments": [
            {"id": found.id, "call_id": found.call_id, "intent": found.intent, "status": found.status}
            for found in reversed(await tenant.commitments.find(limit=_MANY))
        ],
        "tasks": [
            {
                "id": task.id,
                "kind": task.kind,
                "patient_phone": task.patient_phone,
                "call_id": task.call_id,
                "reason": task.reason,
                "due": _local(tenant, task.due),
                "status": task.status,
            }
            for status in ("open", "closed")
            for task in await tenant.tasks.listed(status, _MANY)
        ],
    }


async def _labels(database: Database, tenant: str) -> Mapping[BackendId, str]:
    kept = await sandbox.setting(database, tenant, _LABELS)
    pairs = msgspec.json.decode(kept or "[]", type=list[tuple[str, BackendId]])
    return {id_: label for label, id_ in pairs}


def _span(tenant: Tenant, labels: Mapping[BackendId, str], slot: Slot) -> dict[str, object]:
    return {
        "agent": labels.get(slot.agent_id, str(slot.agent_id)),
        "start": _local(tenant, slot.start),
        "end": _local(tenant, slot.end),
    }


def _local(tenant: Tenant, at: datetime) -> str:
    """RFC 3339 in the tenant's zone, never Z."""
    return at.astimezone(ZoneInfo(tenant.settings.timezone)).isoformat()
