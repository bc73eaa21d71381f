"""The tenant's option to follow its agents: what they do in Google is carried into Odoo."""

import pytest
from tests.servers.desk import serving
from tests.sync.conftest import Company, hybrid, span

MOVED = "2026-01-08T16:00:00+01:00"


@pytest.fixture(scope="module")
def following_company(tmp_path_factory, emulators):
    home = hybrid(tmp_path_factory.mktemp("two_way") / "home", emulators)
    with (home / "demo.toml").open("a") as settings:
        settings.write('\n[sync]\nmode = "two_way"\nevery_min = 5\n')
    with serving(home) as desk:
        yield Company(desk, emulators)


@pytest.fixture
def company(following_company):
    following_company.load()
    return following_company


def test_a_move_in_google_moves_the_appointment_and_its_reminders(company):
    company.remind()
    booked = next(one for one in company.records if one["patient_phone"] == "+33612345678")
    company.wait(5)
    company.agent(booked["agent"]).move(booked["google_event_id"], span("2026-01-06T11:00:00+01:00"))
    company.wait(5)

    after = next(one for one in company.records if one["id"] == booked["id"])
    assert ("2026-01-06T11:00:00+01:00", "confirmed", "synced") == (
        after["start"],
        after["status"],
        after["sync_state"],
    )
    assert ["2026-01-05T11:00:00+01:00", "2026-01-06T10:00:00+01:00"] == company.scheduled
    assert [] == company.open_tasks


def test_a_deletion_in_google_cancels_the_appointment_with_its_reason(company):
    company.wait(5)
    record = company.record
    company.agent().delete(record["google_event_id"])
    company.wait(5)
    company.wait(5)

    row = company.row(record["id"])
    assert ("canceled", "synced", "deleted in the planning") == (
        row["x_status"],
        row["x_sync_state"],
        row["x_cancel_reason"],
    )
    assert [] == company.open_tasks


def test_what_both_sides_changed_still_waits_for_a_person(company):
    company.wait(5)
    record = company.record
    company.odoo("write", [record["id"]], {"start": "2026-01-09 09:00:00", "stop": "2026-01-09 09:30:00"})
    company.agent().move(record["google_event_id"], span(MOVED))
    company.wait(5)

    assert "error" == company.record["sync_state"]
    assert "moved on both sides" in company.open_tasks[0][1]
