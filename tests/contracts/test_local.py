"""Local mode holds to the contracts of its ports, on SQLite and on PostgreSQL."""

from datetime import UTC, datetime

import pytest
from tests.contracts.directory import AGENTS, PATIENTS, DirectoryContract
from tests.contracts.free_busy import FreeBusyContract
from tests.contracts.records import RecordsContract
from tests.store.conftest import (  # noqa: F401  fixtures
    database,
    postgres,
    postgres_template,
    sqlite_template,
    url,
)

from pupitre.backends.local.directory import LocalDirectory
from pupitre.backends.local.free_busy import LocalFreeBusy
from pupitre.backends.local.records import LocalRecords
from pupitre.backends.local.roster import Roster
from pupitre.clock import HeldClock
from pupitre.model import AppointmentStatus, Interval, Slot, Source
from pupitre.ports import Draft, SlotTaken

TENANT = "demo"
CLOCK = HeldClock(datetime(2026, 1, 5, 9, 0, tzinfo=UTC))


@pytest.fixture
async def roster(database):  # noqa: F811 -- a fixture
    return Roster(database, TENANT)


@pytest.fixture
async def the_agents(roster):
    return [await roster.add(name) for name in AGENTS]


@pytest.fixture
async def the_patients(database):  # noqa: F811 -- a fixture
    directory = LocalDirectory(database, TENANT)
    return [await directory.add(name, (phone,), birth_date) for name, phone, birth_date in PATIENTS]


@pytest.fixture
def the_records(database):  # noqa: F811 -- a fixture
    return LocalRecords(database, TENANT, CLOCK)


class TestDirectory(DirectoryContract):
    @pytest.fixture
    async def directory(self, database, the_patients, the_agents):  # noqa: F811 -- a fixture
        return LocalDirectory(database, TENANT)


class TestRecords(RecordsContract):
    @pytest.fixture
    async def records(self, the_records):
        return the_records

    @pytest.fixture
    async def patients(self, the_patients):
        return [patient.id for patient in the_patients[:2]]

    @pytest.fixture
    async def agents(self, the_agents):
        return [agent.id for agent in the_agents]

    async def test_the_database_lets_no_two_active_appointments_of_an_agent_overlap(self, records, draft, slot):
        first = await records.create(draft(), "key-1")
        other = await records.create(draft(hours=2), "key-2")
        with pytest.raises(SlotTaken):
            await records.create(draft(hours=0.25, patient=1), "key-3")
        with pytest.raises(SlotTaken):
            await records.move(other.id, slot(-0.25), AppointmentStatus.CONFIRMED)
        await records.create(draft(agent=1), "key-4")
        await records.create(draft(hours=0.5), "key-5")

        assert slot(2) == (await records.read(other.id)).slot
        await records.cancel(first.id, "malade")
        assert slot() == (await records.create(draft(patient=1), "key-6")).slot
        with pytest.raises(SlotTaken):
            await records.move(first.id, slot(), AppointmentStatus.CONFIRMED)

    async def test_an_appointment_may_be_moved_onto_part_of_its_own_time(self, records, draft, slot):
        made = await records.create(draft(), "key-1")

        assert slot(0.25) == (await records.move(made.id, slot(0.25), AppointmentStatus.CONFIRMED)).slot

    async def test_another_tenants_appointments_are_not_there(self, database, records, draft, patients):  # noqa: F811 -- a fixture
        made = await records.create(draft(), "key-1")
        theirs = LocalRecords(database, "demo2", CLOCK)

        assert await theirs.made("key-1") is None
        assert [] == await theirs.upcoming(patients[0], made.slot.start)
        assert [] == await theirs.between(made.slot.interval)
        assert [] == await theirs.of_agent(made.slot.agent_id, made.slot.start)


class TestFreeBusy(FreeBusyContract):
    @pytest.fixture
    async def planning(self, database):  # noqa: F811 -- a fixture
        return LocalFreeBusy(database, TENANT)

    @pytest.fixture
    async def agents(self, the_agents):
        return the_agents

    @pytest.fixture(params=["appointment", "absence"])
    async def take(self, request, roster, the_records, the_patients):
        async def absence(agent, interval):
            await roster.add_absence(agent.id, interval, "congé")

        async def appointment(agent, interval):
            slot = Slot(interval.start, interval.end, agent.id)
            draft = Draft(the_patients[0].id, slot, "call-1", Source.IVR)
            await the_records.create(draft, f"key-{agent.id}-{interval.start}")

        return absence if request.param == "absence" else appointment

    async def test_a_cancelled_appointment_is_free_time(self, planning, agents, the_records, the_patients):
        slot = Slot(CLOCK.now(), CLOCK.now().replace(hour=10), agents[0].id)
        made = await the_records.create(Draft(the_patients[0].id, slot, "call-1", Source.IVR), "key-1")
        await the_records.cancel(made.id, "malade")

        found = await planning.busy(agents, Interval(slot.start, slot.end))
        assert [] == list(found.intervals[agents[0].id])
