"""What users of calendar sync complain about, as far as it is about writing: docs/google.md lists all, by number."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from tests.contracts.agenda import PARIS, TUESDAY, at

from pupitre.backends.google.credentials import Bearer, ServiceAccount
from pupitre.model import Agent, Interval
from pupitre.ports import Conflict, NotFound, Refused, Unavailable

SVC = Bearer("ya29.emu-svc")
DAY = Interval(TUESDAY.replace(hour=0), TUESDAY.replace(hour=23))


async def an_address(_patient):
    return "jean.dupont@example.com"


async def test_complaint_2_invitations_are_sent_again_and_again(agenda, agents, sent, visit, later):
    """Row 29: every write says that nobody is to be told; not saying it would leave that to Google's defaults."""
    ref = await agenda.insert(visit, agents[0], "key-1")
    ref = await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)
    theirs = replace(visit, slot=at(TUESDAY, agents[1]))
    ref = await agenda.move(ref, theirs, agents[1], "key-3", before=later.slot)
    await agenda.cancel(ref)

    assert 5 == len(sent.writes)
    assert {"none"} == {dict(request.query)["sendUpdates"] for request in sent.writes}


async def test_complaint_3_one_meeting_becomes_many_events(google, open_agenda, agents, visit):
    """A guest's copy in another calendar that the desk reads is not found as a second event of the appointment."""

    async def colleague(_patient):
        return agents[1].calendar

    agenda = open_agenda(Bearer("ya29.emu-alice@clinique.test"), invite_patients=True, address_of=colleague)
    google.load(*(agent.calendar for agent in agents), share={"alice@clinique.test": "writer"})
    ref = await agenda.insert(visit, agents[0], "key-1")

    assert 1 == len(google.person(agents[1].calendar).living())
    assert [ref] == [found.ref for found in await agenda.find(visit.external_uid)]
    assert [] == list((await agenda.changes(agents[1], None)).events)


async def test_complaint_3_a_colleagues_copy_is_not_taken_for_the_event(google, open_agenda, agents, alice, visit):
    """The event is gone when its calendar has it no longer, whoever still has a copy."""
    agenda = open_agenda()
    ref = await agenda.insert(visit, agents[0], "key-1")
    alice.change(ref.event_id, attendees=[{"email": agents[1].calendar}])
    alice.delete(ref.event_id)

    assert [0, 1] == [len(google.person(agent.calendar).living()) for agent in agents[:2]]
    assert await agenda.cancel(ref) is None


async def test_complaint_4_an_insert_is_refused_as_a_duplicate(google, agenda, agents, sent, visit):
    """409 on our own id means that it landed: one more request reads it, and that is all."""
    first = await agenda.insert(visit, agents[0], "key-1")
    sent.clear()

    assert first == await agenda.insert(visit, agents[0], "key-1")
    assert ["POST", "GET"] == sent.methods


@pytest.mark.parametrize("day", ["2026-01-06", "2026-07-07", "2026-03-29", "2026-10-25"])
async def test_complaint_5_an_event_is_an_hour_off(agenda, agents, alice, visit, day):
    """15:00 said is 15:00 shown, in winter, in summer, and on the day of the change."""
    start = datetime.fromisoformat(f"{day}T15:00").replace(tzinfo=PARIS)
    ref = await agenda.insert(replace(visit, slot=at(start, agents[0])), agents[0], "key-1")
    shown = alice.event(ref.event_id)["start"]

    assert f"{day}T15:00:00" == shown["dateTime"][:19]
    assert "Europe/Paris" == shown["timeZone"]


async def test_complaint_8_a_fresh_event_of_our_own_conflicts(google, agenda, agents, visit, later):
    """412 although nobody touched it: the event is read, found as we left it, and moved."""
    ref = await agenda.insert(visit, agents[0], "key-1")
    google.fail("PATCH", "/events/", status=412, reason="conditionNotMet")
    moved = await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)

    assert later.slot == (await agenda.read(moved)).slot


