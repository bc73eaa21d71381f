"""What people do in Google: in strict mode nothing is overwritten, nothing carried over, and somebody decides."""

import pytest
from tests.sync.conftest import at, span

MOVED = "2026-01-08T16:00:00+01:00"


def test_nothing_happens_where_nobody_has_changed_anything(company):
    company.wait()
    before = company.desk.state
    company.wait()

    assert company.desk.state | {"now": ""} == before | {"now": ""}
    assert [] == company.open_tasks


def test_a_moved_event_is_neither_overwritten_nor_carried_over(company):
    """Row 24: an agent moves the event in Google; row 36: nobody presses a button for it."""
    record = company.record
    company.agent().move(record["google_event_id"], span(MOVED))
    company.wait()

    after = company.record
    assert ("error", record["start"]) == (after["sync_state"], after["start"])
    assert [MOVED] == [one["start"] for one in company.events]
    [(kind, reason)] = company.open_tasks
    assert kind == "conflict"
    assert "moved in the planning: the record says 2026-01-07 10:00, the planning 2026-01-08 16:00" in reason
    assert company.row(record["id"])["x_sync_error"].startswith("conflict: ")


def test_a_deleted_event_is_a_conflict_too(company):
    """Row 24: an agent deletes the event in Google."""
    company.wait()
    record = company.record
    company.agent().delete(record["google_event_id"])
    company.wait()

    assert ("error", "confirmed") == (company.record["sync_state"], company.record["status"])
    assert [] == company.events
    [(kind, reason)] = company.open_tasks
    assert kind == "conflict"
    assert "deleted in the planning" in reason


def test_an_event_handed_to_a_colleague_is_a_conflict(company):
    company.wait()
    company.assistant().hand_over(company.record["google_event_id"], "a46@demo.test")
    company.wait()

    assert "error" == company.record["sync_state"]
    [(kind, reason)] = company.open_tasks
    assert kind == "conflict"
    assert "moved in the planning" in reason


def test_reconciling_again_changes_nothing(company):
    """Rows 27 and 28: run k times is run once."""
    company.agent().move(company.record["google_event_id"], span(MOVED))
    company.wait()
    before, row = company.desk.state, company.row(company.record["id"])
    for _ in range(3):
        company.wait()
    assert company.sync("run").returncode == 0

    assert company.desk.state | {"now": ""} == before | {"now": ""}
    assert company.row(company.record["id"]) == row


def test_the_reminders_of_a_moved_event_stop_and_come_back_with_the_time_that_is_kept(company):
    """Row 24: the move is noticed before the reminder of the hour before, and nobody is called about the old hour."""
    company.remind()
    booked = next(one for one in company.records if one["patient_phone"] == "+33612345678")
    assert ["2026-01-05T09:00:00+01:00", "2026-01-06T08:00:00+01:00"] == company.scheduled
    company.agent(booked["agent"]).move(booked["google_event_id"], span("2026-01-06T11:00:00+01:00"))
    company.wait()

    assert [] == company.scheduled

    kept = company.sync("keep", "google", str(booked["id"]), "--by", "Anne")
    assert kept.returncode == 0, kept.stderr
    assert ["2026-01-05T11:00:00+01:00", "2026-01-06T10:00:00+01:00"] == company.scheduled
    after = next(one for one in company.records if one["id"] == booked["id"])
    assert ("2026-01-06T11:00:00+01:00", "confirmed", "synced") == (
        after["start"],
        after["status"],
        after["sync_state"],
    )
    assert [] == company.open_tasks


def test_both_times_are_busy_until_somebody_decides(company):
    company.wait()
    record = company.record
    company.agent().move(record["google_event_id"], span(MOVED))
    company.wait()

    def book(start):
        slot = {"start": start, "stop": start.replace(":00:00", ":30:00"), "owner_user_id": company.agents["a45"]}
        body = {"intent": "BOOK", "call_id": start, "partner_id": company.patients["+33612345678"], "slot": slot}
        return company.desk.post("/v1/commit_event", body, headers={"Idempotency-Key": start}).status

    assert [409, 409, 200] == [book(f"2026-01-{at}:00:00") for at in ("07 10", "08 16", "07 11")]


def test_keeping_the_record_moves_the_event_back(company):
    company.wait()
    record = company.record
    company.agent().move(record["google_event_id"], span(MOVED))
    company.wait()
    kept = company.sync("keep", "odoo", str(record["id"]), "--by", "Anne")
    assert kept.returncode == 0, kept.stderr

    assert "synced" == company.record["sync_state"]
    assert [(record["start"], record["google_event_id"])] == [(one["start"], one["id"]) for one in company.events]
    assert [] == company.open_tasks
    company.wait()
    assert ("synced", []) == (company.record["sync_state"], company.open_tasks)


@pytest.mark.parametrize(("side", "status", "events"), [("record", "confirmed", 1), ("planning", "canceled", 0)])
def test_a_deletion_is_taken_back_or_carried_over_as_somebody_decides(company, side, status, events):
    record = company.record
    company.agent().delete(record["google_event_id"])
    company.wait()
    kept = company.sync("keep", side, str(record["id"]), "--by", "Anne")
    assert kept.returncode == 0, kept.stderr

    for _ in range(2):
        assert (status, "synced") == (company.record["status"], company.record["sync_state"])
        assert events == len(company.events)
        assert [] == company.open_tasks
        company.wait()


