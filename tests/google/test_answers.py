"""Reading what Google says, without Google: refusals, free/busy, pages, tokens, channels."""

import asyncio
import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contracts.agenda import TUESDAY, UID
from tests.google.conftest import ACCESS

from pupitre.backends.google.agenda import GoogleAgenda
from pupitre.backends.google.busy import chunks, merged, readings
from pupitre.backends.google.channels import opened
from pupitre.backends.google.credentials import Bearer, Consent, Keys, read_token
from pupitre.backends.google.events import event_id
from pupitre.backends.google.faults import QUOTA_PAUSE_S, AccessLost, meaning_of
from pupitre.backends.google.settings import GoogleSettings
from pupitre.backends.google.wire import Answer, FreeBusyAnswer, FreeBusyCalendar, Period
from pupitre.clock import HeldClock
from pupitre.model import Agent, Interval
from pupitre.ports import Conflict, NotFound, Refused, Unavailable

AGENT = Agent(45, "Alice", "alice@clinique.test")
CLOCK = HeldClock(datetime(2026, 1, 2, 9, tzinfo=UTC))
HOUR = timedelta(hours=1)
TOKEN = Bearer("x")
AT_THREE = Interval(TUESDAY.astimezone(UTC), TUESDAY.astimezone(UTC) + HOUR)


def answer(status, body=None, **headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


def refusal(status, reason="", message="No."):
    return {
        "error": {
            "code": status,
            "message": message,
            "errors": [{"domain": "global", "reason": reason, "message": message}],
        }
    }


@pytest.mark.parametrize(
    ("status", "reason", "meaning"),
    [
        (400, "invalid", Refused),
        (400, "timeRangeTooLong", Refused),
        (401, "authError", AccessLost),
        (403, "forbidden", Refused),
        (403, "insufficientPermissions", Refused),
        (403, "accessNotConfigured", Refused),
        (403, "rateLimitExceeded", Unavailable),
        (403, "userRateLimitExceeded", Unavailable),
        (403, "quotaExceeded", Unavailable),
        (403, "dailyLimitExceeded", Unavailable),
        (404, "notFound", NotFound),
        (408, "", Unavailable),
        (409, "duplicate", Refused),
        (410, "deleted", NotFound),
        (412, "conditionNotMet", Conflict),
        (429, "rateLimitExceeded", Unavailable),
        (500, "backendError", Unavailable),
        (502, "", Unavailable),
        (503, "", Unavailable),
        (302, "", Unavailable),
    ],
)
def test_every_refusal_has_one_meaning(status, reason, meaning):
    assert meaning is type(meaning_of(answer(status, refusal(status, reason)), "PATCH event"))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error":"x"}', b"\xff", {"error": {"errors": "x"}}], ids=repr
)
def test_a_refusal_that_is_not_googles_json_keeps_its_status(body):
    assert isinstance(meaning_of(answer(503, body), "GET events"), Unavailable)
    assert isinstance(meaning_of(answer(403, body), "GET events"), Refused)


def test_refusals_of_googles_front_end_are_read_too():
    """Their reason is in `status`, where the API's own is in `errors`."""
    body = {
        "error": {
            "code": 403,
            "message": "Request had insufficient authentication scopes.",
            "status": "PERMISSION_DENIED",
            "errors": [{"reason": "insufficientPermissions", "message": "x", "domain": "global"}],
        }
    }

    assert "calendar.freebusy" in str(meaning_of(answer(403, body), "POST freeBusy"))


