"""A backend that is away for less than the caller's patience costs nobody his appointment: he waits, and hears that it
is noted. `PUPITRE_FAULTS=all pytest tests/sync/test_short_outages.py` has it away at each single step too.
"""

import os
import threading
import time

import pytest
from tests.sync.calling import Talk, is_done, synced, untrue

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

FOR_EVER = 1_000_000
DOWN = {"status": 503}
INTENTS = ["BOOK", "RESCHEDULE", "CANCEL"]
WHOLE = {"all of Odoo": ("odoo", {}), "all of Google": ("google", {})}
ODOO = {name: ("odoo", {"model": "calendar.event", "rpc_method": name}) for name in ("load", "read", "write")}
GOOGLE = {
    "free/busy": ("google", {"method": "POST", "path_regex": "freeBusy"}),
    "insert": ("google", {"method": "POST", "path_regex": "/events$"}),
    "patch": ("google", {"method": "PATCH"}),
}
STEPS = {
    "BOOK": {"reserve": GOOGLE["free/busy"], "record": ODOO["load"], "name": ODOO["write"], "plan": GOOGLE["insert"]},
    "RESCHEDULE": {
        "look": ODOO["read"],
        "reserve": GOOGLE["free/busy"],
        "record": ODOO["write"],
        "plan": GOOGLE["patch"],
    },
    "CANCEL": {"look": ODOO["read"], "record": ODOO["write"], "plan": GOOGLE["patch"]},
}
ALL = os.environ.get("PUPITRE_FAULTS") == "all"
CASES = [(intent, what) for intent in INTENTS for what in (*WHOLE, *(STEPS[intent] if ALL else ()))]


@pytest.fixture
def away(company):
    """Takes a backend, or one of its requests, away for so many seconds from now."""
    timers = []

    def begin(backend, seconds, respond=DOWN, **match):
        company.fail(backend, times=FOR_EVER, respond=respond, **match)
        timers.append(threading.Timer(seconds, company.heal))
        timers[-1].start()

    yield begin
    for timer in timers:
        timer.cancel()
        timer.join()


@pytest.mark.parametrize(("intent", "what"), CASES, ids=lambda value: value.replace(" ", "_"))
def test_an_outage_that_is_shorter_than_the_caller_s_patience_ends_in_what_he_asked_for(company, away, intent, what):
    backend, match = WHOLE.get(what) or STEPS[intent][what]
    talk = Talk(lambda: company.desk, intent, f"c-{intent}")
    talk.play(meanwhile=lambda: away(backend, 6, **match))

    assert talk.told, talk.heard
    assert is_done(company, talk)
    company.heal()
    company.desk.clock(advance="PT1H")
    assert [] == untrue(company)
    assert synced(company)
    assert {"done"} == {one["status"] for one in company.desk.state["commitments"]}
    assert [] == company.open_tasks


@pytest.mark.parametrize("backend", ["odoo", "google"])
def test_a_backend_that_asks_for_some_seconds_gets_them(company, away, backend):
    """Retry-After within the caller's patience is waited for; he hears fillers meanwhile."""
    respond = {"status": 503, "retry_after": 4}
    talk = Talk(lambda: company.desk, "BOOK", "c-advice")
    talk.play(meanwhile=lambda: away(backend, 3, respond=respond))

    assert talk.told, talk.heard
    assert is_done(company, talk)


@pytest.mark.parametrize("backend", ["odoo", "google"])
def test_an_outage_that_outlasts_his_patience_notes_nothing_and_says_so(company, backend):
    before = company.desk.state
    talk = Talk(lambda: company.desk, "BOOK", "c-long")
    began = []

    def goes():
        company.fail(backend, times=FOR_EVER, respond=DOWN)
        began.append(time.monotonic())

    talk.play(meanwhile=goes)
    waited = time.monotonic() - began[0]

    assert not talk.told
    assert "TRANSFER_AGENT" in talk.states
    assert 11 <= waited <= 20, "he waited for his whole patience"
    company.heal()
    company.desk.clock(advance="PT1H")
    assert {"withdrawn"} == {one["status"] for one in company.desk.state["commitments"]}
    after = company.desk.state
    assert (before["appointments"], before["google_events"]) == (after["appointments"], after["google_events"])
    assert [] == untrue(company)
