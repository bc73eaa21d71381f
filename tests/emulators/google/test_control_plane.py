"""What the emulator can be ordered to do, besides what the cases order."""

import http.server
import threading
import time

import pytest
import requests
from tests.emulators.google.cases import Player

VISIT = {
    "summary": "RDV",
    "start": {"dateTime": "2026-01-06T15:00:00", "timeZone": "Europe/Paris"},
    "end": {"dateTime": "2026-01-06T15:30:00", "timeZone": "Europe/Paris"},
}


def call(emulators, method, path, principal="agent1", **content):
    return requests.request(
        method,
        f"{emulators.google}/calendar/v3/{path}",
        headers={"Authorization": f"Bearer ya29.emu-{principal}"},
        timeout=10,
        **content,
    )


def world(name, *calendars, events=()):
    return {"world": name, "calendars": [{"id": c} for c in calendars], "events": list(events)}


def test_a_dropped_connection_says_nothing_and_the_next_one_is_answered(emulators):
    emulators.control("fault", {"match": {"method": "GET"}, "respond": {"drop": True}})

    with pytest.raises(requests.ConnectionError):
        call(emulators, "GET", "calendars/primary/events")
    assert call(emulators, "GET", "calendars/primary/events").status_code == 200


def test_a_batch_with_a_dropped_call_is_dropped_whole(emulators):
    emulators.control("fault", {"match": {"method": "POST", "path_regex": "/events$"}, "respond": {"drop": True}})
    parts = [{"call": "POST calendars/agent1@demo.test/events", "body": VISIT}]

    with pytest.raises(requests.ConnectionError):
        Player(emulators).send({"call": "POST /batch/calendar/v3", "batch": parts})
    assert call(emulators, "GET", "calendars/primary/events").json()["items"] == []


def test_an_answer_dropped_after_the_commit_leaves_the_event(emulators):
    emulators.control("fault", {"match": {"method": "POST"}, "respond": {"drop": True}, "when": "after_commit"})

    with pytest.raises(requests.ConnectionError):
        call(emulators, "POST", "calendars/primary/events", json={**VISIT, "id": "ivr0001"})
    assert call(emulators, "GET", "calendars/primary/events/ivr0001").json()["status"] == "confirmed"


def test_a_delay_is_real_time_and_then_the_answer_comes_as_usual(emulators):
    emulators.control("fault", {"match": {"method": "GET"}, "respond": {"delay_ms": 300}})
    began = time.monotonic()

    assert call(emulators, "GET", "calendars/primary/events").status_code == 200
    assert time.monotonic() - began >= 0.3


def test_a_fault_acts_on_the_nth_call_as_often_as_ordered_and_only_there(emulators):
    match = {"method": "GET", "path_regex": "/events$", "nth": 2}
    emulators.control("fault", {"match": match, "times": 2, "respond": {"status": 503, "reason": "backendError"}})

    statuses = [call(emulators, "GET", "calendars/primary/events").status_code for _ in range(4)]
    assert statuses == [200, 503, 503, 200]


def test_faults_at_the_root_name_their_backend_or_mean_all_and_are_removed_at_once(emulators):
    place = f"{emulators.base}/_emu/fault"
    order = {"backend": "google", "match": {}, "times": 9, "respond": {"status": 500}}
    assert requests.post(place, json=order, timeout=10).status_code == 200
    assert call(emulators, "GET", "colors").status_code == 500
    requests.post(place, json={"match": {}, "times": 9, "respond": {"status": 503}}, timeout=10)

    assert requests.delete(place, timeout=10).status_code == 204
    assert call(emulators, "GET", "colors").status_code == 200


@pytest.mark.parametrize(
    "order",
    [
        {"match": {}, "respond": {"status": "broken"}},
        {"match": {"path_regex": "("}, "respond": {"status": 500}},
        {"match": {}, "respnd": {"status": 500}},
        {"backend": "exchange", "match": {}, "respond": {"status": 500}},
    ],
)
def test_an_order_that_cannot_be_understood_is_refused_with_the_reason(emulators, order):
    answer = requests.post(f"{emulators.base}/_emu/fault", json=order, timeout=10)

    assert answer.status_code == 400
    assert len(answer.json()["error"]) > 20


