"""What users of calendar sync complain about, as far as it is about reading: docs/google.md lists all, by number."""

import asyncio
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from tests.contracts.agenda import PARIS, TUESDAY, at

from pupitre.backends.google.agenda import CalendarAccess
from pupitre.backends.google.channels import Push, read_push
from pupitre.backends.google.credentials import Bearer, Consent, Keys
from pupitre.model import Agent, Interval
from pupitre.ports import ConfigError, NotFound, Unavailable

DAY = Interval(TUESDAY.replace(hour=0), TUESDAY.replace(hour=0) + timedelta(days=1))
NOON = Interval(TUESDAY.replace(hour=12), TUESDAY.replace(hour=13))
WEEK = timedelta(days=7)


async def test_complaint_1_systems_answer_each_others_echo(agenda, agents, visit, later):
    """Own writes come back, and are known by their etag."""
    ref = await agenda.insert(visit, agents[0], "key-1")
    first = await agenda.changes(agents[0], None)
    moved = await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)
    second = await agenda.changes(agents[0], first.token)
    third = await agenda.changes(agents[0], second.token)

    assert [ref] == [event.ref for event in first.events]
    assert [moved] == [event.ref for event in second.events]
    assert [] == list(third.events)


async def test_complaint_6_a_whole_day_is_no_busy_time_or_bleeds_into_the_next(google, agenda, agents, alice):
    alice._call("POST", alice._events, json={"start": {"date": "2026-01-06"}, "end": {"date": "2026-01-07"}})
    week = Interval(DAY.start - timedelta(days=2), DAY.end + timedelta(days=2))

    assert [DAY] == list((await agenda.busy(agents, week)).intervals[agents[0].id])


async def test_complaint_7_everybody_is_free_when_busy_time_cannot_be_read(google, agenda, agents, alice):
    """Row 39: one calendar that answers with an error is nobody's free time; the others are read."""
    google.order("freebusy_error", {"calendarId": agents[0].calendar, "reason": "internalError"})
    google.person(agents[1].calendar).put(NOON)
    found = await agenda.busy([*agents, Agent(48, "Denis", "denis@clinique.test"), Agent(49, "Emma")], DAY)

    assert {agents[1].id: [NOON], agents[2].id: []} == {agent: list(busy) for agent, busy in found.intervals.items()}
    assert "internalError" == found.unreadable[agents[0].id]
    assert "not shared" in found.unreadable[48]
    assert "no calendar" in found.unreadable[49]


async def test_complaint_7_when_nothing_can_be_read_nothing_is_said_to_be_free(google, agenda, agents):
    google.fail("POST", "freeBusy", status=400, reason="timeRangeTooLong", times=9)
    with pytest.raises(Unavailable, match="timeRangeTooLong"):
        await agenda.busy(agents, DAY)


async def test_complaint_7_a_long_window_is_asked_for_in_parts(agenda, agents, alice, sent):
    """A year in one request would be refused (timeRangeTooLong)."""
    late = Interval(TUESDAY + 40 * WEEK, TUESDAY + 40 * WEEK + timedelta(hours=1))
    alice.put(NOON)
    alice.put(late)
    found = await agenda.busy(agents, Interval(DAY.start, DAY.start + 52 * WEEK))

    assert [NOON, late] == list(found.intervals[agents[0].id])
    assert 7 == len(sent)


async def test_complaint_7_more_calendars_than_google_takes_at_once(google, open_agenda, sent):
    many = [Agent(number, "Agent", f"a{number}@clinique.test") for number in range(120)]
    google.load(*(agent.calendar for agent in many))
    google.person(many[119].calendar).put(NOON)
    found = await open_agenda(agents=many).busy(many, DAY)

    assert 3 == len(sent)
    assert [NOON] == list(found.intervals[119])
    assert {} == dict(found.unreadable)


async def test_complaint_10_an_expired_token_leaves_ghosts_for_ever(google, agenda, agents, alice, visit):
    """410: everything is read again, and said to be everything."""
    ref = await agenda.insert(visit, agents[0], "key-1")
    first = await agenda.changes(agents[0], None)
    alice.delete(ref.event_id)
    google.order("expire_sync_tokens", {"calendarId": agents[0].calendar})
    second = await agenda.changes(agents[0], first.token)

    assert (True, True) == (first.complete, second.complete)
    assert [] == list(second.events)
    assert [ref] == list(second.vanished([ref]))


