"""Two tenants on one desk: nothing of one is read, changed or even known to exist with a token of the other.

Every route of the desk is asked twice with the tokens of `demo2` for what belongs to `demo`; what `demo` has
is compared before and after. A route that is not in the table fails the test.
"""

import json

import pytest
from tests.servers.desk import JEAN

SLOT = {"start": "2026-01-08 09:00:00", "stop": "2026-01-08 09:30:00", "owner_user_id": 1}
BY = {"by": "Quelqu'un d'autre"}
OPEN = {"/ivr/schema.json", "/healthz", "/readyz", "/openapi.json", "/metrics"}
"""They tell no tenant's business (contract §5)."""


class Theirs:
    """What `demo` has: a call that booked, its patient, appointment, commitment and reminders, and a task."""

    def __init__(self, desk):
        desk.event("c1", "call_start", caller=JEAN)
        for text in ("je voudrais prendre rendez-vous", "oui", "mardi matin", "le premier", "oui"):
            desk.says("c1", text)
        desk.event("c2", "call_start", caller=JEAN)
        desk.says("c2", "je veux parler à quelqu'un")
        desk.event("c2", "transfer_result", transfer={"status": "no_answer"})
        desk.says("c2", "oui")
        state = desk.state
        self.commitment = state["commitments"][0]["id"]
        self.task = state["tasks"][0]["id"]
        self.reminder = state["reminders"][0]["id"]
        self.appointment = desk.get("/v1/calls/c1").json["appointment"]["event_id"]
        self.patient = desk.get("/v1/calls/c1").json["patient"]["partner_id"]

    def requests(self):
        """Route as documented, how it is asked for what is theirs, what body."""
        commit = {"call_id": "x", "partner_id": self.patient, "event_id": self.appointment}
        return [
            ("/v1/calls/{call_id}", "GET", "/v1/calls/c1", None),
            ("/v1/calls/{call_id}/journal", "GET", "/v1/calls/c1/journal", None),
            ("/v1/tasks", "GET", "/v1/tasks", None),
            ("/v1/tasks/{task_id}/close", "POST", f"/v1/tasks/{self.task}/close", BY),
            ("/v1/commitments", "GET", "/v1/commitments", None),
            ("/v1/commitments/{commitment_id}", "GET", f"/v1/commitments/{self.commitment}", None),
            ("/v1/commitments/{commitment_id}/retry", "POST", f"/v1/commitments/{self.commitment}/retry", BY),
            ("/v1/commitments/{commitment_id}/close", "POST", f"/v1/commitments/{self.commitment}/close", BY),
            (
                "/v1/reminders/{reminder_id}/unanswered",
                "POST",
                f"/v1/reminders/{self.reminder}/unanswered",
                {"outcome": "busy"},
            ),
            ("/v1/sync", "GET", "/v1/sync", None),
            (
                "/v1/appointments/{appointment_id}/conflict",
                "POST",
                f"/v1/appointments/{self.appointment}/conflict",
                BY | {"keep": "planning"},
            ),
            ("/v1/lookup_patient", "POST", "/v1/lookup_patient", {"phone": "+33612345678"}),
            ("/v1/lookup_patient", "POST", "/v1/lookup_patient", {"name": "Jean Dupont", "birth_date": "1950-02-03"}),
            ("/v1/compute_slots", "POST", "/v1/compute_slots", {"text": "mardi", "call_id": "c1"}),
            ("/v1/commit_event", "POST", "/v1/commit_event", commit | {"intent": "CANCEL"}),
            ("/v1/commit_event", "POST", "/v1/commit_event", commit | {"intent": "RESCHEDULE", "slot": SLOT}),
            ("/v1/commit_event", "POST", "/v1/commit_event", commit | {"intent": "BOOK", "slot": SLOT}),
            ("/ivr", "POST", "/ivr", {"call_id": "c1", "event": "hangup"}),
            ("/ivr", "POST", "/ivr", {"call_id": "o1", "event": "call_start", "direction": "outbound"}
             | {"reminder_id": self.reminder}),
            ("/_sandbox/dialer", "POST", "/_sandbox/dialer", {"reminder_id": self.reminder, "outcome": "busy"}),
            ("/_sandbox/state", "GET", "/_sandbox/state", None),
        ]  # fmt: skip


OWN = ("/ivr", "/v1/calls/c1", "/v1/calls/c1/journal")
"""A call of the same id is one of their own, made by the requests above."""
PLAIN = {"now", "reason", "nearest", "needs_disambiguation"}
SECRET = ("Dupont", "612345678", "Blanc", "639981202")


@pytest.fixture
def theirs(desk):
    return Theirs(desk)


def test_no_route_tells_or_changes_what_is_another_tenants(desk, theirs):
    tokens = [(desk.home / f"demo2.{role}.token").read_text().strip() for role in ("gateway", "admin")]
    before = desk.state, desk.get("/v1/calls/c1").json, desk.get("/v1/tasks").json
    answered = []
    for token in tokens:
        for _route, method, path, body in theirs.requests():
            answer = desk.request(method, path, body, token=token, headers={"Idempotency-Key": path + json.dumps(body)})
            assert answer.status < 500, (path, answer.status)
            assert not [word for word in SECRET if word in answer.body.decode()], (path, answer.body)
            answered.append((method, path, answer))
    after = desk.state, desk.get("/v1/calls/c1").json, desk.get("/v1/tasks").json

    assert before == after
    for method, path, answer in answered:
        if answer.status == 200:
            assert empty(path, answer.json), (method, path, answer.body)


def empty(path, told):
    """An answer that is 200 to everybody, and holds nothing here."""
    if path in OWN:
        return "Dupont" not in str(told)
    return not any(value for name, value in told.items() if name not in PLAIN)


def test_the_table_has_every_route(desk, theirs):
    documented = set(desk.get("/openapi.json", token="").json["paths"]) - OPEN

    assert documented - {route for route, *_ in theirs.requests()} == set()
