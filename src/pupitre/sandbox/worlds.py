"""What `POST /_sandbox/reset` loads (contract §4), and whether it makes sense."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from pupitre.phones import e164
from pupitre.ports import Refused

LABELS = "sandbox.agents"
"""Under this name the store keeps which agent the caller calls what."""


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


def check(world: World, region: str) -> None:
    """Raises Refused for a world that contradicts itself."""
    labels = {agent.id for agent in world.agents}
    phones = {phone_of(patient.phone, region) for patient in world.patients if patient.phone}
    spans: list[WorldBusy | WorldAppointment] = [*world.busy, *world.appointments]
    if any(at.tzinfo is None for at in (world.now, *(at for span in spans for at in (span.start, span.end)))):
        raise Refused("every instant needs its offset: 2026-01-05T09:00:00+01:00")
    for span in spans:
        if span.agent not in labels:
            raise Refused(f"there is no agent {span.agent!r} in this world")
        if span.start >= span.end:
            raise Refused(f"{span.start.isoformat()} is not before {span.end.isoformat()}")
    for appointment in world.appointments:
        if phone_of(appointment.patient_phone, region) not in phones:
            raise Refused("an appointment's patient_phone is no patient's of this world")


def phone_of(written: str, region: str) -> str:
    return e164(written, region) or written
