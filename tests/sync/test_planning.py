"""What people do in Google: in strict mode nothing is overwritten, nothing carried over, and somebody decides."""

from tests.sync.conftest import span


def test_nothing_happens_where_nobody_has_changed_anything(company):
    company.wait()
    before = company.desk.state
    company.wait()

    assert company.desk.state | {"now": ""} == before | {"now": ""}
    assert [] == company.open_tasks


def test_a_moved_event_is_neither_overwritten_nor_carried_over(company):
    """Row 24: an agent moves the event in Google."""
    company.wait()
    record = company.record
    company.agent().move(record["google_event_id"], span("2026-01-08T16:00:00+01:00"))
    company.wait()

    after = company.record
    assert ("error", record["start"]) == (after["sync_state"], after["start"])
    assert ["2026-01-08T16:00:00+01:00"] == [one["start"] for one in company.events]
    [(kind, reason)] = company.open_tasks
    assert kind == "conflict"
    assert "moved in the planning" in reason
    assert "keep planning" in reason
    said = company.row(record["id"])["x_sync_error"]
    assert said.startswith("conflict: ")


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