@pytest.mark.parametrize(
    ("advice", "seconds"),
    [
        ("12", 12),
        ("1.5", 1.5),
        ("", None),
        ("-3", None),
        ("inf", None),
        ("nan", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_googles_advice_is_seconds_or_nothing(advice, seconds):
    assert seconds == meaning_of(answer(429, refusal(429), retry_after=advice), "x").retry_after


def test_a_quota_is_left_alone_for_hours_whatever_the_advice():
    assert QUOTA_PAUSE_S == meaning_of(answer(403, refusal(403, "quotaExceeded"), retry_after="1"), "x").retry_after


@pytest.mark.parametrize(
    ("calendar", "reading"),
    [
        (FreeBusyCalendar(()), []),
        (FreeBusyCalendar((Period("2026-01-06T14:00:00Z", "2026-01-06T15:00:00Z"),)), [AT_THREE]),
        (FreeBusyCalendar((Period("2026-01-06T15:00:00+01:00", "2026-01-06T17:00:00+02:00"),)), [AT_THREE]),
    ],
    ids=str,
)
def test_busy_time_is_read_in_utc(calendar, reading):
    assert [("a", reading)] == list(readings(FreeBusyAnswer({"a": calendar}), ["a"]))


@pytest.mark.parametrize(
    "calendars",
    [
        {},
        {"a": FreeBusyCalendar()},
        {"a": FreeBusyCalendar((Period("2026-01-06T15:00:00", "2026-01-06T16:00:00"),))},
        {"a": FreeBusyCalendar((Period("15:00", "16:00"),))},
    ],
    ids=str,
)
def test_whatever_is_not_clearly_busy_time_is_no_free_time(calendars):
    [(_, reading)] = readings(FreeBusyAnswer(calendars), ["a"])

    assert isinstance(reading, str)


instants = st.integers(0, 500).map(lambda minutes: TUESDAY.astimezone(UTC) + timedelta(minutes=minutes))
spans = st.tuples(instants, instants).map(lambda pair: Interval(*sorted(pair)))


@settings(deadline=None)
@given(st.lists(spans), spans)
def test_merged_busy_time_covers_the_same_minutes_in_the_window(intervals, window):
    found = merged(intervals, window)

    def minutes(many):
        return {
            minute
            for span in many
            for minute in range(int(span.start.timestamp()) // 60, int(span.end.timestamp()) // 60)
        }

    assert minutes(intervals) & minutes([window]) == minutes(found)
    assert all(before.end < after.start for before, after in itertools.pairwise(found))
    assert all(span.start < span.end for span in found)


@settings(deadline=None)
@given(st.integers(0, 400 * 24))
def test_a_window_is_cut_without_gaps_into_parts_of_sixty_days(hours):
    window = Interval(TUESDAY, TUESDAY.astimezone(UTC) + hours * HOUR)
    parts = list(chunks(window))

    assert all(part.end - part.start <= timedelta(days=60) for part in parts)
    assert [part.end for part in parts[:-1]] == [part.start for part in parts[1:]]
    assert not parts or (window.start, window.end) == (parts[0].start, parts[-1].end)
    assert bool(hours) == bool(parts)


def agenda(*answers, key=TOKEN):
    """Over a transport that gives these, one after the other, and keeps what it was asked."""
    asked, left = [], list(answers)

    async def transport(request):
        asked.append(request)
        return left.pop(0)

    async def nobody():
        return ()

    tenants = GoogleSettings(access=ACCESS, api_root="https://api.test", retry_for_s=0.01)
    made = GoogleAgenda(tenants, Keys(key), agents=nobody, clock=CLOCK, timezone="Europe/Paris", transport=transport)
    return made, asked


def item(number, **more):
    return {"id": event_id(UID, number), "etag": f'"{number}"', **more}


async def test_a_list_is_read_to_its_last_page():
    made, asked = agenda(
        answer(200, {"items": [item(1)], "nextPageToken": "p2"}),
        answer(200, {"items": [], "nextPageToken": "p3"}),
        answer(200, {"items": [item(2)], "nextSyncToken": "s1"}),
    )
    found = await made.changes(AGENT, "s0")

    assert [event_id(UID, 1), event_id(UID, 2)] == [event.ref.event_id for event in found.events]
    assert (False, "s1") == (found.complete, found.token)
    assert [None, "p2", "p3"] == [dict(request.query).get("pageToken") for request in asked]
    assert {"s0"} == {dict(request.query)["syncToken"] for request in asked}


async def test_a_token_that_expires_between_two_pages_starts_a_full_reading():
    made, _ = agenda(
        answer(200, {"items": [item(1)], "nextPageToken": "p2"}),
        answer(410, refusal(410, "fullSyncRequired")),
        answer(200, {"items": [item(2)], "nextSyncToken": "s1"}),
    )
    found = await made.changes(AGENT, "s0")

    assert [event_id(UID, 2)] == [event.ref.event_id for event in found.events]
    assert found.complete


async def test_an_event_that_is_listed_twice_counts_as_it_was_last():
    made, _ = agenda(
        answer(200, {"items": [item(1)], "nextPageToken": "p2"}),
        answer(200, {"items": [item(1, status="cancelled")], "nextSyncToken": "s1"}),
    )

    assert [True] == [event.cancelled for event in (await made.changes(AGENT, None)).events]


async def test_one_bad_event_stops_nothing():
    """What can be known of it is its id: nobody is to rely on its times."""
    bad = [item(1, start="nine"), {"etag": "x"}, "x", {**item(3), "extendedProperties": {"private": []}}]
    made, _ = agenda(answer(200, {"items": [*bad, item(2)], "nextSyncToken": "s1"}))
    found = (await made.changes(AGENT, None)).events

    assert [event_id(UID, n) for n in (1, 3, 2)] == [event.ref.event_id for event in found]
    assert {None} == {event.slot for event in found}


@pytest.mark.parametrize(
    "broken",
    [
        answer(200, {"items": []}),
        answer(200, b"<html>Sign in to the Wi-Fi</html>"),
        answer(200, b""),
        answer(200, {"items": "x", "nextSyncToken": "s"}),
        answer(400, refusal(400, "invalid")),
        answer(410, refusal(410, "fullSyncRequired")),
    ],
    ids=str,
)
async def test_a_full_reading_that_is_none_is_unavailable(broken):
    made, _ = agenda(broken)
    with pytest.raises(Unavailable):
        await made.changes(AGENT, None)


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (
            400,
            {"error": "invalid_grant", "error_description": "Token has been expired or revoked."},
            "give consent again",
        ),
        (
            400,
            {"error": "invalid_grant", "error_description": "Invalid JWT: Token must be a short-lived token"},
            "clock",
        ),
        (401, {"error": "unauthorized_client"}, "domain-wide delegation"),
        (401, {"error": "invalid_client"}, "client_secret"),
        (400, b"<html>", "lost access"),
    ],
)
def test_a_lost_access_says_what_to_do(status, body, says):
    with pytest.raises(AccessLost, match=says):
        read_token(answer(status, body))


@pytest.mark.parametrize(
    ("status", "body"), [(500, {}), (503, b""), (429, {}), (400, {"error": "temporarily_unavailable"}), (200, b"")]
)
def test_a_token_endpoint_in_trouble_is_not_a_lost_access(status, body):
    with pytest.raises(Unavailable) as caught:
        read_token(answer(status, body))

    assert not isinstance(caught.value, AccessLost)


async def test_one_token_is_fetched_for_many_requests_at_once():
    made, asked = agenda(
        answer(200, {"access_token": "t1", "expires_in": 3599}),
        *[answer(200, {"calendars": {AGENT.calendar: {"busy": []}}})] * 5,
        key=Consent("id", "secret", "refresh"),
    )
    await asyncio.gather(*(made.busy([AGENT], Interval(TUESDAY, TUESDAY + HOUR)) for _ in range(5)))

    assert 1 == sum(request.url.endswith("/token") for request in asked)
    assert {"Bearer t1"} == {request.headers["Authorization"] for request in asked if "freeBusy" in request.url}


@pytest.mark.parametrize(
    ("expiration", "ends"),
    [
        ("1767949200000", datetime(2026, 1, 9, 9, tzinfo=UTC)),
        (None, datetime(2026, 1, 9, 9, tzinfo=UTC)),
        ("soon", datetime(2026, 1, 9, 9, tzinfo=UTC)),
        ("9" * 40, datetime(2026, 1, 9, 9, tzinfo=UTC)),
    ],
)
def test_a_channel_ends_when_google_says_or_after_a_week(expiration, ends):
    body = {"id": "c", "resourceId": "r", "expiration": expiration}

    assert ends == opened(answer(200, body), CLOCK.now()).expires_at
