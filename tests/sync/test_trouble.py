"""Backends that are down, refuse, forget and lie: nothing is lost, nothing is taken for emptiness, all heals alone."""

import pytest
import requests
from tests.servers.desk import JEAN, serving
from tests.sync.conftest import Company, hybrid, span

MOVED = "2026-01-08T16:00:00+01:00"
EVENTS = "/calendars/.*/events"


def google(company, order, body):
    answer = requests.post(f"{company.emulators.google}/_emu/{order}", json=body, timeout=10)
    assert answer.status_code == 200, answer.text


def agreed(company):
    """Record and planning show the same of every active appointment, with one event each."""
    active = [one for one in company.records if one["status"] == "confirmed"]
    events = {one["id"]: one for one in company.events}
    return (
        []
        == [
            one
            for one in active
            if one["sync_state"] != "synced" or events.pop(one["google_event_id"], {}).get("start") != one["start"]
        ]
        and not events
    )


@pytest.mark.parametrize(
    "respond",
    [
        {"status": 503},
        {"status": 403, "reason": "rateLimitExceeded", "domain": "usageLimits"},
        {"status": 403, "reason": "quotaExceeded", "domain": "usageLimits"},
        {"status": 401, "reason": "authError"},
        {"status": 404, "reason": "notFound"},
        {"drop": True},
    ],
    ids=str,
)
def test_a_calendar_that_cannot_be_read_is_not_an_empty_one(company, respond):
    """Rows 30 and 38: an outage, a spent quota, a lost access or calendar moves and cancels nothing, and heals."""
    company.wait()
    before = company.desk.state
    company.fail("google", times=10_000, respond=respond, method="GET", path_regex=EVENTS)
    company.wait()
    company.wait()

    during = company.desk.state
    assert before["appointments"] == during["appointments"]
    [(kind, reason)] = {task for task in company.open_tasks if "a45@" in task[1]}
    assert kind == "sync_error"
    assert "cannot be read" in reason
    assert "a45@demo.test cannot be read" in company.sync("run").stdout

    company.heal()
    company.agent().move(company.record["google_event_id"], span(MOVED))
    company.desk.clock(advance="PT1H")
    assert "error" == company.record["sync_state"]
    assert ["conflict"] == [kind for kind, _ in company.open_tasks]


def test_a_forgotten_sync_token_is_followed_by_a_full_reading(company):
    """410: what was deleted meanwhile is noticed although no list shows it."""
    company.wait()
    record = company.record
    company.agent().delete(record["google_event_id"])
    google(company, "expire_sync_tokens", {})
    company.wait()

    assert "error" == company.record["sync_state"]
    assert "deleted in the planning" in company.open_tasks[0][1]


def test_one_event_that_cannot_be_read_keeps_no_other_from_being_seen(company):
    """Row 34: Google answers nonsense about one event, and the other agent's is still looked at."""
    company.remind()
    company.wait()
    first, second = company.records
    for one in (first, second):
        company.agent(one["agent"]).change(one["google_event_id"], colorId="3")
    company.agent(second["agent"]).move(second["google_event_id"], span("2026-01-09T16:00:00+01:00"))
    respond = {"status": 400, "reason": "invalid"}
    company.fail("google", times=100, respond=respond, method="GET", path_regex=f"/events/{first['google_event_id']}")
    company.wait()

    states = {one["id"]: one["sync_state"] for one in company.records}
    assert {first["id"]: "synced", second["id"]: "error"} == states
    assert {"conflict", "sync_error"} == {kind for kind, _ in company.open_tasks}
    company.heal()
    company.wait()
    assert ["conflict"] == [kind for kind, _ in company.open_tasks]


def test_a_calendar_of_many_events_is_read_to_its_end(company):
    """Row 35: 300 events in the calendar, and the one that was moved among them is noticed."""
    agent = company.agent()
    for number in range(300):
        agent.put(span(f"2026-02-{1 + number % 28:02}T{8 + number // 28:02}:00:00+01:00", 5))
    agent.move(company.record["google_event_id"], span(MOVED))
    company.wait()

    assert "error" == company.record["sync_state"]


