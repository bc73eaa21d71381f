"""The three functions (contract §2), and what the administrator reads and closes."""

import pytest
from tests.servers.desk import JEAN

WEDNESDAY = {"start": "2026-01-07 15:00:00", "stop": "2026-01-07 15:30:00"}


@pytest.fixture
def world(desk):
    """Backend ids by label and by number, beside the desk."""
    desk.ids = desk.load()
    return desk


def commit(desk, key="k1", **body):
    return desk.post("/v1/commit_event", {"call_id": "n8n-1", **body}, headers={"Idempotency-Key": key})


def book(desk, key="k1", start="2026-01-07 15:00:00", stop="2026-01-07 15:30:00"):
    slot = {"start": start, "stop": stop, "owner_user_id": desk.ids["agents"]["a45"]}
    return commit(desk, key, intent="BOOK", partner_id=desk.ids["patients"]["+33612345678"], slot=slot)


def test_a_patient_is_looked_up_by_number_however_it_is_written(world):
    answer = world.post("/v1/lookup_patient", {"phone": "06.12.34.56.78"}, token=world.gateway)
    [patient] = answer.json["patients"]

    assert ("Jean Dupont", "+33612345678", "PHONE") == (
        patient["display_name"],
        patient["phone_e164"],
        patient["match_mode"],
    )
    assert answer.json["needs_disambiguation"] is False


def test_a_patient_is_looked_up_by_name_and_birth_date(world):
    found = world.post("/v1/lookup_patient", {"name": "Jean Dupont", "birth_date": "1950-02-03"}).json["patients"]
    other = world.post("/v1/lookup_patient", {"name": "Jean Dupont", "birth_date": "1951-02-03"}).json["patients"]

    assert ["Jean Dupont"] == [one["display_name"] for one in found]
    assert [] == other


@pytest.mark.parametrize(
    "wish",
    [
        {"text": "mardi matin ou jeudi après-midi"},
        {"when": {"any_of": [{"days": ["TU"], "periods": ["AM"]}, {"days": ["TH"], "periods": ["PM"]}]}},
        {"constraints": {"raw_text": "mardi matin ou jeudi après-midi"}},
    ],
)
def test_slots_are_computed_from_words_or_constraints(world, wish):
    answer = world.post("/v1/compute_slots", wish).json

    assert 3 == len(answer["slots"])
    assert "mardi 6 janvier à 9 heures" == answer["slots"][0]["label_tts"]
    assert answer["nearest"] is False
    assert [] == world.state["holds"]


def test_slots_asked_for_a_call_are_held_for_it(world):
    world.post("/v1/compute_slots", {"call_id": "n8n-1", "text": "mardi matin"})

    assert {"n8n-1"} == {hold["call_id"] for hold in world.state["holds"]}


def test_a_booking_is_made_once_per_key(world):
    first, again = book(world), book(world)
    [made] = [one for one in world.state["appointments"] if one["call_id"] == "n8n-1"]

    assert 200 == first.status, first.body
    assert first.json == again.json
    assert ("2026-01-07 15:00:00", "confirmed", 30) == tuple(
        first.json["appointment"][key] for key in ("start", "status", "duration_min")
    )
    assert "2026-01-07T15:00:00+01:00" == made["start"]


def test_the_same_key_with_another_body_is_refused(world):
    book(world)
    answer = book(world, start="2026-01-07 16:00:00", stop="2026-01-07 16:30:00")

    assert (422, "idempotency_mismatch") == (answer.status, answer.json["type"])


def test_without_a_key_nothing_is_committed(world):
    answer = world.post("/v1/commit_event", {"intent": "CANCEL", "call_id": "n8n-1", "event_id": 1})

    assert 400 == answer.status


def test_a_slot_that_is_taken_is_a_problem_of_its_own(world):
    book(world)
    answer = book(world, key="k2")

    assert (409, "slot_taken", "application/problem+json") == (
        answer.status,
        answer.json["type"],
        answer.headers["content-type"],
    )


