"""Odoo holds to the contracts of its ports: real 19 by session and by key, real 14, and the emulator."""

import itertools
from datetime import UTC, timedelta

import msgspec
import pytest
from tests.contracts.directory import AGENTS, PATIENTS, DirectoryContract
from tests.contracts.free_busy import FreeBusyContract
from tests.contracts.records import START, RecordsContract
from tests.odoo.places import *  # noqa: F403 -- fixtures
from tests.odoo.places import REAL, StoppedClock

from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.directory import OdooDirectory
from pupitre.backends.odoo.freebusy import OdooFreeBusy
from pupitre.backends.odoo.install import install
from pupitre.backends.odoo.records import OdooRecords
from pupitre.backends.odoo.users import Users
from pupitre.model import Agent, AppointmentStatus, Slot, Source
from pupitre.ports import Draft, SlotTaken

pytestmark = pytest.mark.xdist_group("odoo")

TURNS = itertools.count(1)


@pytest.fixture
async def client(place):
    """A tenant of its own, so that keys and patients of other tests are not in the way."""
    admin = place.admin
    if not admin.call("res.partner", "fields_get", ["x_birth_date"]):
        model = admin.call("ir.model", "search", [["model", "=", "res.partner"]])[0]
        field = {"name": "x_birth_date", "field_description": "Birth date", "ttype": "date", "state": "manual"}
        admin.call("ir.model.fields", "create", {"model_id": model, **field})
    settings = msgspec.structs.replace(
        place.settings,
        tenant=f"turn{next(TURNS)}",
        birth_date_field="x_birth_date",
        agents=tuple(f"{name.lower()}@demo.test" for name in AGENTS),
    )
    client = Client(settings, place.login)
    yield client
    await client.close()


@pytest.fixture
def two_agents(place):
    """Ids of AGENTS; what stands in their calendars from other tests is archived."""
    admin, ids = place.admin, []
    for name in AGENTS:
        login = f"{name.lower()}@demo.test"
        found = admin.call("res.users", "search", [["login", "=", login]])
        vals = {"name": name, "login": login, "tz": "Europe/Paris", "x_gcal_calendar_id": login}
        context = {"no_reset_password": True}
        ids += found or [admin.call("res.users", "create", vals, context=context)]
    partners = [place.partner_of(one) for one in ids]
    events = admin.call("calendar.event", "search", ["|", ["user_id", "in", ids], ["partner_ids", "in", partners]])
    admin.call("calendar.event", "write", events, {"active": False})
    return ids


@pytest.fixture
def three_patients(place):
    ids = [place.patient(name, phone=phone, x_birth_date=born.isoformat()) for name, phone, born in PATIENTS]
    yield ids
    found = place.admin.call("res.partner", "search", [["name", "in", [*[one[0] for one in PATIENTS], "Zoé Müller"]]])
    place.admin.call("res.partner", "write", found, {"active": False})


class TestDirectory(DirectoryContract):
    @pytest.fixture
    async def directory(self, client, three_patients, two_agents):
        return OdooDirectory(client)


class TestRecords(RecordsContract):
    @pytest.fixture
    async def records(self, client):
        return OdooRecords(client, Users(client), StoppedClock())

    @pytest.fixture
    async def patients(self, three_patients):
        return three_patients[:2]

    @pytest.fixture
    async def agents(self, two_agents):
        return two_agents


class TestFreeBusy(FreeBusyContract):
    @pytest.fixture
    async def planning(self, client):
        return OdooFreeBusy(client, Users(client))

    @pytest.fixture
    async def agents(self, two_agents):
        return [Agent(one, name) for one, name in zip(two_agents, AGENTS, strict=True)]

    @pytest.fixture(params=["appointment", "meeting"])
    async def take(self, request, place, client, three_patients):
        records = OdooRecords(client, Users(client), StoppedClock())

        async def appointment(agent, interval):
            draft = Draft(three_patients[0], Slot(interval.start, interval.end, agent.id), "call-1", Source.IVR)
            await records.create(draft, f"key-{agent.id}-{interval.start}")

        async def meeting(agent, interval):
            utc = {
                name: at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
                for name, at in (("start", interval.start), ("stop", interval.end))
            }
            values = {"name": "Réunion", "partner_ids": [[6, 0, [place.partner_of(agent.id)]]], **utc}
            place.admin.call("calendar.event", "create", values, context={"no_mail_to_attendees": True})

        return appointment if request.param == "appointment" else meeting


@pytest.mark.parametrize("place", [pytest.param(way, marks=pytest.mark.real) for way in REAL], indirect=True)
async def test_the_guard_lets_no_two_active_appointments_of_an_agent_overlap(place, client, two_agents, three_patients):
    """The optional constraint of `pupitre odoo install --guard`, on servers of one's own."""
    administrator = Client(msgspec.structs.replace(place.settings, api_key="", login="admin", password="admin"))
    by_sql = [row["id"] for row in place.admin.call("calendar.event", "search_read", [], fields=["id"])]
    place.admin.call("calendar.event", "write", by_sql, {"active": False})
    records = OdooRecords(client, Users(client), StoppedClock())

    def draft(minutes, agent=0):
        start = START + timedelta(days=300, minutes=minutes)
        slot = Slot(start, start + timedelta(minutes=30), two_agents[agent])
        return Draft(three_patients[0], slot, "call-1", Source.IVR)

    try:
        actions = place.admin.call("ir.actions.server", "search_count", [])
        for _ in range(2):
            await install(administrator, guard=True)
        assert place.admin.call("ir.actions.server", "search_count", []) == actions
        first = await records.create(draft(0), "key-1")
        await records.create(draft(30), "back to back")
        await records.create(draft(0, agent=1), "another agent")
        later = await records.create(draft(120), "later")

        with pytest.raises(SlotTaken):
            await records.create(draft(15), "overlapping")
        with pytest.raises(SlotTaken):
            await records.move(later.id, draft(45).slot, AppointmentStatus.CONFIRMED)
        assert (await records.read(later.id)).slot == draft(120).slot
        await records.cancel(first.id, "x")
        assert (await records.create(draft(0), "freed")).id != first.id
    finally:
        await administrator.close()
