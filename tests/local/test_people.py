"""What a person keeps up to date in local mode: agents, hours, absences, patients."""

from datetime import date, time, timedelta

import pytest
from tests.store.conftest import NOW, database, postgres, postgres_template, sqlite_template, url  # noqa: F401  fixtures

from pupitre.backends.local.directory import LocalDirectory, PatientEntry, marks
from pupitre.backends.local.records import LocalRecords
from pupitre.backends.local.roster import Roster
from pupitre.clock import HeldClock
from pupitre.model import Interval, Slot, Source
from pupitre.nlu.meaning import SpokenName
from pupitre.ports import Draft, NotFound, Refused, Who

HOUR = timedelta(hours=1)
WEEK = (((time(8), time(12)), (time(13, 30), time(17))), (), (), ((time(9), time.max),), (), (), ())


@pytest.fixture
def roster(database):  # noqa: F811 -- a fixture
    return Roster(database, "demo")


@pytest.fixture
def directory(database):  # noqa: F811 -- a fixture
    return LocalDirectory(database, "demo")


async def test_a_retired_agent_is_not_booked_any_more(roster):
    anne, paul = await roster.add("Anne"), await roster.add("Paul", "paul@example.org")
    await roster.retire(anne.id, NOW)

    assert [paul] == await roster.agents()
    with pytest.raises(NotFound):
        await roster.retire(anne.id, NOW)


async def test_an_agent_may_have_hours_of_his_own_and_lose_them_again(roster):
    await roster.set_hours(45, WEEK)
    await roster.set_hours("x", WEEK[::-1])
    assert {45: WEEK, "x": WEEK[::-1]} == await roster.hours()

    await roster.set_hours(45, WEEK[::-1])
    await roster.set_hours("x", None)
    assert {45: WEEK[::-1]} == await roster.hours()


async def test_absences_are_those_that_touch_the_window(roster):
    away = await roster.add_absence(45, Interval(NOW, NOW + HOUR), "congé")
    later = await roster.add_absence("x", Interval(NOW + HOUR, NOW + 2 * HOUR))

    assert (45, "congé", "x") == (away.agent_id, away.reason, later.agent_id)
    assert [away, later] == await roster.absences(Interval(NOW, NOW + 2 * HOUR))
    assert [later] == await roster.absences(Interval(NOW + HOUR, NOW + 9 * HOUR))

    await roster.remove_absence(away.id)
    assert [later] == await roster.absences(Interval(NOW, NOW + 2 * HOUR))
    with pytest.raises(NotFound):
        await roster.remove_absence(away.id)


async def test_what_is_imported_again_is_the_same_patient_with_what_is_known_now(directory):
    await directory.put(
        [PatientEntry("reference:7", "Jean Dupont", ("+33612345678", "+33388123456"), date(1942, 3, 12))]
    )
    await directory.put([PatientEntry("reference:7", "Jean Dupond", ("+33388123456",), date(1942, 3, 12))])

    [jean] = await directory.page()
    assert ("Jean Dupond", "+33388123456") == (jean.name, jean.phone_e164)
    assert [] == await directory.lookup_patient(Who(phone="+33612345678"))
    assert [jean] == await directory.lookup_patient(Who(name=SpokenName("DUPOND")))


async def test_a_patient_answers_to_each_of_his_numbers(directory):
    jean = await directory.add("Jean Dupont", ("+33612345678", "+33388123456"))
    marie = await directory.add("Marie Dupont", ("+33388123456",))

    assert [jean] == await directory.lookup_patient(Who(phone="+33612345678"))
    assert [marie, jean] == await directory.lookup_patient(Who(phone="+33388123456"))


async def test_at_most_ten_are_told(directory):
    await directory.put(
        PatientEntry(f"k{n}", f"Jean Dupont {'abcdefghijklmno'[n]}", ("+33388123456",)) for n in range(15)
    )

    assert 10 == len(await directory.lookup_patient(Who(phone="+33388123456")))
    assert 10 == len(await directory.lookup_patient(Who(name=SpokenName("DUPONT"))))


async def test_long_lists_are_put_and_paged(directory):
    await directory.put(PatientEntry(f"k{n}", f"Nom{n} Test") for n in range(250))

    first = await directory.page(limit=100)
    assert 100 == len(first)
    assert 150 == len(await directory.page(after=first[-1].id, limit=1000))


async def test_a_patient_with_appointments_is_not_removed(database, directory, roster):  # noqa: F811 -- a fixture
    jean, anne = await directory.add("Jean Dupont", ("+33612345678",)), await roster.add("Anne")
    records = LocalRecords(database, "demo", HeldClock(NOW))
    await records.create(Draft(jean.id, Slot(NOW, NOW + HOUR, anne.id), "c1", Source.IVR), "k1")
    marie = await directory.add("Marie Dupont", ("+33612345678",))

    with pytest.raises(Refused, match="has appointments"):
        await directory.remove(jean.id)
    await directory.remove(marie.id)
    with pytest.raises(NotFound):
        await directory.remove(marie.id)
    assert [jean] == await directory.lookup_patient(Who(phone="+33612345678"))


async def test_nothing_is_booked_for_a_stranger_or_with_one(database, directory, roster):  # noqa: F811 -- a fixture
    jean, anne = await directory.add("Jean Dupont"), await roster.add("Anne")
    foreign = await LocalDirectory(database, "demo2").add("Jean Dupont")
    records = LocalRecords(database, "demo", HeldClock(NOW))

    for patient_id, agent_id in ((jean.id, 99), (99, anne.id), (foreign.id, anne.id)):
        with pytest.raises(Refused):
            await records.create(Draft(patient_id, Slot(NOW, NOW + HOUR, agent_id), "c1", Source.IVR), "k1")
    assert await records.made("k1") is None


@pytest.mark.parametrize("strange", [0, -1, 2**63, 2**80, "7", "'; --"])
async def test_an_id_that_can_be_none_of_ours_is_not_found(database, directory, strange):  # noqa: F811 -- a fixture
    records = LocalRecords(database, "demo", HeldClock(NOW))

    for asking in (
        directory.read_patient(strange),
        records.read(strange),
        records.cancel(strange, "x"),
        directory.remove(strange),
    ):
        with pytest.raises(NotFound):
            await asking


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("Dupont", "DUPOND"),
        ("Lefebvre", "LEFEVRE"),
        ("Haubert", "AUBERT"),
        ("Philippe", "FILIPE"),
        ("Moreau", "MORO"),
        ("Jacquard", "JAKAR"),
        ("Müller", "MULER"),
        ("Schmitt", "SCHMIDT"),
        ("Lecerf", "LESERF"),
        ("Zimmermann", "SIMERMAN"),
    ],
)
def test_spellings_that_sound_alike_share_a_mark(written, heard):
    assert marks(written) & marks(heard)
