"""What waits for a person is in Odoo too, where there is one: a to-do on the patient, until the task is closed."""

import time

import pytest
import requests
from tests.servers.desk import JEAN, pupitre, serving
from tests.servers.emulators import Emulators
from tests.servers.odoo import Person


@pytest.fixture(scope="module", params=["odoo", "hybrid"])
def running(request, tmp_path_factory):
    emulators = Emulators()
    home = tmp_path_factory.mktemp("to-dos") / "home"
    port = emulators.base.rpartition(":")[2]
    made = pupitre("init", home, "--sandbox", "--mode", request.param, "--emulators-port", port)
    assert made.returncode == 0, made.stderr
    with serving(home) as desk:
        desk.emulators = emulators
        yield desk
    emulators.stop()


@pytest.fixture
def desk(running):
    running.world = running.load()
    running.odoo = Person(f"{running.emulators.base}/odoo", "demo", "admin", "admin")
    return running


def wants_to_be_called_back(desk, call_id="c1"):
    desk.event(call_id, "call_start", caller=JEAN)
    desk.says(call_id, "je voudrais parler à un agent")
    desk.patiently(call_id, desk.event(call_id, "transfer_result", transfer={"status": "no_answer"}))
    desk.says(call_id, "oui")
    desk.event(call_id, "hangup")
    [task] = desk.get("/v1/tasks").json["tasks"]
    return task


def to_dos(desk, wanted):
    """Those in Odoo, as soon as there are as many as wanted, or after a while."""
    fields = ["res_model", "res_id", "summary", "note", "user_id", "date_deadline"]
    for _ in range(100):
        found = desk.odoo.call("mail.activity", "search_read", [], fields=fields)
        if len(found) == wanted:
            break
        time.sleep(0.1)
    return found


def test_a_call_back_is_a_to_do_on_the_patient_until_somebody_has_seen_to_it(desk):
    task = wants_to_be_called_back(desk)
    [to_do] = to_dos(desk, 1)
    closed = desk.post(f"/v1/tasks/{task['id']}/close", {"by": "Claire"})

    assert ("res.partner", desk.world["patients"]["+33612345678"]) == (to_do["res_model"], to_do["res_id"])
    assert ("Rappeler", "2026-01-02") == (to_do["summary"], to_do["date_deadline"])
    assert to_do["user_id"][0] in desk.world["agents"].values()
    assert task["reason"].split()[0] in to_do["note"]
    assert closed.status == 200
    assert [] == to_dos(desk, 0)


def test_a_to_do_that_odoo_could_not_take_is_there_once_it_can(desk):
    match = {"model": "mail.activity", "rpc_method": "load"}
    fault = {"backend": "odoo", "match": match, "times": 1, "respond": {"status": 502}}
    order = requests.post(f"{desk.emulators.base}/_emu/fault", json=fault | {"when": "before"}, timeout=10)
    wants_to_be_called_back(desk)

    assert order.status_code == 200, order.text
    assert 1 == len(to_dos(desk, 1))
