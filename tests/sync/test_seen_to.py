"""What of a commitment waits for a person: one task, in the desk's list and in Odoo, gone when there is nothing left to
see to, whoever saw to it.
"""

import time

import pytest
from tests.servers.desk import pupitre
from tests.sync.calling import Talk, synced, untrue

pytestmark = pytest.mark.timeout(120)

FOR_EVER = 1_000_000
FORBIDDEN = {"status": 403, "reason": "forbidden"}
MINE = [["res_model", "in", ["calendar.event", "res.partner"]]]


def refused(company, intent):
    """A call whose commitment Google refuses for good; the commitment."""
    company.wait()
    for method in ("POST", "PATCH"):
        company.fail("google", times=FOR_EVER, respond=FORBIDDEN, method=method, path_regex="/events")
    talk = Talk(lambda: company.desk, intent, f"c-{intent}").play()
    assert talk.told
    return only(company)


def only(company):
    [one] = company.desk.get("/v1/commitments").json["commitments"]
    return company.desk.get(f"/v1/commitments/{one['id']}").json


def decide(company, decision):
    command = pupitre(
        "commitments", decision, only(company)["id"], "--by", "Claire", "--config", company.desk.home / "pupitre.toml"
    )
    assert command.returncode == 0, command.stderr


def comes_to(company, status):
    end = time.monotonic() + 20
    while only(company)["status"] != status:
        assert time.monotonic() < end, only(company)
        time.sleep(0.1)


def shown(company, count):
    """Whether Odoo comes to show so many to-dos."""
    end = time.monotonic() + 20
    while company.odoo_model("mail.activity", "search_count", MINE) != count:
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def closed(company):
    return [one.get("closed_by") for one in company.desk.get("/v1/tasks?status=closed").json["tasks"]]


def test_tried_again_in_vain_one_task_is_open_and_none_once_it_succeeds(company):
    before = company.odoo_model("mail.activity", "search_count", MINE)
    assert refused(company, "BOOK")["status"] == "error"
    for attempt in (2, 3):
        decide(company, "retry")
        end = time.monotonic() + 20
        while (kept := only(company))["attempt"] < attempt or kept["status"] != "error":
            assert time.monotonic() < end, kept
            time.sleep(0.1)
        assert ["sync_error"] == [kind for kind, _ in company.open_tasks]
    assert shown(company, before + 1)

    company.heal()
    decide(company, "retry")
    comes_to(company, "done")

    assert [] == company.open_tasks
    assert ["desk"] * 3 == closed(company)
    assert shown(company, before)
    assert synced(company)
    assert [] == untrue(company)


def test_what_a_person_closes_leaves_no_task(company):
    before = company.odoo_model("mail.activity", "search_count", MINE)
    refused(company, "BOOK")
    assert shown(company, before + 1)
    decide(company, "close")

    assert [] == company.open_tasks
    assert ["Claire"] == closed(company)
    assert shown(company, before)


@pytest.mark.parametrize("intent", ["RESCHEDULE", "CANCEL"])
def test_what_the_reconciliation_brings_in_step_is_done_and_says_who_did_it(company, intent):
    kept = refused(company, intent)
    assert kept["status"] == "error"
    company.heal()
    company.wait()
    company.wait()

    kept = only(company)
    assert ("done", None) == (kept["status"], kept.get("error"))
    last = kept["history"][-1]
    assert ("done", "reconciliation") == (last["what"], last["by"])
    assert [] == company.open_tasks
    assert synced(company)
    assert [] == untrue(company)
