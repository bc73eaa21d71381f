"""An hour of refusals, of a dead Odoo, of a withdrawn consent: calls go on, what was noted is carried out later.

`PUPITRE_FAULTS=all pytest tests/sync/test_long_outages.py` plays more kinds of each.
"""

import contextlib
import os

import pytest
import requests
from tests.servers.desk import serving
from tests.sync.calling import Talk, is_done, synced, untrue
from tests.sync.conftest import Company, hybrid

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

QUOTA = {
    "status": 403,
    "reason": "quotaExceeded",
    "domain": "usageLimits",
    "message": "Calendar usage limits exceeded.",
}
RATE = {"status": 403, "reason": "userRateLimitExceeded", "domain": "usageLimits"}
FOR_EVER = 1_000_000
ALL = os.environ.get("PUPITRE_FAULTS") == "all"
INTENTS = ["BOOK", "RESCHEDULE", "CANCEL"]
REFUSED = [(intent, QUOTA) for intent in INTENTS] + [(intent, RATE) for intent in INTENTS if ALL]


def impatient(home, emulators):
    """A desk that leaves a backend in trouble alone sooner: an hour of trouble is many tries."""
    settings = hybrid(home, emulators) / "demo.toml"
    settings.write_text(settings.read_text().replace("[google]\n", "[google]\nretry_for_s = 0.2\n"))
    return home


@pytest.fixture(scope="module")
def impatient_company(tmp_path_factory, emulators):
    with serving(impatient(tmp_path_factory.mktemp("outages") / "home", emulators)) as desk:
        yield Company(desk, emulators)


@pytest.fixture
def company(impatient_company):
    impatient_company.load()
    return impatient_company


def play(company, intent, **how):
    return Talk(lambda: company.desk, intent, f"c-{intent}").play(**how)


def hour(company):
    for _ in range(4):
        company.wait()


def heals(company):
    company.heal()
    company.desk.clock(advance="PT3H")
    assert [] == untrue(company)
    assert synced(company)
    assert [] == company.open_tasks


@pytest.mark.parametrize(
    ("intent", "refusal"), REFUSED, ids=lambda value: value if value in INTENTS else value["reason"]
)
def test_google_refuses_every_write_for_an_hour(company, intent, refusal):
    """The record is made, the caller is told, the planning follows: meanwhile it is seen that it has not."""
    company.wait()
    for method in ("POST", "PATCH"):
        company.fail("google", times=FOR_EVER, respond=refusal, method=method, path_regex="/events")
    talk = play(company, intent)
    hour(company)

    assert talk.told
    assert is_done(company, talk)
    assert [] == untrue(company)
    assert "pending" in {one["sync_state"] for one in company.records}
    [waiting] = company.desk.get("/v1/commitments?status=waiting").json["commitments"]
    assert refusal["reason"] in waiting["error"]
    heals(company)
    assert is_done(company, talk)


@pytest.mark.parametrize("respond", [QUOTA, {"status": 503}][: 1 + ALL], ids=["quota", "down"][: 1 + ALL])
def test_google_refuses_everything_for_an_hour(company, respond):
    """Nothing is offered, and it is not called full; a cancellation needs no offer, and is noted."""
    company.wait()
    company.fail("google", times=FOR_EVER, respond=respond)
    booking, cancelling = play(company, "BOOK"), play(company, "CANCEL")
    hour(company)

    assert not booking.told
    assert any("Je n'arrive pas à consulter le planning" in said for said in booking.heard)
    assert cancelling.told
    assert is_done(company, cancelling)
    assert all("cannot be read" in reason for kind, reason in company.open_tasks if kind == "sync_error")
    assert all("trouble" in one for one in company.desk.get("/v1/sync").json["calendars"])
    company.heal()
    company.desk.clock(advance="PT3H")
    assert [] == untrue(company)
    assert synced(company)
    assert [] == [reason for kind, reason in company.open_tasks if kind == "sync_error"]