def test_a_conflict_that_a_person_takes_back_in_google_ends_by_itself(company):
    company.wait()
    record, agent = company.record, company.agent()
    agent.move(record["google_event_id"], span(MOVED))
    company.wait()
    agent.move(record["google_event_id"], span(record["start"]))
    company.wait()

    assert "synced" == company.record["sync_state"]
    assert not company.row(record["id"])["x_sync_error"]
    assert [] == company.open_tasks


def test_where_there_is_no_conflict_nothing_can_be_kept(company):
    refused = company.sync("keep", "record", str(company.record["id"]), "--by", "Anne")

    assert refused.returncode == 1
    assert "there is no conflict about appointment" in refused.stderr


def test_only_words_and_properties_are_repaired_silently(company):
    company.wait()
    record, agent = company.record, company.agent()
    right = agent.event(record["google_event_id"])
    agent.change(
        record["google_event_id"], summary="Déjeuner", extendedProperties={"private": {"external_uid": "nonsense"}}
    )
    company.wait()

    after = agent.event(record["google_event_id"])
    assert (right["summary"], right["extendedProperties"]) == (after["summary"], after["extendedProperties"])
    assert "synced" == company.record["sync_state"]
    assert [] == company.open_tasks
    company.wait()
    assert after == agent.event(record["google_event_id"])


def test_what_only_changes_the_etag_is_no_conflict_and_is_noted(company):
    """Row 32: Google, or a guest's answer, gives the event a new etag."""
    record = company.record
    company.agent().change(record["google_event_id"], colorId="5")
    company.wait()

    assert ("synced", []) == (company.record["sync_state"], company.open_tasks)
    assert company.agent().event(record["google_event_id"])["etag"] == company.row(record["id"])["x_gcal_etag"]


def test_an_event_made_to_last_whole_days_is_a_conflict(company):
    company.agent().change(
        company.record["google_event_id"],
        start={"date": "2026-01-07", "dateTime": None},
        end={"date": "2026-01-08", "dateTime": None},
    )
    company.wait()

    assert "error" == company.record["sync_state"]
    assert "without a time in the planning" in company.open_tasks[0][1]


def test_a_copy_of_an_event_is_left_alone_and_told_once(company):
    """Row 28: two events of one uid are not merged by guessing."""
    agent = company.agent()
    private = agent.event(company.record["google_event_id"])["extendedProperties"]
    agent.put(span("2026-01-09T15:00:00+01:00"), extendedProperties=private)
    company.wait()
    company.wait()

    assert "synced" == company.record["sync_state"]
    assert 2 == len(company.events)
    [(kind, reason)] = company.open_tasks
    assert kind == "sync_error"
    assert "somebody copied it" in reason


def test_what_agents_do_with_their_own_events_is_nobodys_business(company):
    """Row 37: a meeting that stands in both agents' calendars is each one's own."""
    for label in ("a45", "a46"):
        own = company.agent(label).put(span("2026-01-09T15:00:00+01:00"), summary="Réunion")
        company.agent(label).change(own["id"], **at("2026-01-09T16:00:00+01:00"))
    company.wait()

    assert ("synced", []) == (company.record["sync_state"], company.open_tasks)
    assert 1 == len(company.events)


def keep(company, side, id_, **how):
    return company.desk.post(f"/v1/appointments/{id_}/conflict", {"keep": side, "by": "Anne"}, **how)


@pytest.mark.parametrize(("side", "start"), [("record", "2026-01-07T10:00:00+01:00"), ("planning", MOVED)])
def test_a_conflict_is_ended_over_http_too(company, side, start):
    record = company.record
    company.agent().move(record["google_event_id"], span(MOVED))
    company.wait()
    last = company.desk.get("/v1/sync").json["last"]
    kept = keep(company, side, record["id"])

    assert [{"appointment_id": record["id"], "what": "conflict"}] == last["did"]
    assert (200, "synced") == (kept.status, kept.json["sync_state"])
    assert start[:19].replace("T", " ") == kept.json["appointment"]["start"]
    assert ([start], []) == ([one["start"] for one in company.events], company.open_tasks)
    assert start == company.record["start"]
    again = keep(company, side, record["id"])
    assert (422, "refused") == (again.status, again.json["type"])


def test_only_an_administrator_decides_and_only_about_what_there_is(company):
    assert 403 == keep(company, "record", company.record["id"], token=company.desk.gateway).status
    assert [404, 404] == [keep(company, "record", id_).status for id_ in (999_999, "x")]
    assert 422 == keep(company, "both", company.record["id"]).status


def test_calendars_and_their_trouble_are_told_over_http(company):
    respond = {"status": 404, "reason": "notFound"}
    company.fail("google", times=10_000, respond=respond, method="GET", path_regex="/calendars/a45.*/events")
    company.wait()
    one, other = company.desk.get("/v1/sync").json["calendars"]

    assert ("a45@demo.test", company.agents["a45"]) == (one["calendar"], one["owner_user_id"])
    assert "notFound" in one["trouble"]
    assert "trouble" not in other
    assert "2026-01-02T09:15:00+01:00" == other["read_at"]
