"""What of a patient may be seen in Google: nothing, unless the tenant says so; then it is there in a whole desk too."""

import pytest
from tests.servers.desk import pupitre, serving
from tests.sync.calling import Talk
from tests.sync.conftest import Company, hybrid


@pytest.fixture
def shown_company(tmp_path, emulators):
    """The agents' assistant has given the desk her consent: a service account could invite nobody."""
    home = hybrid(tmp_path / "home", emulators)
    (home / "google.bearer").write_text("ya29.emu-a45")
    settings = home / "demo.toml"
    own = "[google]\nshow_patient_name = true\ninvite_patients = true\n"
    settings.write_text(settings.read_text().replace("[google]\n", own))
    with serving(home) as desk:
        yield Company(desk, emulators)


def event_of(company, call_id):
    [booked] = [one for one in company.records if one["call_id"] == call_id]
    return company.agent(booked["agent"]).event(booked["google_event_id"])


def test_name_and_address_come_from_odoo(shown_company):
    company = shown_company
    company.load(agents=[{"id": "a45", "name": "Claire Morel", "calendar": "a45@demo.test"}], appointments=[])
    partner = company.patients["+33612345678"]
    company.odoo_model("res.partner", "write", [partner], {"email": "Jean <jean@example.org>"})
    assert Talk(lambda: company.desk, "BOOK", "c1").play().told
    event = event_of(company, "c1")

    assert "Rendez-vous – Jean Dupont" == event["summary"]
    assert ["jean@example.org"] == [one["email"] for one in event["attendees"]]


def test_by_default_nothing_is_shown(company):
    company.odoo_model("res.partner", "write", [company.patients["+33612345678"]], {"email": "jean@example.org"})
    assert Talk(lambda: company.desk, "BOOK", "c1").play().told
    event = event_of(company, "c1")

    assert "Rendez-vous" == event["summary"]
    assert "attendees" not in event
    assert "jean" not in str(event).lower()


def test_addresses_that_nobody_knows_are_not_promised(tmp_path, emulators):
    """In google mode patients are our own store's, which has no addresses: the setting is refused, not ignored."""
    home = tmp_path / "home"
    made = pupitre("init", home, "--sandbox", "--mode", "google", "--emulators-port", emulators.base.rpartition(":")[2])
    assert made.returncode == 0, made.stderr
    settings = home / "demo.toml"
    settings.write_text(settings.read_text().replace("[google]\n", "[google]\ninvite_patients = true\n"))
    refused = pupitre("serve", "--config", home / "pupitre.toml", "--port", "0")

    assert refused.returncode == 2
    assert "invite_patients" in refused.stderr