def test_what_has_begun_already_is_not_booked_but_found_again(world):
    late = book(world, "late", start="2026-01-02 08:00:00", stop="2026-01-02 08:30:00")
    booked = book(world)
    world.clock(set="2026-01-08T09:00:00+01:00")

    assert (422, "invalid") == (late.status, late.json["type"].rpartition(":")[2])
    assert booked.json["appointment"]["event_id"] == book(world).json["appointment"]["event_id"]


def test_an_agent_who_is_not_there_is_not_found(world):
    slot = WEDNESDAY | {"owner_user_id": 987654}
    answer = commit(world, intent="BOOK", partner_id=world.ids["patients"]["+33612345678"], slot=slot)

    assert 404 == answer.status
    assert "987654" in answer.json["detail"]
    assert [] == world.state["commitments"]


def test_moving_and_cancelling(world):
    made = book(world).json["appointment"]["event_id"]
    slot = {"start": "2026-01-08 10:00:00", "stop": "2026-01-08 10:30:00", "owner_user_id": world.ids["agents"]["a46"]}
    moved = commit(world, "k2", intent="RESCHEDULE", event_id=made, slot=slot)
    gone = commit(world, "k3", intent="CANCEL", event_id=made, reason="malade")
    [row] = [one for one in world.state["appointments"] if one["id"] == made]

    assert ("2026-01-08 10:00:00", made) == (moved.json["appointment"]["start"], moved.json["appointment"]["event_id"])
    assert "canceled" == gone.json["appointment"]["status"]
    assert ("a46", "canceled") == (row["agent"], row["status"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"intent": "BOOK"}, 422),
        ({"intent": "DANCE"}, 422),
        ({"intent": "CANCEL", "event_id": 999}, 404),
        ({"intent": "CANCEL", "event_id": "nothing"}, 404),
        ({"intent": "BOOK", "partner_id": 999, "slot": WEDNESDAY | {"owner_user_id": 1}}, 404),
        ({"intent": "BOOK", "partner_id": 1, "slot": {"start": "now", "stop": "then", "owner_user_id": 1}}, 422),
    ],
)
def test_what_cannot_be_committed_is_said(world, body, status):
    assert status == commit(world, **body).status


@pytest.mark.parametrize("path", ["/v1/lookup_patient", "/v1/compute_slots", "/v1/commit_event"])
def test_a_token_is_needed(desk, path):
    assert 401 == desk.post(path, {}, token="").status


def test_a_call_back_is_a_task_that_a_person_closes(desk):
    desk.event("c1", "call_start", caller=JEAN)
    desk.says("c1", "je veux parler à un agent")
    desk.event("c1", "transfer_result", transfer={"status": "no_answer"})
    desk.says("c1", "oui")
    [task] = desk.get("/v1/tasks").json["tasks"]
    closed = desk.post(f"/v1/tasks/{task['id']}/close", {"by": "Claire"})

    assert ("call_back", "+33612345678") == (task["kind"], task["patient_phone"])
    assert ("closed", "Claire") == (closed.json["status"], closed.json["closed_by"])
    assert [] == desk.get("/v1/tasks").json["tasks"]


def test_a_commitments_history_is_readable(desk):
    desk.ids = desk.load()
    book(desk)
    [made] = desk.get("/v1/commitments").json["commitments"]
    history = desk.get(f"/v1/commitments/{made['id']}").json["history"]

    assert "done" == made["status"]
    assert "asked" == history[0]["what"]


def test_health_names_each_dependency_and_figures_count_turns(desk):
    desk.event("c1", "call_start", caller=JEAN)
    ready = desk.get("/readyz", token="").json
    figures = desk.get("/metrics", token="").body.decode()

    assert {"status": "alive"} == desk.get("/healthz", token="").json
    assert {"store", "engine"} <= ready["dependencies"].keys()
    assert 'pupitre_turns_total{state="START",tenant="demo"}' in figures
