"""What a person changes in an event besides its time is set right, and nothing more."""

import pytest
from msgspec.structs import replace
from tests.contracts.agenda import TUESDAY, at

from pupitre.ports import Conflict, NotFound, Unavailable


async def test_an_event_as_it_should_be_is_not_written(agenda, agents, sent, visit, later):
    ref = await agenda.insert(visit, agents[0], "key-1")

    assert ref == await agenda.repair(ref, visit)
    moved = await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)
    assert moved == await agenda.repair(moved, later)
    assert ["POST", "GET", "PATCH", "GET"] == sent.methods


async def test_title_place_and_properties_are_given_back(agenda, agents, alice, visit):
    ref = await agenda.insert(visit, agents[0], "key-1")
    before = alice.event(ref.event_id)
    lost = {"private": {"external_uid": None, "partner_id": "124", "theirs": "kept"}}
    alice.change(ref.event_id, summary="Madame D.", location="chez elle", description="", extendedProperties=lost)
    repaired = await agenda.repair(ref, visit)
    after = alice.event(ref.event_id)

    owned = ("summary", "location", "description", "start", "end")
    assert {name: before[name] for name in owned} == {name: after[name] for name in owned}
    assert {**before["extendedProperties"]["private"], "theirs": "kept"} == after["extendedProperties"]["private"]
    assert repaired == await agenda.repair(repaired, visit)


async def test_notes_around_the_description_are_kept(agenda, agents, alice, visit):
    ref = await agenda.insert(visit, agents[0], "key-1")
    noted = "Créé via IVR\nDigicode 1234"
    alice.change(ref.event_id, description=noted)
    await agenda.repair(ref, visit)

    assert noted == alice.event(ref.event_id)["description"]


async def test_a_time_that_a_person_changed_stays(agenda, agents, alice, visit):
    ref = await agenda.insert(visit, agents[0], "key-1")
    theirs = at(TUESDAY.replace(hour=9), agents[0])
    alice.move(ref.event_id, theirs.interval)
    alice.change(ref.event_id, summary="Madame D.")
    repaired = await agenda.repair(ref, visit)

    assert theirs == (await agenda.read(repaired)).slot
    assert "Madame D." != alice.event(ref.event_id)["summary"]


async def test_what_is_gone_or_being_changed_is_not_repaired(google, agenda, agents, alice, visit):
    ref = await agenda.insert(visit, agents[0], "key-1")
    alice.change(ref.event_id, summary="Madame D.")
    google.fail("PATCH", "/events/", status=412, reason="conditionNotMet")
    with pytest.raises(Conflict):
        await agenda.repair(ref, visit)
    alice.delete(ref.event_id)
    with pytest.raises(NotFound):
        await agenda.repair(ref, visit)
    with pytest.raises(NotFound):
        await agenda.repair(replace(ref, event_id="0" * 52), visit)


async def test_the_patients_name_stands_in_the_title_where_the_tenant_wants_it(
    open_agenda, agents, alice, visit, later
):
    """Commitments carry no names: the directory is asked for it, by every write."""

    async def name_of(patient):
        return {123: "Jean Dupont"}[patient]

    agenda = open_agenda(show_patient_name=True, name_of=name_of)
    ref = await agenda.insert(visit, agents[0], "key-1")
    titles = [alice.event(ref.event_id)["summary"]]
    ref = await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)
    titles.append(alice.event(ref.event_id)["summary"])
    alice.change(ref.event_id, summary="Madame D.")
    await agenda.repair(ref, later)
    titles.append(alice.event(ref.event_id)["summary"])

    assert ["Rendez-vous – Jean Dupont"] * 3 == titles


async def test_a_name_that_cannot_be_looked_up_keeps_nobody_from_booking(open_agenda, agents, alice, visit):
    async def name_of(_patient):
        raise Unavailable("the directory is down")

    ref = await open_agenda(show_patient_name=True, name_of=name_of).insert(visit, agents[0], "key-1")

    assert "Rendez-vous" == alice.event(ref.event_id)["summary"]


async def test_without_the_option_nobody_is_asked_for_a_name(open_agenda, agents, visit):
    async def name_of(_patient):
        raise AssertionError("nobody wants to know")

    assert await open_agenda(name_of=name_of).insert(visit, agents[0], "key-1")
