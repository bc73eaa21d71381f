"""Whatever a client sends, it gets an answer that says what is wrong, and the emulator goes on."""

import functools

import pytest
import requests
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pupitre.emulators.google.discovery import document, methods

AGENT = {"Authorization": "Bearer ya29.emu-agent1"}
TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            "agent1@demo.test",
            "primary",
            "2026-01-06",
            "2026-03-29T02:30:00",
            "2026-01-06T15:00:00+01:00",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-12:00",
            "2026-02-30T00:00:00Z",
            "Europe/Paris",
            "../etc/passwd",
            "confirmed",
            "cancelled",
            "user",
            "owner",
            "web_hook",
            "https://hooks.demo.test/",
            "RRULE:FREQ=DAILY;COUNT=3",
            "RRULE:FREQ=DAILY;INTERVAL=0",
            "RRULE:FREQ=DAILY;COUNT=99999999",
            "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "RRULE:FREQ=DAILY;UNTIL=99991231T000000Z",
            "RDATE;TZID=Nowhere:20260106T090000",
            "EXDATE:20260106",
            "a=b",
            "99999999999999999999",
        ]
    ),
    st.text(max_size=8),
)
NUMBERS = st.sampled_from([-1, 0, 1, 2**31, 2**63, 10**30])
ANYTHING = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, st.just([]), st.just({}), st.just([None]))


@functools.cache
def values_of(name, depth=3):
    """Objects of a schema, some values of which are of any other kind."""
    return st.fixed_dictionaries(
        {}, optional={k: value_of(s, depth) for k, s in document()["schemas"][name]["properties"].items()}
    )


def value_of(schema, depth):
    kind = schema.get("type")
    if depth == 0:
        return ANYTHING
    if "$ref" in schema:
        right = values_of(schema["$ref"], depth - 1)
    elif kind == "array":
        right = st.lists(value_of(schema["items"], depth - 1), max_size=2)
    elif kind == "object" and "properties" in schema:
        right = st.fixed_dictionaries({}, optional={k: value_of(s, depth - 1) for k, s in schema["properties"].items()})
    elif kind == "object":
        right = st.dictionaries(TEXTS, TEXTS, max_size=2)
    else:
        right = {"boolean": st.booleans(), "integer": NUMBERS}.get(kind, TEXTS)
    return st.one_of(right, right, right, ANYTHING)


VISIT = {
    "start": {"dateTime": "2026-01-06T15:00:00", "timeZone": "Europe/Paris"},
    "end": {"dateTime": "2026-01-06T15:30:00", "timeZone": "Europe/Paris"},
}


@st.composite
def calls(draw):
    """Any method with any parameters; bodies that are nearly right."""
    method = draw(st.sampled_from(methods()))
    texts = st.sampled_from(
        ["agent1@demo.test", "c_team0001@group.calendar.google.com", "ivr0001", "ivr0001_20260107T140000Z"]
    )
    path = [requests.utils.quote(draw(texts), safe="") if part.startswith("{") else part for part in method.segments]
    names = sorted(n for n, p in method.parameters.items() if p["location"] == "query")
    query = draw(st.dictionaries(st.sampled_from(names), st.one_of(TEXTS, st.sampled_from(["true", "5"])), max_size=3))
    body = draw(values_of(method.request)) if method.request else None
    if method.request == "Event" and draw(st.booleans()):
        body = {**body, **VISIT}
    return method.http_method, "/".join(path), query, body


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(calls(), min_size=1, max_size=3))
@example([("POST", "calendars/agent1%40demo.test/events/import", {}, {"iCalUID": True})])
@example([("POST", "calendars/agent1%40demo.test/events", {}, {**VISIT, "id": [5]})])
def test_no_request_is_answered_with_a_server_error(emulators, made):
    emulators.control("reset", {})
    base = f"{emulators.google}/calendar/v3"
    with requests.Session() as session:
        session.headers.update(AGENT)
        series = {**VISIT, "id": "ivr0001", "recurrence": ["RRULE:FREQ=DAILY;COUNT=3"]}
        session.post(f"{base}/calendars/agent1@demo.test/events", json=series, timeout=10)
        for method, path, query, body in made:
            answer = session.request(method, f"{base}/{path}", params=query, json=body, timeout=10)
            assert answer.status_code < 500, answer.text
            assert answer.status_code in (204, 304) or answer.json()
        assert session.get(f"{base}/calendars/agent1@demo.test/events", timeout=10).status_code == 200


EVENTS = "calendars/agent1@demo.test/events"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"summary": "\\ud800"}', 400),
        (b'{"sequence": NaN}', 400),
        (b"[" * 100_000, 400),
        (b"\xff\xfe", 400),
        (b'["start"]', 400),
        (b"", 400),
    ],
)
def test_a_body_that_is_no_event_is_refused(emulators, body, status):
    answer = requests.post(f"{emulators.google}/calendar/v3/{EVENTS}", data=body, headers=AGENT, timeout=10)

    assert answer.status_code == status
    assert answer.json()["error"]["code"] == status


@pytest.mark.parametrize(
    "rule", ["RRULE:FREQ=DAILY", "RRULE:FREQ=DAILY;COUNT=99999999", "RRULE:FREQ=DAILY;UNTIL=25991231"]
)
def test_the_first_and_last_times_of_other_languages_bound_a_list_of_any_series(emulators, rule):
    base = f"{emulators.google}/calendar/v3/{EVENTS}"
    assert requests.post(base, json={**VISIT, "recurrence": [rule]}, headers=AGENT, timeout=10).status_code == 200
    bounds = {"timeMin": "0001-01-01T00:00:00Z", "timeMax": "9999-12-31T23:59:59Z", "singleEvents": "true"}

    assert len(requests.get(base, params=bounds, headers=AGENT, timeout=10).json()["items"]) == 250


def test_an_attendee_without_an_answer_may_say_so_with_null(emulators):
    body = {**VISIT, "attendees": [{"email": "a@b.test", "responseStatus": None, "comment": None}]}
    answer = requests.post(f"{emulators.google}/calendar/v3/{EVENTS}", json=body, headers=AGENT, timeout=10).json()

    assert answer["attendees"] == [{"email": "a@b.test", "responseStatus": "needsAction"}]
