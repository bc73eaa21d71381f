"""A client that keeps its list with sync tokens always has the list that it would get anew."""

import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CALENDARS = ("agent1@demo.test", "c_team0001@group.calendar.google.com")
AGENT = {"Authorization": "Bearer ya29.emu-agent1"}
DAYS = st.integers(5, 25)


def times(day, hour=9):
    return {
        "start": {"dateTime": f"2026-03-{day:02d}T{hour:02d}:00:00", "timeZone": "Europe/Paris"},
        "end": {"dateTime": f"2026-03-{day:02d}T{hour:02d}:30:00", "timeZone": "Europe/Paris"},
    }


RULES = st.sampled_from(
    [["RRULE:FREQ=WEEKLY;COUNT=3"], ["RRULE:FREQ=DAILY;COUNT=2"], ["RRULE:FREQ=DAILY;UNTIL=20260410T000000Z"], None]
)
CHANGES = st.one_of(
    st.tuples(st.just("insert"), DAYS, RULES),
    st.tuples(st.just("retime"), st.integers(0, 9), DAYS),
    st.tuples(st.just("rename"), st.integers(0, 9), st.sampled_from("abc")),
    st.tuples(st.just("rule"), st.integers(0, 9), RULES),
    st.tuples(st.just("cancel"), st.integers(0, 9), st.booleans()),
    st.tuples(st.just("restore"), st.integers(0, 9), st.none()),
    st.tuples(st.just("move"), st.integers(0, 9), st.integers(0, 1)),
    st.tuples(st.just("one"), st.integers(0, 9), st.sampled_from(["x", None])),
)
STEPS = st.tuples(CHANGES, st.sampled_from([0, 1, 3]))
"""A change, and how many items a page has when the clients sync after it; 0: they do not."""


class Client:
    """Keeps what `list` told and folds in what the sync tokens tell."""

    def __init__(self, session, base, calendar, single):
        self.session, self.url = session, f"{base}/calendar/v3/calendars/{calendar}/events"
        self.single = {"singleEvents": "true"} if single else {}
        self.known = self.listed()
        self.token = self.last_token

    def listed(self):
        return {e["id"]: e for e in self.pages({**self.single, "maxResults": 2500}) if e["status"] != "cancelled"}

    def fold(self, size):
        for event in self.pages({"syncToken": self.token, "maxResults": size}):
            if event["status"] == "cancelled":
                self.known.pop(event["id"], None)
            else:
                self.known[event["id"]] = event
        self.token = self.last_token

    def pages(self, query):
        while True:
            page = self.session.get(self.url, params=query, timeout=10).json()
            assert "error" not in page, page
            yield from page["items"]
            if "nextPageToken" not in page:
                self.last_token = page["nextSyncToken"]
                return
            query = {**query, "pageToken": page["nextPageToken"]}


def change(session, base, kind, first, second):
    """One change by somebody; what cannot be done is refused and changes nothing."""
    root = f"{base}/calendar/v3/calendars"
    if kind == "insert":
        rule = {"recurrence": second} if second else {}
        return session.post(f"{root}/{CALENDARS[0]}/events", json={**times(first), **rule}, timeout=10)
    events = [
        (calendar, e["id"])
        for calendar in CALENDARS
        for e in session.get(f"{root}/{calendar}/events", params={"showDeleted": "true"}, timeout=10).json()["items"]
    ]
    if not events:
        return None
    calendar, event_id = events[first % len(events)]
    url = f"{root}/{calendar}/events/{event_id}"
    if kind == "move":
        return session.post(f"{url}/move", params={"destination": CALENDARS[second]}, timeout=10)
    if kind == "cancel" and second:
        return session.delete(url, timeout=10)
    if kind == "one":
        found = session.get(f"{url}/instances", timeout=10).json().get("items")
        body = {"status": "cancelled"} if second is None else {"summary": second}
        return session.patch(f"{root}/{calendar}/events/{found[-1]['id']}", json=body, timeout=10) if found else None
    bodies = {
        "retime": lambda: times(second, 11),
        "rename": lambda: {"summary": second},
        "rule": lambda: {"recurrence": second},
        "cancel": lambda: {"status": "cancelled"},
        "restore": lambda: {"status": "confirmed"},
    }
    return session.patch(url, json=bodies[kind](), timeout=10)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=10))
def test_folding_the_changes_gives_the_full_list(emulators, steps):
    emulators.control("reset", {})
    with requests.Session() as session:
        session.headers.update(AGENT)
        change(session, emulators.google, "insert", 6, ["RRULE:FREQ=DAILY;COUNT=4"])
        change(session, emulators.google, "insert", 9, None)
        clients = [Client(session, emulators.google, c, single) for c in CALENDARS for single in (False, True)]
        for changed, size in [*steps, (("rename", 0, "c"), 2)]:
            answer = change(session, emulators.google, *changed)
            assert answer is None or answer.status_code < 500
            for client in clients if size else ():
                client.fold(size)
                assert client.known == client.listed()
