"""An agent's calendar is another one from now on, is shared no longer, or is gone; an agent leaves."""

import pytest
import requests
from tests.sync.calling import Talk, synced, untrue
from tests.sync.conftest import span

NEW = "claire.morel@demo.test"
MOVED = "2026-01-08T16:00:00+01:00"


def new_calendar(company, label="a45", calendar=NEW):
    """The directory names another calendar, which is there and shared."""
    order = {"world": "new", "calendars": [{"id": calendar}]}
    assert requests.post(f"{company.emulators.google}/_emu/world", json=order, timeout=10).status_code == 200
    company.odoo_model("res.users", "write", [company.agents[label]], {"x_gcal_calendar_id": calendar})


def as_owner(company, method, path):
    headers = {"Authorization": "Bearer ya29.emu-a45"}
    root = f"{company.emulators.google}/calendar/v3"
    return requests.request(method, f"{root}{path}", headers=headers, timeout=10)


def unshare(company):
    assert as_owner(company, "DELETE", "/calendars/a45@demo.test/acl/user:ivr@demo.iam.gserviceaccount.com").ok


def book(company, call="c-new"):
    return Talk(lambda: company.desk, "BOOK", call).play("mercredi")


def tasks_about(company, words):
    return [reason for _, reason in company.open_tasks if words in reason]


def test_appointments_follow_their_agent_to_her_new_calendar(company):
    """The event is handed over with its id; what is booked from then on stands in the new one."""
    company.wait()
    record = company.record
    new_calendar(company)
    company.wait()
    company.wait()

    [event] = company.events_in(NEW)
    assert (record["google_event_id"], record["start"]) == (event["id"], event["start"])
    row = company.row(record["id"])
    assert (NEW, "synced") == (row["x_gcal_calendar_id"], row["x_sync_state"])
    assert [] == company.events
    assert [] == company.open_tasks


def test_where_the_old_calendar_is_gone_the_event_is_made_anew(company):
    company.wait()
    record = company.record
    new_calendar(company)
    unshare(company)
    company.wait()
    company.wait()

    row = company.row(record["id"])
    assert (NEW, "synced") == (row["x_gcal_calendar_id"], row["x_sync_state"])
    assert [record["start"]] == [one["start"] for one in company.events_in(NEW)]
    assert [] == company.open_tasks


@pytest.mark.parametrize("act", ["moved", "deleted"])
def test_what_she_did_in_the_old_calendar_still_is_a_conflict(company, act):
    company.wait()
    record = company.record
    if act == "moved":
        company.agent().move(record["google_event_id"], span(MOVED))
    else:
        company.agent().delete(record["google_event_id"])
    new_calendar(company)
    company.wait()

    assert "error" == company.record["sync_state"]
    assert ["conflict"] == [kind for kind, _ in company.open_tasks]
    assert [] == company.events_in(NEW)


@pytest.mark.parametrize("calendar", ["unshared", "gone"])
def test_a_calendar_that_is_not_there_any_more_offers_nothing_and_somebody_is_told_once(company, calendar):
    """Nothing in it is taken for deleted; the agent is left out of the offers until it is back."""
    company.wait()
    before = company.desk.state["appointments"]
    if calendar == "unshared":
        unshare(company)
    else:
        respond = {"status": 404, "reason": "notFound"}
        company.fail("google", times=10_000, respond=respond, path_regex="/calendars/a45@demo.test")
        order = {"calendarId": "a45@demo.test", "reason": "notFound"}
        requests.post(f"{company.emulators.google}/_emu/freebusy_error", json=order, timeout=10)
    for _ in range(3):
        company.wait()

    assert before == company.desk.state["appointments"]
    assert 1 == len(tasks_about(company, "a45@demo.test"))
    assert "notFound" in company.desk.get("/v1/sync").json["calendars"][0]["trouble"]
    talk = book(company)
    assert talk.told
    assert ["a46"] == [one["agent"] for one in company.records if one["call_id"] == "c-new"]


def test_an_agent_who_can_no_longer_be_booked_leaves_a_task_and_her_appointments_stand(company):
    company.wait()
    record = company.record
    company.odoo_model("res.users", "write", [company.agents["a45"]], {"x_gcal_calendar_id": False})
    company.wait()
    company.wait()

    [reason] = tasks_about(company, "can no longer be booked")
    assert str(record["id"]) in reason
    assert ("confirmed", record["start"]) == (company.record["status"], company.record["start"])
    assert [record["google_event_id"]] == [one["id"] for one in company.events]
    assert ["a46@demo.test"] == [one["calendar"] for one in company.desk.get("/v1/sync").json["calendars"]]


def test_a_move_by_the_agent_in_her_new_calendar_is_noticed(company):
    company.wait()
    new_calendar(company)
    company.wait()
    record = company.record
    person = company.agent()
    person._events = person._events.replace("a45@demo.test", NEW)
    person._http.headers["Authorization"] = "Bearer ya29.emu-claire.morel"
    person.move(record["google_event_id"], span(MOVED))
    company.wait()

    assert "error" == company.record["sync_state"]
    assert not synced(company)
    assert [] == [one for one in untrue(company) if "nobody is told" in one]
