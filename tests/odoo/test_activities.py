"""What waits for a person is a to-do in Odoo too; and tenants that share a database keep apart."""

from datetime import date

import pytest
from tests.odoo.places import NOW, StoppedClock

from pupitre.backends.odoo.activities import OdooActivities
from pupitre.backends.odoo.records import OdooRecords
from pupitre.dialogue.effects import TaskKind
from pupitre.model import Slot, Source
from pupitre.ports import Draft, Refused

pytestmark = pytest.mark.xdist_group("odoo")


async def test_a_to_do_is_left_once_on_the_patient_and_done(desk):
    admin, patient = desk.place.admin, desk.place.patient()
    agent = desk.place.user("agent1@demo.test")
    activities = OdooActivities(desk.client)
    key = f"task-{patient}-{desk.client.settings.api_key[:4]}"
    for _ in range(2):
        await activities.leave(key, patient, agent, TaskKind.CALL_BACK, "Souhaitait mardi <matin>", date(2031, 1, 6))

    domain = [["res_model", "=", "res.partner"], ["res_id", "=", patient]]
    [left] = admin.call("mail.activity", "search_read", domain, fields=["summary", "note", "user_id", "date_deadline"])
    await activities.done(key)
    await activities.done(key)
    await activities.done("never left")

    assert (left["summary"], left["user_id"][0], left["date_deadline"]) == ("Rappeler", agent, "2031-01-06")
    assert "mardi &lt;matin&gt;" in left["note"]
    assert admin.call("mail.activity", "search_count", domain) == 0


async def test_a_to_do_for_nobody_is_refused(desk):
    with pytest.raises(Refused):
        await OdooActivities(desk.client).leave(
            "x", desk.place.patient(), 987654, TaskKind.CONFLICT, "n", date(2031, 1, 6)
        )


async def test_tenants_that_share_a_database_do_not_share_keys(desk):
    patient, agent = desk.place.patient(), desk.place.user("agent1@demo.test")
    key = f"shared {patient}"
    draft = Draft(patient, Slot(NOW, NOW.replace(hour=9), agent), "c", Source.IVR)
    theirs = desk.place.client(tenant="neighbour")
    try:
        made = await desk.records.create(draft, key)
        neighbour = OdooRecords(theirs, desk.users, StoppedClock())

        assert await neighbour.made(key) is None
        assert (await neighbour.create(draft, key)).id != made.id
    finally:
        await theirs.close()
