"""Every way in which Google does not simply say yes, and what the desk is told of it."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace
from tests.contracts.agenda import TUESDAY, at

from pupitre.backends.google.credentials import Bearer, Consent, Keys, ServiceAccount
from pupitre.model import Agent, Interval
from pupitre.ports import NotFound, Refused, Unavailable

ONE = r"/events/[^/]+$"
ALL = r"/events$"
DAY = Interval(TUESDAY.replace(hour=0), TUESDAY.replace(hour=23))

LATER = [
    pytest.param({"status": 403, "domain": "usageLimits", "reason": "rateLimitExceeded"}, id="403 rateLimitExceeded"),
    pytest.param({"status": 403, "domain": "usageLimits", "reason": "userRateLimitExceeded"}, id="403 userRateLimit"),
    pytest.param({"status": 429, "domain": "usageLimits", "reason": "rateLimitExceeded"}, id="429"),
    pytest.param({"status": 500}, id="500"),
    pytest.param({"status": 503}, id="503"),
    pytest.param({"drop": True}, id="connection closed"),
]
NO = [
    pytest.param({"status": 400, "reason": "invalid"}, id="400"),
    pytest.param({"status": 403, "reason": "requiredAccessLevel"}, id="403 access"),
    pytest.param({"status": 404, "reason": "notFound"}, id="404"),
]


@pytest.mark.parametrize("respond", LATER)
async def test_what_passes_by_itself_is_asked_again_within_the_turn(google, agenda, agents, alice, visit, respond):
    google.fail("POST", ALL, **respond)
    ref = await agenda.insert(visit, agents[0], "key-1")

    assert visit.slot == (await agenda.read(ref)).slot
    assert 1 == len(alice.living())


@pytest.mark.parametrize("respond", LATER)
@pytest.mark.parametrize("ask", ["busy", "insert", "move", "cancel", "read", "changes", "find"])
async def test_what_does_not_pass_within_the_turn_is_unavailable(
    google, open_agenda, agents, visit, later, respond, ask
):
    agenda = open_agenda(retry_for_s=0.05)
    ref = await agenda.insert(visit, agents[0], "key-1")
    google.fail(None, "calendar", times=100, **respond)
    questions = {
        "busy": lambda: agenda.busy(agents, DAY),
        "insert": lambda: agenda.insert(visit, agents[0], "key-1"),
        "move": lambda: agenda.move(ref, later, agents[0], "key-2", before=visit.slot),
        "cancel": lambda: agenda.cancel(ref),
        "read": lambda: agenda.read(ref),
        "changes": lambda: agenda.changes(agents[0], None),
        "find": lambda: agenda.find(visit.external_uid),
    }
    with pytest.raises(Unavailable):
        await questions[ask]()


@pytest.mark.parametrize("respond", NO)
async def test_a_no_is_not_asked_again(google, agenda, agents, sent, visit, respond):
    google.fail("POST", ALL, times=5, **respond)
    with pytest.raises(Refused):
        await agenda.insert(visit, agents[0], "key-1")

    assert 1 == len(sent)


@pytest.mark.parametrize("lost", [{"drop": True}, {"status": 500}, {"status": 503}], ids=str)
async def test_an_insert_whose_answer_is_lost_is_found_under_its_id(google, agenda, agents, alice, sent, visit, lost):
    google.fail("POST", ALL, when="after_commit", **lost)
    ref = await agenda.insert(visit, agents[0], "key-1")

    assert ["POST", "POST", "GET"] == sent.methods
    assert [ref.event_id] == [event["id"] for event in alice.living()]


async def test_an_event_that_is_there_and_not_shown_yet_is_not_made_twice(google, agenda, agents, alice, visit):
    await agenda.insert(visit, agents[0], "key-1")
    google.fail("GET", ONE, status=404, reason="notFound")
    with pytest.raises(Unavailable):
        await agenda.insert(visit, agents[0], "key-1")
    await agenda.insert(visit, agents[0], "key-1")

    assert 1 == len(alice.living())


async def test_an_event_whose_properties_a_person_lost_is_still_known_by_its_id(agenda, agents, alice, visit):
    ref = await agenda.insert(visit, agents[0], "key-1")
    alice.change(ref.event_id, extendedProperties={"private": {"external_uid": None}})

    assert ref.event_id == (await agenda.insert(visit, agents[0], "key-1")).event_id
    assert [ref.event_id] == [event.ref.event_id for event in (await agenda.changes(agents[0], None)).events]


async def test_an_event_that_a_person_moved_before_we_knew_it_is_taken_as_it_is(google, agenda, agents, alice, visit):
    ref = await agenda.insert(visit, agents[0], "key-1")
    theirs = at(TUESDAY.replace(hour=9), agents[0])
    alice.move(ref.event_id, theirs.interval)
    again = await agenda.insert(visit, agents[0], "key-1")

    assert theirs == (await agenda.read(again)).slot
    assert 1 == len(alice.living())


async def test_the_event_of_an_earlier_stores_appointment_is_not_taken_for_ours(agenda, agents, alice, visit, later):
    """Numbers begin again with a new store, and so do the uids made of them."""
    old = await agenda.insert(replace(later, call_id="long-ago"), agents[0], "key-1")
    new = await agenda.insert(visit, agents[0], "key-1")

    assert old.event_id != new.event_id
    assert (later.slot, visit.slot) == ((await agenda.read(old)).slot, (await agenda.read(new)).slot)
    assert new == await agenda.insert(visit, agents[0], "key-1")
    assert 2 == len(alice.living())


async def test_an_insert_that_lands_after_its_time_out_is_one_event(google, open_agenda, agents, alice, visit):
    agenda = open_agenda(timeout_s=0.3, retry_for_s=0.1)
    google.fail("POST", ALL, delay_ms=600)
    with pytest.raises(Unavailable, match="did not answer"):
        await agenda.insert(visit, agents[0], "key-1")
    ref = await agenda.insert(visit, agents[0], "key-1")
    await asyncio.sleep(0.8)

    assert [ref.event_id] == [event["id"] for event in alice.living()]


async def test_a_move_whose_answer_is_lost_is_no_conflict(google, agenda, agents, visit, later):
    ref = await agenda.insert(visit, agents[0], "key-1")
    google.fail("PATCH", ONE, when="after_commit", drop=True)
    moved = await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)

    assert (later.slot, moved.etag) == ((found := await agenda.read(moved)).slot, found.ref.etag)


@pytest.mark.parametrize("by", ["patch", "delete"])
async def test_a_cancellation_whose_answer_is_lost_is_done(google, open_agenda, agents, alice, visit, by):
    agenda = open_agenda(cancel_by=by)
    ref = await agenda.insert(visit, agents[0], "key-1")
    google.fail("PATCH" if by == "patch" else "DELETE", ONE, when="after_commit", drop=True)
    await agenda.cancel(ref)

    assert [] == alice.living()


async def test_a_hand_over_whose_answer_is_lost_is_completed(google, agenda, agents, alice, visit):
    ref = await agenda.insert(visit, agents[0], "key-1")
    theirs = replace(visit, slot=at(TUESDAY, agents[1]))
    google.fail("POST", "/move$", when="after_commit", drop=True)
    moved = await agenda.move(ref, theirs, agents[1], "key-2", before=visit.slot)

    assert theirs.slot == (await agenda.read(moved)).slot
    assert [0, 1] == [len(google.person(agent.calendar).living()) for agent in agents[:2]]


async def test_googles_own_advice_is_followed_and_handed_on(google, open_agenda, agents, sent, visit):
    agenda = open_agenda(retry_for_s=1.0)
    google.fail("POST", ALL, status=429, reason="rateLimitExceeded", retry_after=90)
    with pytest.raises(Unavailable) as caught:
        await agenda.insert(visit, agents[0], "key-1")

    assert 90 == caught.value.retry_after
    assert 1 == len(sent)


async def test_an_access_token_that_google_no_longer_takes_is_renewed_once(google, open_agenda, agents, sent, visit):
    agenda = open_agenda(ServiceAccount(google.service_account()))
    await agenda.busy(agents, DAY)
    google.fail("POST", ALL, status=401, reason="authError")
    await agenda.insert(visit, agents[0], "key-1")

    offered, refused, renewed = (request.headers["Authorization"] for request in sent)
    assert offered == refused != renewed


async def test_a_credential_that_google_no_longer_takes_is_told_at_once(google, open_agenda, agents, sent):
    agenda = open_agenda(ServiceAccount(google.service_account()))
    google.fail("POST", "freeBusy", times=9, status=401, reason="authError")
    with pytest.raises(Unavailable, match="does not take our access token"):
        await agenda.busy(agents, DAY)

    assert 2 == len(sent)


async def test_a_token_is_renewed_before_it_ends(google, open_agenda, agents, clock, sent):
    """Row 31: its life is reckoned from when it was given."""
    agenda = open_agenda(ServiceAccount(google.service_account()))
    await agenda.busy(agents, DAY)
    google.order("clock", {"advance_s": 3600})
    clock.set(clock.now() + timedelta(seconds=3500))
    await agenda.busy(agents, DAY)

    assert ["POST", "POST"] == sent.methods


async def test_a_calendar_that_cannot_be_written_is_refused_with_its_reason(google, open_agenda, visit):
    """agent3 of the emulator's world shares its calendar for reading only."""
    stranger = Agent(48, "Denis", "agent3@demo.test")
    agenda = open_agenda(agents=(stranger,))
    with pytest.raises(Refused, match="requiredAccessLevel"):
        await agenda.insert(replace(visit, slot=at(TUESDAY, stranger)), stranger, "key-1")