async def test_complaint_10_a_token_that_is_none_is_no_end(agenda, agents, visit):
    """400 Invalid sync token value: read from the beginning."""
    await agenda.insert(visit, agents[0], "key-1")
    found = await agenda.changes(agents[0], "nonsense")

    assert found.complete
    assert [visit.external_uid] == [event.external_uid for event in found.events]


async def test_complaint_11_a_full_reading_does_not_show_what_vanished(agenda, agents, alice, visit):
    """It lists what there is: what is known and not in it is gone. A partial one says no such thing."""
    stays = await agenda.insert(visit, agents[0], "key-1")
    other = replace(visit, external_uid="clinique:odoo_event:988", slot=at(TUESDAY + timedelta(hours=1), agents[0]))
    gone = await agenda.insert(other, agents[0], "key-2")
    before = await agenda.changes(agents[0], None)
    alice.delete(gone.event_id)
    partial, full = await agenda.changes(agents[0], before.token), await agenda.changes(agents[0], None)

    assert [gone] == list(full.vanished([stays, gone]))
    assert [] == list(partial.vanished([stays, gone]))
    assert [(gone.event_id, True, None)] == [
        (event.ref.event_id, event.cancelled, event.slot) for event in partial.events
    ]


async def test_complaint_12_the_consent_dies_in_silence(google, open_agenda, agents, visit):
    """Whatever is asked, the answer says that consent is gone, and what to do."""
    agenda = open_agenda(Consent("emu-client", "emu-secret", "rt-revoked"), token_uri=f"{google.base}/token")
    for question in (
        agenda.busy(agents, DAY),
        agenda.insert(visit, agents[0], "key-1"),
        agenda.changes(agents[0], None),
    ):
        with pytest.raises(Unavailable, match=r"invalid_grant.*expired or revoked.*give consent again"):
            await question


async def test_complaint_15_a_channel_ends_and_nobody_knows_when(google, agenda, agents, clock):
    """Its end is Google's, not the one that was asked for."""
    channel = await agenda.watch(agents[0], "channel-1", "https://desk.example/push", "secret", 90 * timedelta(days=1))

    assert clock.now() < channel.expires_at < clock.now() + 31 * timedelta(days=1)


async def test_complaint_16_messages_are_read_as_another_api_sends_them(google, agenda, agents, visit):
    """The headers that Google sends are the ones that are read; a wrong token is nobody's message."""
    google.order("webhook_sink", {"host": "desk.example"})
    channel = await agenda.watch(agents[0], "channel-2", "https://desk.example/push", "secret", WEEK)
    await agenda.insert(visit, agents[0], "key-1")
    deliveries = await wait_for(google, "channel-2", 2)
    headers = [{name.lower(): value for name, value in delivery["headers"].items()} for delivery in deliveries]

    assert [True, False] == [read_push(found, "secret").first for found in headers]
    assert Push("channel-2", channel.resource_id, first=False) == read_push(headers[1], "secret")
    assert read_push(headers[1], "guessed") is None
    assert read_push({}, "secret") is None


async def test_complaint_17_a_message_does_not_say_what_changed(google, agenda, agents, alice, visit):
    """It need not: the list of changes since the token says it, and only what may be ours."""
    await agenda.insert(visit, agents[0], "key-1")
    before = await agenda.changes(agents[0], None)
    alice.put(NOON, summary="Dentiste")
    private = alice.put(NOON)
    alice.delete(private["id"])
    other = replace(visit, external_uid="clinique:odoo_event:988")
    await agenda.insert(other, agents[0], "key-2")

    assert [other.external_uid] == [e.external_uid for e in (await agenda.changes(agents[0], before.token)).events]


async def test_what_agents_have_in_their_own_events_is_not_even_asked_for(agenda, agents, alice, sent):
    alice.put(NOON, summary="Dentiste")
    await agenda.changes(agents[0], None)

    assert "summary" not in dict(sent[-1].query)["fields"]


async def test_complaint_18_a_deleted_calendar_is_not_found_in_every_cycle(agenda):
    """It is told apart from an outage, so that somebody can be asked."""
    with pytest.raises(NotFound):
        await agenda.changes(Agent(48, "Denis", "denis@clinique.test"), None)


async def test_complaint_24_the_list_brings_no_sync_token(agenda, agents, sent):
    """An order or a filter would cost it."""
    first = await agenda.changes(agents[0], None)
    await agenda.changes(agents[0], first.token)

    assert [{"fields", "maxResults"}, {"fields", "maxResults", "syncToken"}] == [
        dict(request.query).keys() for request in sent
    ]


