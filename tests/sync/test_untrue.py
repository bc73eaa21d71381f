"""The witness of the tests on calls: what it must see, it sees."""

import pytest
from tests.sync.calling import untrue
from tests.sync.conftest import span


def test_all_is_well_at_first(company):
    assert [] == untrue(company)


@pytest.mark.parametrize(
    ("done", "seen"),
    [
        (lambda google, odoo, id_, event: google.move(event, span("2026-01-08T16:00:00+01:00")), "says synced"),
        (lambda google, odoo, id_, event: google.delete(event), "says synced"),
        (lambda google, odoo, id_, event: odoo("write", [id_], {"x_gcal_event_id": "other"}), "says synced"),
        (lambda google, odoo, id_, event: odoo("write", [id_], {"x_status": "canceled"}), "and Google has"),
        (lambda google, odoo, id_, event: odoo("write", [id_], {"x_sync_state": "error"}), "without a word"),
        (
            lambda google, odoo, id_, event: odoo("write", [id_], {"x_sync_state": "error", "x_sync_error": "no"}),
            "nobody is told",
        ),
        (lambda google, odoo, id_, event: odoo("write", [id_], {"x_sync_state": "pending"}), "nobody is at work"),
        (lambda google, odoo, id_, event: odoo("unlink", [id_]), "is nobody's"),
    ],
    ids=["moved", "deleted", "renamed", "cancelled", "wordless", "untold", "left", "orphan"],
)
def test_every_kind_of_difference_is_seen(company, done, seen):
    record = company.record
    done(company.agent(), company.odoo, record["id"], record["google_event_id"])

    assert any(seen in one for one in untrue(company)), untrue(company)