async def test_complaint_8_it_conflicts_without_end(google, agenda, agents, sent, visit, later):
    """An etag that never fits is trouble of Google's, not a person's change: later, and no conflict is claimed."""
    ref = await agenda.insert(visit, agents[0], "key-1")
    google.fail("PATCH", "/events/", status=412, reason="conditionNotMet", times=99)
    sent.clear()
    with pytest.raises(Unavailable, match="although nothing has changed"):
        await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)

    assert ["PATCH", "GET", "PATCH", "GET"] == sent.methods


@pytest.mark.parametrize("by", ["patch", "delete"])
async def test_complaint_9_what_is_deleted_already_counts_as_a_failure(open_agenda, agents, alice, visit, by):
    agenda = open_agenda(SVC, cancel_by=by)
    ref = await agenda.insert(visit, agents[0], "key-1")
    alice.delete(ref.event_id)

    assert await agenda.cancel(ref) is None


async def test_complaint_13_the_quota_is_used_up(google, open_agenda, agents, sent, visit):
    """Calendar's own limit lasts hours: it is not hammered, and whoever asked learns when to come back."""
    agenda = open_agenda(retry_for_s=5)
    google.fail("POST", "/events", status=403, domain="usageLimits", reason="quotaExceeded")
    with pytest.raises(Unavailable) as caught:
        await agenda.insert(visit, agents[0], "key-1")

    assert caught.value.retry_after >= 3600
    assert 1 == len(sent)


async def test_complaint_14_a_rate_limited_change_is_lost(google, agenda, agents, visit, later):
    """A PATCH is asked again like anything else, also after 403."""
    ref = await agenda.insert(visit, agents[0], "key-1")
    google.fail("PATCH", "/events/", status=403, domain="usageLimits", reason="rateLimitExceeded")
    google.fail("PATCH", "/events/", status=429, reason="rateLimitExceeded", nth=2)
    moved = await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)

    assert later.slot == (await agenda.read(moved)).slot


async def test_complaint_19_a_person_has_moved_the_event_to_another_calendar(
    google, agenda, agents, alice, visit, later
):
    """That is a conflict, not an event that is gone; and a cancellation reaches it there."""
    google.load(*(agent.calendar for agent in agents), share={"alice@clinique.test": "writer"})
    ref = await agenda.insert(visit, agents[0], "key-1")
    alice.hand_over(ref.event_id, agents[2].calendar)
    with pytest.raises(Conflict, match="another agent"):
        await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)
    found = await agenda.find(visit.external_uid)

    assert [(agents[2].calendar, agents[2].id)] == [(event.ref.calendar_id, event.slot.agent_id) for event in found]
    assert agents[2].calendar == (await agenda.cancel(ref)).calendar_id
    assert [] == google.person(agents[2].calendar).living()


async def test_complaint_20_guests_are_wiped_out_by_a_change(open_agenda, agents, alice, visit, later):
    """A patch names no guests, so that Google keeps those there are, and their answers."""
    agenda = open_agenda(SVC)
    ref = await agenda.insert(visit, agents[0], "key-1")
    guest = {"email": "jean.dupont@example.com", "responseStatus": "accepted"}
    alice.change(ref.event_id, attendees=[guest])
    await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)

    assert [guest] == [
        {key: found[key] for key in guest} for found in alice.event(ref.event_id)["attendees"] if not found.get("self")
    ]


async def test_complaint_21_a_service_account_cannot_invite(google, open_agenda, agents, sent, visit):
    """It does not try: the booking would be refused (403 forbiddenForServiceAccounts)."""
    agenda = open_agenda(ServiceAccount(google.service_account()), invite_patients=True, address_of=an_address)
    ref = await agenda.insert(visit, agents[0], "key-1")

    assert 1 == len(sent)
    assert visit.slot == (await agenda.read(ref)).slot


async def test_complaint_21_a_service_account_that_acts_as_an_agent_can(google, open_agenda, visit):
    agent = Agent(1, "Agent 1", "agent1@demo.test")
    key = ServiceAccount(google.service_account(), subject="agent1@demo.test")
    agenda = open_agenda(key, invite_patients=True, address_of=an_address, agents=(agent,))
    ref = await agenda.insert(replace(visit, slot=at(TUESDAY, agent)), agent, "key-1")

    guests = google.person("agent1@demo.test").event(ref.event_id)["attendees"]
    assert ["jean.dupont@example.com"] == [guest["email"] for guest in guests]


