"""In odoo mode, what people do in Odoo's calendar is carried to reminders and to what is offered."""

import pytest
from tests.servers.desk import JEAN, ODETTE, pupitre, serving
from tests.servers.emulators import Emulators
from tests.sync.conftest import Company

pytestmark = pytest.mark.xdist_group("odoo")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    emulators = Emulators()
    home = tmp_path_factory.mktemp("changes") / "home"
    port = emulators.base.rpartition(":")[2]
    made = pupitre("init", home, "--sandbox", "--mode", "odoo", "--emulators-port", port)
    assert made.returncode == 0, made.stderr
    with serving(home) as desk:
        yield Company(desk, emulators)
    emulators.stop()


@pytest.fixture
def company(running):
    """Jean has booked Tuesday 6 at 9 o'clock, with both reminders."""
    running.load()
    running.remind()
    running.wait()
    return running


def of_jean(company):
    return next(one for one in company.records if one["patient_phone"] == "+33612345678")


def test_reminders_follow_an_appointment_that_is_moved_in_odoo(company):
    assert ["2026-01-05T09:00:00+01:00", "2026-01-06T08:00:00+01:00"] == company.scheduled
    times = {"start": "2026-01-08 14:00:00", "stop": "2026-01-08 14:30:00"}
    company.odoo("write", [of_jean(company)["id"]], times)
    company.wait()

    assert ["2026-01-07T15:00:00+01:00", "2026-01-08T14:00:00+01:00"] == company.scheduled
    assert [] == company.open_tasks


@pytest.mark.parametrize("gone", ["cancelled", "archived", "deleted"])
def test_nobody_is_reminded_of_what_is_gone_in_odoo(company, gone):
    id_ = of_jean(company)["id"]
    match gone:
        case "cancelled":
            company.odoo("write", [id_], {"x_status": "canceled", "show_as": "free"})
        case "archived":
            company.odoo("write", [id_], {"active": False})
        case "deleted":
            company.odoo("unlink", [id_])
    company.wait()

    assert [] == company.scheduled
    assert [] == company.open_tasks


def test_a_meeting_that_an_agent_enters_is_not_offered_and_a_freed_time_is(company):
    id_ = of_jean(company)["id"]
    for agent in company.agents.values():
        partner = company.odoo_model("res.users", "read", [agent], ["partner_id"])[0]["partner_id"][0]
        meeting = {"name": "Réunion", "start": "2026-01-06 08:30:00", "stop": "2026-01-06 11:30:00", "user_id": agent}
        company.odoo("create", {**meeting, "partner_ids": [[6, 0, [partner]]]})
    company.odoo("write", [id_], {"active": False})
    desk = company.desk
    desk.event("c9", "call_start", caller=ODETTE)
    for words in ("je voudrais prendre rendez-vous", "oui"):
        desk.says("c9", words)
    offered = desk.says("c9", "mardi matin").said

    assert "mardi 6 janvier à 9 heures" in offered
    assert "mardi 6 janvier à 10 heures" not in offered
    assert "mardi 6 janvier à 11 heures" not in offered


def test_what_was_moved_in_odoo_is_what_the_caller_hears(company):
    times = {"start": "2026-01-08 14:00:00", "stop": "2026-01-08 14:30:00"}
    company.odoo("write", [of_jean(company)["id"]], times)
    desk = company.desk
    desk.event("c8", "call_start", caller=JEAN)
    desk.says("c8", "je voudrais annuler mon rendez-vous")

    assert "jeudi 8 janvier à 15 heures" in desk.says("c8", "oui").said