@pytest.mark.parametrize("skew", [-600, 600])
def test_clocks_that_differ_decide_nothing(company, skew):
    """Row 33: versions decide, not clocks: Google's is ten minutes off."""
    company.wait()
    google(company, "clock", {"advance_s": skew})
    company.odoo("write", [company.record["id"]], {"start": "2026-01-08 14:00:00", "stop": "2026-01-08 14:30:00"})
    company.wait()

    assert ["2026-01-08T15:00:00+01:00"] == [one["start"] for one in company.events]
    assert agreed(company)


def test_odoo_is_down_for_a_while_and_then_all_heals_by_itself(company):
    company.wait()
    company.agent().move(company.record["google_event_id"], span(MOVED))
    company.fail("odoo", times=100_000)
    company.wait()
    assert "the record cannot be read" in company.sync("status").stdout
    company.heal()
    company.desk.clock(advance="PT1H")

    assert "error" == company.record["sync_state"]
    assert ["conflict"] == [kind for kind, _ in company.open_tasks]


@pytest.mark.faults
@pytest.mark.parametrize("when", ["before", "after_commit"])
@pytest.mark.parametrize(
    "fault",
    [
        {"backend": "google", "method": "POST", "path_regex": "/events$"},
        {"backend": "google", "method": "PATCH"},
        {"backend": "odoo", "model": "calendar.event", "rpc_method": "load"},
        {"backend": "odoo", "model": "calendar.event", "rpc_method": "write"},
        {"backend": "odoo", "model": "calendar.event", "rpc_method": "write", "nth": 2},
    ],
    ids=lambda fault: f"{fault['backend']}-{fault.get('method', fault.get('rpc_method'))}-{fault.get('nth', 1)}",
)
def test_an_answer_that_is_lost_at_any_step_leaves_both_sides_agreed(company, fault, when):
    """Rows 25 and 26: book, move, cancel, each with a step that is cut off or whose answer never comes."""
    fault = dict(fault)
    backend, nth = fault.pop("backend"), fault.pop("nth", 1)

    def cut():
        company.heal()
        company.fail(backend, times=2, when=when, nth=nth, respond={"drop": True}, **fault)

    def commit(key, **body):
        headers = {"Idempotency-Key": key}
        answer = company.desk.post("/v1/commit_event", {"call_id": key, **body}, headers=headers)
        assert answer.status in (200, 503), answer.body
        company.desk.clock(advance="PT1H")

    slot = {
        "start": "2026-01-09 09:00:00",
        "stop": "2026-01-09 09:30:00",
        "owner_user_id": company.agents["a46"],
    }
    later = slot | {"start": "2026-01-09 10:00:00", "stop": "2026-01-09 10:30:00"}
    cut()
    commit("k-book", intent="BOOK", partner_id=company.patients[JEAN["from_e164"]], slot=slot)
    made = [one for one in company.records if one["call_id"] == "k-book"]
    assert 1 == len(made)
    assert agreed(company)
    cut()
    commit("k-move", intent="RESCHEDULE", event_id=made[0]["id"], slot=later)
    assert agreed(company)
    moved = next(one for one in company.records if one["id"] == made[0]["id"])
    assert ("2026-01-09T10:00:00+01:00", made[0]["google_event_id"]) == (moved["start"], moved["google_event_id"])
    cut()
    commit("k-cancel", intent="CANCEL", event_id=made[0]["id"], reason="caller")
    assert agreed(company)
    assert "canceled" == next(one["status"] for one in company.records if one["id"] == made[0]["id"])
    assert [] == company.open_tasks


@pytest.mark.faults
def test_a_desk_that_is_killed_while_it_reconciles_goes_on_where_it_was(tmp_path, emulators):
    """Row 25: kill -9 between noticing and acting; the next desk acts, once."""
    home = hybrid(tmp_path / "home", emulators)
    with serving(home) as desk:
        company = Company(desk, emulators)
        company.load()
        company.wait()
        company.agent().move(company.record["google_event_id"], span(MOVED))
        company.fail("odoo", times=1000, model="calendar.event", rpc_method="write")
        company.wait()
        desk.kill()
    company.heal()
    with serving(home) as desk:
        company = Company(desk, emulators)
        company.wait()

        assert "error" == company.record["sync_state"]
        assert ["conflict"] == [kind for kind, _ in company.open_tasks]