async def test_an_agent_without_a_calendar_is_refused_with_advice(agenda, visit):
    with pytest.raises(Refused, match="x_gcal_calendar_id"):
        await agenda.insert(visit, Agent(48, "Denis"), "key-1")


async def test_a_calendar_that_is_not_there_is_refused_to_writers_and_not_found_to_readers(agenda, visit):
    ghost = Agent(48, "Denis", "denis@clinique.test")
    with pytest.raises(Refused, match="notFound"):
        await agenda.insert(replace(visit, slot=at(TUESDAY, ghost)), ghost, "key-1")
    with pytest.raises(NotFound):
        await agenda.changes(ghost, None)


async def test_nobody_listening_is_unavailable(open_agenda, agents):
    agenda = open_agenda(api_root="http://127.0.0.1:9/calendar/v3", retry_for_s=0.05)
    with pytest.raises(Unavailable, match="cannot be reached"):
        await agenda.busy(agents, DAY)


async def test_one_agents_own_credential_may_die_without_the_others(google, open_agenda, agents):
    keys = Keys(Bearer("ya29.emu-svc"), {agents[0].calendar: Consent("emu-client", "emu-secret", "rt-revoked")})
    agenda = open_agenda(keys=keys, token_uri=f"{google.base}/token")
    found = await agenda.busy(agents, DAY)

    assert {agents[1].id, agents[2].id} == set(found.intervals)
    assert "invalid_grant" in found.unreadable[agents[0].id]
    assert "give consent again" in found.unreadable[agents[0].id]
