"""What the desk asks of Odoo, call by call, once it knows the server."""

import asyncio
from datetime import timedelta

import pytest
import requests
from tests.odoo.places import NOW

from pupitre.model import CalendarRef, Slot, Source, SyncState
from pupitre.ports import Draft, Who

pytestmark = pytest.mark.xdist_group("odoo")


@pytest.fixture(params=["emulator session", "emulator json2"], ids=["session", "json2"])
def place(request):
    name = {"emulator session": "emulated_place", "emulator json2": "emulated_place_with_key"}[request.param]
    return request.getfixturevalue(name)


class Counted:
    """The calls that reach the emulator while something is done."""

    def __init__(self, place):
        self.url, self.database = f"{place.settings.url}/_emu/calls", place.settings.database

    async def __call__(self, doing):
        await asyncio.to_thread(requests.delete, self.url, timeout=10)
        await doing
        answer = await asyncio.to_thread(requests.get, self.url, {"db": self.database}, timeout=10)
        return answer.json()


async def test_the_start_of_a_call_costs_two_reads_at_once(desk):
    counted, number = Counted(desk.place), desk.place.new_number()
    desk.place.patient(phone=number)

    async def both():
        lookup = desk.directory.lookup_patient(Who(phone=number))
        await asyncio.gather(lookup, desk.records.upcoming_by_phone(number, NOW))

    await both()
    assert sorted(await counted(both())) == ["calendar.event.search_read", "res.partner.search_read"]


async def test_a_booking_costs_the_seeds_three_writes_and_nothing_else(desk):
    counted, records = Counted(desk.place), desk.records
    patient, agent = desk.place.patient(), desk.place.user("agent1@demo.test")

    def draft(day):
        start = NOW + timedelta(days=day)
        return Draft(patient, Slot(start, start + timedelta(minutes=30), agent), "c", Source.IVR)

    async def book(day):
        made = await records.create(draft(day), f"cost {patient} {day}")
        await records.name_event(made.id, f"demo:odoo_event:{made.id}")
        await records.note_sync(made.id, SyncState.SYNCED, CalendarRef("a", "b", "c"), None)

    await book(1)

    assert await counted(book(2)) == ["calendar.event.load", "calendar.event.write", "calendar.event.write"]


async def test_a_move_and_a_cancellation_cost_a_read_and_a_write_each(desk):
    counted, records = Counted(desk.place), desk.records
    patient, agent = desk.place.patient(), desk.place.user("agent2@demo.test")
    slot = Slot(NOW + timedelta(days=5), NOW + timedelta(days=5, minutes=30), agent)
    made = await records.create(Draft(patient, slot, "c", Source.IVR), f"moved {patient}")
    later = Slot(slot.start + timedelta(hours=1), slot.end + timedelta(hours=1), agent)

    costs = ["calendar.event.read", "calendar.event.write"]
    assert await counted(records.move(made.id, later, made.status)) == costs
    assert await counted(records.cancel(made.id, "x")) == costs
