"""The demo's example world, from `example.toml`, put into an empty store on the working days that come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from pupitre.backends.local.directory import LocalDirectory
from pupitre.backends.local.records import LocalRecords
from pupitre.backends.local.roster import Roster
from pupitre.closures import public_holidays
from pupitre.model import Interval, Slot, Source, SyncState
from pupitre.ports import Draft
from pupitre.web.demo.view import Caller
from pupitre.wiring import House, Tenant

_SATURDAY = 5


class ExampleAgent(Struct):
    name: str


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
    """Fill the tenant's empty store."""
    world = example()
    zone = ZoneInfo(tenant.settings.timezone)
    now = house.clock.now()
    days = _working_days(now.astimezone(zone).date(), tenant.settings.slots.holidays)
    roster = Roster(house.database, tenant.id)
    directory = LocalDirectory(house.database, tenant.id)
    records = LocalRecords(house.database, tenant.id, house.clock, tenant.settings.location)
    agents = [(await roster.add(agent.name)).id for agent in world.agents]
    patients = [(await directory.add(one.name, [one.phone], one.birth_date)).id for one in world.patients]
    for busy in world.busy:
        for day in busy.days:
            span = Interval(*(datetime.combine(days[day], edge, zone) for edge in (busy.start, busy.end)))
            await roster.add_absence(agents[busy.agent], span)
    for number, known in enumerate(world.appointments):
        start = datetime.combine(days[known.day], known.at, zone)
        slot = Slot(start, start + timedelta(minutes=tenant.settings.slots.duration_min), agents[known.agent])
        draft = Draft(patients[known.patient], slot, call_id="", source=Source.AGENT)
        made = await records.create(draft, f"example:{number}")
        await records.note_sync(made.id, SyncState.SYNCED, None, None)


def _working_days(today: date, holidays: str | None) -> list[date]:
    """Today and the working days after it, as far as the example reaches."""
    closed = public_holidays(holidays, today.year)
    ahead = (today + timedelta(days=n) for n in range(1, 60))
    return [today, *(day for day in ahead if day.weekday() < _SATURDAY and day not in closed)]