async def test_complaint_27_declined_invitations_block_time(google, agenda, agents, alice):
    """Busy time is Google's to say: declined, or shown as free, is free; what awaits an answer is not."""
    guest = {"email": agents[0].calendar}
    invited = google.person(agents[1].calendar).put(NOON, attendees=[guest])
    alice.put(NOON, transparency="transparent")
    unanswered = await agenda.busy(agents, DAY)
    alice.change(invited["id"], attendees=[{**guest, "responseStatus": "declined"}])
    declined = await agenda.busy(agents, DAY)

    assert [NOON] == list(unanswered.intervals[agents[0].id])
    assert [] == list(declined.intervals[agents[0].id])


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_complaint_28_a_failed_read_is_taken_for_no_events(google, open_agenda, agents, visit, status):
    agenda = open_agenda(retry_for_s=0.05)
    await agenda.insert(visit, agents[0], "key-1")
    google.fail("GET", "/events$", status=status, times=99)
    with pytest.raises(Unavailable):
        await agenda.changes(agents[0], None)
    with pytest.raises(Unavailable):
        await agenda.find(visit.external_uid)


async def test_complaint_28_one_calendar_that_cannot_be_read_is_not_searched_in_vain(
    google, open_agenda, agents, visit
):
    """Where an event might be elsewhere, "not found" is said only after everywhere was looked."""
    agenda = open_agenda(retry_for_s=0.05)
    google.fail("GET", "bruno.*/events$", status=503, times=99)
    with pytest.raises(Unavailable):
        await agenda.find(visit.external_uid)


async def test_a_check_up_tells_who_may_be_written_to_and_in_which_zone(open_agenda, agents):
    reader = Agent(48, "Denis", "agent3@demo.test")
    agenda = open_agenda(agents=(*agents, reader))

    assert CalendarAccess(may_write=True, timezone="Europe/Paris") == await agenda.access(agents[0])
    assert CalendarAccess(may_write=False, timezone="America/New_York") == await agenda.access(reader)
    with pytest.raises(NotFound):
        await agenda.access(Agent(49, "Emma", "emma@clinique.test"))


async def test_an_address_that_google_would_not_post_to_is_a_wrong_setting(agenda, agents, sent):
    with pytest.raises(ConfigError, match="https"):
        await agenda.watch(agents[0], "channel-3", "http://desk.example/push", "secret", WEEK)
    with pytest.raises(ConfigError, match="64"):
        await agenda.watch(agents[0], "x" * 65, "https://desk.example/push", "secret", WEEK)

    assert [] == sent


async def test_a_stopped_channel_says_nothing_more_and_may_be_stopped_again(google, agenda, agents, visit):
    google.order("webhook_sink", {"host": "desk.example"})
    channel = await agenda.watch(agents[0], "channel-4", "https://desk.example/push", "secret", WEEK)
    await wait_for(google, "channel-4", 1)
    await agenda.stop(channel, agents[0])
    await agenda.stop(channel, agents[0])
    await agenda.insert(visit, agents[0], "key-1")

    assert 1 == len(google.look("deliveries?channel=channel-4"))


async def test_each_agents_own_account_is_asked_for_its_own_calendar(google, open_agenda, agents, sent):
    keys = Keys(Bearer("ya29.emu-svc"), {agents[0].calendar: Bearer("ya29.emu-alice@clinique.test")})
    google.person(agents[0].calendar).put(NOON)
    found = await open_agenda(keys=keys).busy(agents, DAY)

    assert 2 == len(sent)
    assert [NOON] == list(found.intervals[agents[0].id])


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=PARIS), datetime(2026, 10, 25, tzinfo=PARIS)], ids=str)
async def test_busy_time_is_right_on_the_day_the_clock_changes(agenda, agents, alice, day):
    afternoon = Interval(day.replace(hour=15), day.replace(hour=16))
    alice.put(afternoon)
    found = await agenda.busy(agents, Interval(day, day + timedelta(days=1)))

    assert [afternoon] == list(found.intervals[agents[0].id])


async def wait_for(google, channel, count):
    for _ in range(50):
        deliveries = google.look(f"deliveries?channel={channel}")
        if len(deliveries) >= count:
            return deliveries
        await asyncio.sleep(0.1)
    raise AssertionError(f"{count} messages were expected")