@pytest.mark.parametrize("intent", INTENTS)
def test_odoo_dies_for_an_hour_once_the_record_is_made(company, intent):
    """Whatever of the commitment is left is done by itself when Odoo is back."""
    company.wait()
    nth = {"BOOK": 1, "RESCHEDULE": 2, "CANCEL": 2}[intent]
    write = {"model": "calendar.event", "rpc_method": "write"}
    company.fail("odoo", times=FOR_EVER, nth=nth, respond={"status": 503}, **write)
    talk = play(company, intent)
    company.fail("odoo", times=FOR_EVER, respond={"drop": True})
    hour(company)

    assert talk.told, talk.heard
    assert ["waiting"] == [one["status"] for one in company.desk.state["commitments"]]
    assert "the record cannot be read" in str(company.desk.get("/v1/sync").json["last"]["troubles"])
    heals(company)
    assert is_done(company, talk)


@pytest.mark.parametrize("intent", INTENTS)
def test_while_odoo_is_down_callers_reach_a_person_and_nothing_is_promised(company, intent):
    company.wait()
    before = company.desk.state
    company.fail("odoo", times=FOR_EVER, respond={"status": 503})
    talk = play(company, intent)
    hour(company)

    assert not talk.told
    assert "TRANSFER_AGENT" in talk.states
    company.heal()
    after = company.desk.state
    assert (before["appointments"], before["google_events"]) == (after["appointments"], after["google_events"])
    company.desk.clock(advance="PT3H")
    assert [] == untrue(company)


@contextlib.contextmanager
def with_consent(home, refresh_token):
    (home / "google.consent").write_text(refresh_token)
    (home / "google.secret").write_text("emu-secret")
    settings = home / "demo.toml"
    text = settings.read_text()
    old = next(line for line in text.splitlines() if line.startswith("access = "))
    new = (
        'access = { client_id = "emu-client", client_secret = { file = "google.secret" }, '
        'refresh_token = { file = "google.consent" } }'
    )
    settings.write_text(text.replace(old, new))
    with serving(home) as desk:
        yield desk


def revoke(company, token):
    answer = requests.post(f"{company.emulators.google}/revoke", data={"token": token}, timeout=10)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("when", ["while offers are read out", "before the call"][: 1 + ALL])
def test_a_withdrawn_consent_is_noticed_at_once_and_heals_with_a_new_one(tmp_path, emulators, when):
    """Row 30: nothing is offered any more, what is noted waits, somebody is told why; nothing is lost.

    The second consent is another token.
    """
    home, first = impatient(tmp_path / "home", emulators), f"rt-svc~{when[:5]}"
    with with_consent(home, first) as desk:
        company = Company(desk, emulators)
        company.load()
        company.wait()
        if when == "before the call":
            revoke(company, first)
            talk = play(company, "CANCEL")
        else:
            talk = play(company, "CANCEL", meanwhile=lambda: revoke(company, first))
        refused = Talk(lambda: desk, "BOOK", "c-refused").play()
        company.wait()

        assert talk.told
        assert not refused.told
        assert any("Je n'arrive pas à consulter le planning" in said for said in refused.heard)
        [waiting] = desk.get("/v1/commitments?status=waiting").json["commitments"]
        assert "invalid_grant" in waiting["error"]
        assert "give consent again" in waiting["error"]
        hour(company)
        reasons = [reason for kind, reason in company.open_tasks if kind == "sync_error"]
        assert len(reasons) == 2
        assert all("give consent again" in reason for reason in reasons)
        assert 503 == desk.get("/readyz").status
    with with_consent(home, "rt-svc") as desk:
        company = Company(desk, emulators)
        desk.clock(advance="PT3H")

        assert [] == untrue(company)
        assert synced(company)
        assert is_done(company, talk)
        assert [] == [reason for kind, reason in company.open_tasks if kind == "sync_error"]