async def test_complaint_21_google_says_so_where_it_could_not_be_known(google, open_agenda, agents, sent, visit):
    """An access token does not tell whose it is: the event is made without its guest."""
    agenda = open_agenda(SVC, invite_patients=True, address_of=an_address)
    ref = await agenda.insert(visit, agents[0], "key-1")

    assert ["POST", "POST"] == sent.methods
    assert visit.slot == (await agenda.read(ref)).slot


async def test_complaint_22_one_bad_address_kills_the_booking(google, open_agenda, agents, sent, alice, visit):
    async def bad_address(_patient):
        return "jean.dupont(at)example"

    agenda = open_agenda(Bearer("ya29.emu-alice@clinique.test"), invite_patients=True, address_of=bad_address)
    ref = await agenda.insert(visit, agents[0], "key-1")

    assert ["POST", "POST"] == sent.methods
    assert visit.slot == (await agenda.read(ref)).slot
    assert "attendees" not in alice.event(ref.event_id)


async def test_complaint_22_an_address_that_cannot_be_looked_up(open_agenda, agents, visit):
    async def down(_patient):
        raise Unavailable("the directory is down")

    agenda = open_agenda(Bearer("ya29.emu-alice@clinique.test"), invite_patients=True, address_of=down)

    assert await agenda.insert(visit, agents[0], "key-1")


async def test_complaint_23_the_consent_covers_too_little(open_agenda, visit):
    agent = Agent(1, "Agent 1", "agent1@demo.test")
    agenda = open_agenda(Bearer("ya29.emu-fbonly"), agents=(agent,))
    await agenda.busy((agent,), DAY)
    with pytest.raises(Refused, match=r"calendar\.events and calendar\.freebusy"):
        await agenda.insert(replace(visit, slot=at(TUESDAY, agent)), agent, "key-1")


async def test_complaint_25_the_time_zone_is_ignored(google, open_agenda, visit):
    """agent3's calendar is in New York: 15:00 in Paris is 15:00 in Paris there too."""
    agent = Agent(3, "Agent 3", "agent3@demo.test")
    agenda = open_agenda(Bearer("ya29.emu-agent3"), agents=(agent,))
    ref = await agenda.insert(replace(visit, slot=at(TUESDAY, agent)), agent, "key-1")
    shown = google.person("agent3@demo.test").event(ref.event_id)["start"]

    assert TUESDAY == datetime.fromisoformat(shown["dateTime"])
    assert "Europe/Paris" == shown["timeZone"]


async def test_complaint_26_a_property_is_cut_in_silence(agenda, agents, sent, visit):
    """A uid that Google would cut at 1024 characters would never be found again: it is refused before it is sent."""
    with pytest.raises(Refused, match="external_uid"):
        await agenda.insert(replace(visit, external_uid="x" * 1025), agents[0], "key-1")

    assert [] == sent


async def test_an_event_that_a_person_has_both_moved_and_touched_is_in_conflict(agenda, agents, alice, visit, later):
    """And the conflict stays one, however often the move is asked for."""
    ref = await agenda.insert(visit, agents[0], "key-1")
    alice.move(ref.event_id, Interval(TUESDAY + timedelta(hours=1), TUESDAY + timedelta(hours=2)))
    for _ in range(2):
        with pytest.raises(Conflict):
            await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)
    with pytest.raises(Conflict):
        await agenda.move(ref, later, agents[0], "key-2")


async def test_an_event_that_a_person_has_made_a_whole_day_is_in_conflict(agenda, agents, alice, visit, later):
    ref = await agenda.insert(visit, agents[0], "key-1")
    day = {"date": "2026-01-06", "dateTime": None, "timeZone": None}
    alice.change(ref.event_id, start=day, end={**day, "date": "2026-01-07"})

    assert (await agenda.read(ref)).slot is None
    with pytest.raises(Conflict):
        await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)


async def test_nothing_is_found_where_nothing_lives(agenda, agents, visit):
    await agenda.cancel(await agenda.insert(visit, agents[0], "key-1"))

    assert [] == list(await agenda.find(visit.external_uid))
    with pytest.raises(NotFound):
        await agenda.move(
            await agenda.cancel(await agenda.insert(visit, agents[0], "key-2")), visit, agents[0], "key-3"
        )
