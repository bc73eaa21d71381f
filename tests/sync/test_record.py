"""What people do in Odoo is carried to the planning and to the reminders."""

from tests.sync.conftest import span


def booked(company):
    company.remind()
    company.wait()
    return next(one for one in company.records if one["patient_phone"] == "+33612345678")


def test_an_appointment_moved_in_odoo_moves_its_event_and_its_reminders(company):
    record = booked(company)
    company.odoo("write", [record["id"]], {"start": "2026-01-08 14:00:00", "stop": "2026-01-08 14:30:00"})
    company.wait()

    [event] = [one for one in company.events if one["odoo_event_id"] == str(record["id"])]
    assert ("2026-01-08T15:00:00+01:00", record["google_event_id"]) == (event["start"], event["id"])
    assert ["2026-01-07T15:00:00+01:00", "2026-01-08T14:00:00+01:00"] == company.scheduled
    assert [] == company.open_tasks


def test_an_appointment_cancelled_archived_or_deleted_in_odoo_leaves_the_planning(company):
    for change in (
        lambda id_: company.odoo("write", [id_], {"x_status": "canceled"}),
        lambda id_: company.odoo("write", [id_], {"active": False}),
        lambda id_: company.odoo("unlink", [id_]),
    ):
        company.load()
        record = booked(company)
        change(record["id"])
        company.wait()

        assert [] == [one for one in company.events if one["odoo_event_id"] == str(record["id"])]
        assert [] == company.scheduled
        assert [] == company.open_tasks


def test_an_appointment_given_to_a_colleague_in_odoo_goes_into_her_calendar(company):
    record = booked(company)
    other = "a46" if record["agent"] == "a45" else "a45"
    company.odoo("write", [record["id"]], {"user_id": company.agents[other]})
    company.wait()

    [event] = [one for one in company.events if one["odoo_event_id"] == str(record["id"])]
    assert (f"{other}@demo.test", record["start"]) == (event["calendar"], event["start"])
    assert [] == company.open_tasks


def test_moved_on_both_sides_is_a_conflict(company):
    record = booked(company)
    company.odoo("write", [record["id"]], {"start": "2026-01-08 14:00:00", "stop": "2026-01-08 14:30:00"})
    company.agent(record["agent"]).move(record["google_event_id"], span("2026-01-09T16:00:00+01:00"))
    company.wait()

    assert "moved on both sides" in company.open_tasks[0][1]
    assert ["2026-01-08T15:00:00+01:00"] == [one["start"] for one in company.records if one["id"] == record["id"]]


def test_the_desks_own_changes_come_back_as_echoes(company):
    """Row 28: what the desk has written itself begins no loop."""
    record = booked(company)
    written = company.row(record["id"])["write_date"]
    etag = company.agent(record["agent"]).event(record["google_event_id"])["etag"]
    for _ in range(3):
        company.wait()

    assert written == company.row(record["id"])["write_date"]
    assert etag == company.agent(record["agent"]).event(record["google_event_id"])["etag"]