def test_a_world_is_loaded_shared_and_dumped(emulators):
    away = {**VISIT, "summary": "Congés", "extendedProperties": {"private": {"external_uid": "u1"}}}
    plan = world("demo", "claire@desk.test", events=[{"calendar": "claire@desk.test", "resource": away}])
    emulators.control("world", {**plan, "now": "2026-01-05T09:00:00+01:00"})

    booked = call(emulators, "POST", "calendars/claire@desk.test/events", "svc", json={**VISIT, "id": "ivr0001"})
    assert booked.json()["organizer"] == {"email": "claire@desk.test", "self": True}
    assert call(emulators, "DELETE", "calendars/primary/events/ivr0001", "claire").status_code == 204

    dumped = requests.get(f"{emulators.google}/_emu/events", params={"world": "demo"}, timeout=10).json()["items"]
    assert [(e["calendarId"], e["status"], e["start"]["dateTime"]) for e in dumped] == [
        ("claire@desk.test", "confirmed", "2026-01-06T15:00:00+01:00"),
        ("claire@desk.test", "cancelled", "2026-01-06T15:00:00+01:00"),
    ]
    assert dumped[0]["extendedProperties"]["private"] == {"external_uid": "u1"}


def test_loading_a_world_again_empties_it_and_no_other(emulators):
    emulators.control("world", world("demo", "a@one.test"))
    emulators.control("world", world("demo2", "b@two.test"))
    for calendar in ("a@one.test", "b@two.test"):
        call(emulators, "POST", f"calendars/{calendar}/events", "svc", json=VISIT)
    token = call(emulators, "GET", "calendars/a@one.test/events", "svc").json()["nextSyncToken"]

    emulators.control("world", world("demo", "a@one.test", "c@one.test"))

    assert call(emulators, "GET", "calendars/a@one.test/events", "svc").json()["items"] == []
    assert len(call(emulators, "GET", "calendars/b@two.test/events", "svc").json()["items"]) == 1
    stale = call(emulators, "GET", "calendars/a@one.test/events", "svc", params={"syncToken": token})
    assert stale.json()["error"]["errors"][0]["reason"] == "fullSyncRequired"
    assert call(emulators, "GET", "calendars/primary/events").status_code == 200


def test_a_delegated_owner_may_be_acted_for_and_others_not(emulators):
    plan = {"world": "demo", "calendars": [{"id": "a@one.test", "delegated": True}, {"id": "b@one.test"}]}
    emulators.control("world", plan)

    def status(subject):
        claims = {"iss": "ivr@demo.iam.gserviceaccount.com", "sub": subject}
        scope = "https://www.googleapis.com/auth/calendar"
        return (
            Player(emulators).send({"call": "POST /token", "as": None, "jwt": {**claims, "scope": scope}}).status_code
        )

    assert [status(s) for s in ("a@one.test", "b@one.test", "nobody@one.test")] == [200, 401, 400]


@pytest.fixture
def receiver():
    """A small web server: `(path, headers)` of every POST, answered with 503 the first time."""
    got = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, dict(self.headers)))
            self.send_response(503 if len(got) == 1 else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1], got
    server.shutdown()
    thread.join()
    server.server_close()


def wait_for(got, count):
    deadline = time.monotonic() + 5
    while len(got) < count and time.monotonic() < deadline:
        time.sleep(0.02)


def test_pushes_for_a_routed_host_reach_a_loopback_server_in_order(emulators, receiver):
    port, got = receiver
    emulators.control("webhook_route", {"host": "hooks.desk.test", "to": f"http://127.0.0.1:{port}"})
    channel = {"id": "ch-1", "type": "web_hook", "address": "https://hooks.desk.test/gcal?tenant=demo", "token": "t0k"}
    call(emulators, "POST", "calendars/primary/events/watch", json=channel)
    call(emulators, "POST", "calendars/primary/events", json=VISIT)
    wait_for(got, 3)

    assert [path for path, _ in got] == ["/gcal?tenant=demo"] * 3
    assert [headers["X-Goog-Resource-State"] for _, headers in got] == ["sync", "sync", "exists"]
    assert got[0][1]["X-Goog-Channel-Token"] == "t0k"


def test_pushes_leave_the_machine_for_nowhere(emulators):
    order = {"host": "hooks.desk.test", "to": "http://203.0.113.7/"}

    assert requests.post(f"{emulators.google}/_emu/webhook_route", json=order, timeout=10).status_code == 400


def test_the_clock_runs_until_it_is_set(emulators):
    running = emulators.control("clock", {"run": True})
    assert not running["frozen"]
    frozen = emulators.control("clock", {"set": "2026-03-29T00:59:59Z"})
    assert frozen == {"now": "2026-03-29T00:59:59.000Z", "frozen": True}
    assert emulators.control("clock", {"advance_s": 3600})["now"] == "2026-03-29T01:59:59.000Z"
