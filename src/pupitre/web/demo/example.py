"""The demo's example world, from `example.toml`, put into an empty sandbox on the working days that come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import cast

import msgspec
from msgspec import Struct

from pupitre.booking.reconcile import reconcile
from pupitre.booking.reminders import agree
from pupitre.model import BackendId
from pupitre.sandbox.loading import reset
from pupitre.sandbox.worlds import World, WorldAgent, WorldAppointment, WorldBusy, WorldPatient
from pupitre.slots import Rules
from pupitre.tenant import Tenant
from pupitre.web.demo.view import Caller
from pupitre.wiring import House

_SATURDAY = 5
_FAR_DAYS = 60


class ExampleAgent(Struct):
    name: str
    calendar: str


class ExamplePatient(Struct):
    name: str
    phone: str
    birth_date: date
    note: str | None = None
    """What makes this caller worth trying; without one he is not shown."""


class ExampleAppointment(Struct):
    patient: int
    agent: int
    day: int
    at: time
    reminders: bool = False


class ExampleBusy(Struct, rename={"start": "from", "end": "to"}):
    agent: int
    days: list[int]
    start: time
    end: time


class Example(Struct):
    tenant: str
    agents: list[ExampleAgent]
    patients: list[ExamplePatient]
    appointments: list[ExampleAppointment]
    busy: list[ExampleBusy]


@cache
def example() -> Example:
    """The world as the file has it."""
    text = files(__package__).joinpath("example.toml").read_text("utf-8")
    return msgspec.toml.decode(text, type=Example)


def callers() -> Sequence[Caller]:
    """Those a visitor may phone as."""
    return [Caller(one.name, one.phone, one.note) for one in example().patients if one.note is not None]


async def load(house: House, tenant: Tenant) -> None:
    """Put the example into the tenant's sandbox, whose desk runs. Raises Unavailable."""
    desk = await tenant.world()
    found = await reset(house, tenant, world_at(house.clock.now(), desk.rules))
    patients = cast("Mapping[str, BackendId]", found["patients"])
    desk = await tenant.world()
    for phone in {example().patients[one.patient].phone for one in example().appointments if one.reminders}:
        for appointment in await desk.records.upcoming(patients[phone], desk.now()):
            await agree(desk, appointment, desk.policy.offsets)
    step = house.in_step.of(tenant.id)
    if step is not None:
        await reconcile(step)


def world_at(now: datetime, rules: Rules) -> World:
    """The example as it falls from this instant on."""
    known, zone = example(), rules.zone
    today = now.astimezone(zone).date()
    ahead = (today + timedelta(days=n) for n in range(1, _FAR_DAYS))
    days = [today, *(day for day in ahead if day.weekday() < _SATURDAY and day not in rules.holidays)]

    def at(day: int, clock: time) -> datetime:
        return datetime.combine(days[day], clock, zone)

    return World(
        now=now.astimezone(zone),
        agents=[WorldAgent(str(number), one.name, one.calendar) for number, one in enumerate(known.agents)],
        patients=[WorldPatient(one.name, one.phone, one.birth_date) for one in known.patients],
        busy=[
            WorldBusy(str(one.agent), at(day, one.start), at(day, one.end)) for one in known.busy for day in one.days
        ],
        appointments=[
            WorldAppointment(known.patients[one.patient].phone, str(one.agent), start, start + rules.duration)
            for one in known.appointments
            for start in [at(one.day, one.at)]
        ],
    )
