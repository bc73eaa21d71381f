"""Moves between agents' calendars, and whatever cuts one off in the middle."""

import contextlib
import itertools

import pytest
from msgspec.structs import replace
from tests.contracts.agenda import TUESDAY, at

from pupitre.model import Agent, Interval
from pupitre.ports import Conflict, NotFound, Refused, Unavailable

DAY = Interval(TUESDAY.replace(hour=0), TUESDAY.replace(hour=23))
REFUSED = {"status": 403, "domain": "calendar", "reason": "cannotChangeOrganizer"}


@pytest.fixture
def theirs(visit, agents):
    """The visit at another hour, with the second agent."""
    return replace(visit, slot=at(TUESDAY.replace(hour=17), agents[1]))


@pytest.fixture
def living(google, agents):
    """How many events each of the agents has."""
    return lambda: [len(google.person(agent.calendar).living()) for agent in agents]


async def test_an_offer_is_one_request(agenda, agents, sent):
    await agenda.busy(agents, DAY)

    assert ["POST freeBusy"] == [request.what for request in sent]


async def test_a_commitment_is_a_second_look_and_one_write(agenda, agents, sent, visit):
    await agenda.busy(agents[:1], visit.slot.interval)
    await agenda.insert(visit, agents[0], "key-1")

    assert ["POST freeBusy", "POST events"] == [request.what for request in sent]


async def test_a_move_is_one_write_and_a_cancellation_too(agenda, agents, sent, visit, later):
    ref = await agenda.insert(visit, agents[0], "key-1")
    ref = await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)
    await agenda.cancel(ref)

    assert ["POST", "PATCH", "PATCH"] == sent.methods


async def test_an_event_says_whether_it_was_booked_or_moved(agenda, agents, alice, visit, later):
    ref = await agenda.insert(visit, agents[0], "key-1")
    booked = alice.event(ref.event_id)["description"]
    await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)

    assert ("Créé via IVR", "Replanifié via IVR") == (booked, alice.event(ref.event_id)["description"])


async def test_a_move_to_another_agent_keeps_the_id(agenda, agents, sent, visit, theirs):
    """The answer of events.move may say "cancelled": the destination is asked, and then patched."""
    ref = await agenda.insert(visit, agents[0], "key-1")
    sent.clear()
    moved = await agenda.move(ref, theirs, agents[1], "key-2", before=visit.slot)

    assert ["POST move", "GET", "PATCH"] == [r.what if "move" in r.url else r.method for r in sent]
    assert (agents[1].calendar, ref.event_id) == (moved.calendar_id, moved.event_id)


async def test_where_google_refuses_to_move_a_new_event_takes_the_old_ones_place(
    google, agenda, agents, living, visit, theirs
):
    ref = await agenda.insert(visit, agents[0], "key-1")
    google.fail("POST", "/move$", **REFUSED)
    moved = await agenda.move(ref, theirs, agents[1], "key-2", before=visit.slot)

    assert theirs.slot == (await agenda.read(moved)).slot
    assert [0, 1, 0] == living()


async def test_a_refused_move_writes_nothing_over_what_a_person_changed(google, agenda, agents, alice, visit, theirs):
    ref = await agenda.insert(visit, agents[0], "key-1")
    alice.move(ref.event_id, at(TUESDAY.replace(hour=9), agents[0]).interval)
    google.fail("POST", "/move$", **REFUSED)
    with pytest.raises(Conflict):
        await agenda.move(ref, theirs, agents[1], "key-2", before=visit.slot)

    assert TUESDAY.replace(hour=9) == (await agenda.read(ref)).slot.start


async def test_what_a_person_moved_is_not_handed_to_another_agent(agenda, agents, alice, living, visit, theirs):
    ref = await agenda.insert(visit, agents[0], "key-1")
    alice.move(ref.event_id, at(TUESDAY.replace(hour=9), agents[0]).interval)
    with pytest.raises(Conflict):
        await agenda.move(ref, theirs, agents[1], "key-2", before=visit.slot)

    assert [1, 0, 0] == living()


async def test_a_new_etag_does_not_hold_up_a_hand_over(agenda, agents, alice, visit, theirs):
    ref = await agenda.insert(visit, agents[0], "key-1")
    alice.change(ref.event_id, summary="Madame D., porte bleue")
    moved = await agenda.move(ref, theirs, agents[1], "key-2", before=visit.slot)

    assert theirs.slot == (await agenda.read(moved)).slot


async def test_an_event_that_is_gone_is_not_handed_over(agenda, agents, alice, living, visit, theirs):
    ref = await agenda.insert(visit, agents[0], "key-1")
    alice.delete(ref.event_id)
    with pytest.raises(NotFound):
        await agenda.move(ref, theirs, agents[1], "key-2", before=visit.slot)

    assert [0, 0, 0] == living()


async def test_a_calendar_that_takes_no_event_leaves_everything_as_it_was(google, open_agenda, agents, visit, living):
    reader = Agent(48, "Denis", "agent3@demo.test")
    agenda = open_agenda(agents=(*agents, reader))
    ref = await agenda.insert(visit, agents[0], "key-1")
    with pytest.raises(Refused):
        await agenda.move(ref, replace(visit, slot=at(TUESDAY, reader)), reader, "key-2", before=visit.slot)

    assert visit.slot == (await agenda.read(ref)).slot
    assert [1, 0, 0] == living()


async def test_an_event_that_the_planning_lost_to_its_new_agent_is_found_there(
    google, open_agenda, agents, alice, visit, theirs
):
    """A person handed it to the very agent it was to go to, at the hour it had: that is no conflict."""
    google.load(*(agent.calendar for agent in agents), share={"alice@clinique.test": "writer"})
    agenda = open_agenda()
    ref = await agenda.insert(visit, agents[0], "key-1")
    alice.hand_over(ref.event_id, agents[1].calendar)
    moved = await agenda.move(ref, theirs, agents[1], "key-2", before=visit.slot)

    assert theirs.slot == (await agenda.read(moved)).slot


@pytest.mark.parametrize(
    "cut", [*itertools.product(["moved", "replaced"], ["before", "after_commit"], range(1, 7))], ids=str
)
async def test_a_move_cut_off_anywhere_is_completed_by_the_next(google, open_agenda, agents, living, visit, cut):
    """Whichever request fails, with or without its effect: asked again for the same, one event is left."""
    way, when, nth = cut
    theirs = replace(visit, slot=at(TUESDAY.replace(hour=17), agents[1]))
    agenda = open_agenda(retry_for_s=0.01)
    ref = await agenda.insert(visit, agents[0], "key-1")
    google.fail(None, "/events", nth=nth, when=when, status=503)
    if way == "replaced":
        google.fail("POST", "/move$", times=9, **REFUSED)
    moved = None
    while moved is None:
        with contextlib.suppress(Unavailable):
            moved = await agenda.move(ref, theirs, agents[1], "key-2", before=visit.slot)
    google.heal()

    assert theirs.slot == (await agenda.read(moved)).slot
    assert [0, 1, 0] == living()
