"""Calls that book, move and cancel while a backend fails at one of their steps: afterwards both sides agree, or their
difference is seen and explained, and nobody was told what is not so.

CI plays each step with some faults and each fault at some steps; `PUPITRE_FAULTS=all pytest
tests/sync/test_faults_in_calls.py` plays every fault at every step, some 270 calls.
"""

import os

import pytest
from tests.sync.calling import Talk, is_done, untrue

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

GOOGLE, ODOO = "google", "odoo"
OFFER = (GOOGLE, "POST freeBusy", 1)
RECHECK = (GOOGLE, "POST freeBusy", 2)
AGREE = (ODOO, "calendar.event.write", 2)
STEPS = {
    "BOOK": {
        "patient": (ODOO, "res.partner.search_read", 1),
        "offer": OFFER,
        "reserve": RECHECK,
        "record": (ODOO, "calendar.event.load", 1),
        "name": (ODOO, "calendar.event.write", 1),
        "plan": (GOOGLE, "POST events", 1),
        "agree": AGREE,
    },
    "RESCHEDULE": {
        "appointments": (ODOO, "calendar.event.search_read", 1),
        "look": (ODOO, "calendar.event.read", 1),
        "reserve": RECHECK,
        "record": (ODOO, "calendar.event.write", 1),
        "plan": (GOOGLE, "PATCH event", 1),
        "agree": AGREE,
    },
    "CANCEL": {
        "look": (ODOO, "calendar.event.read", 1),
        "record": (ODOO, "calendar.event.write", 1),
        "plan": (GOOGLE, "PATCH event", 1),
        "agree": AGREE,
    },
}
"""Which request each step makes: the backend, its name on the wire, and which of them it is in the call."""

CUT, LOST, SILENT = {"drop": True}, {"drop": True}, {"delay_ms": 2500}


def said(status, reason, domain="global", **more):
    return {"status": status, "reason": reason, "domain": domain, "message": reason, **more}


def rpc(name, code=200):
    return {"rpc_error": {"name": name, "code": code, "message": "no"}}


FAULTS = {
    GOOGLE: {
        "400 invalid": (said(400, "invalid"), "before"),
        "401": (said(401, "authError"), "before"),
        "403 forbidden": (said(403, "forbidden"), "before"),
        "403 rate limit": (said(403, "rateLimitExceeded", "usageLimits"), "before"),
        "403 user rate limit": (said(403, "userRateLimitExceeded", "usageLimits"), "before"),
        "403 quota": (said(403, "quotaExceeded", "usageLimits"), "before"),
        "404": (said(404, "notFound"), "before"),
        "409": (said(409, "duplicate"), "before"),
        "410": (said(410, "deleted"), "before"),
        "412": (said(412, "conditionNotMet"), "before"),
        "429 with advice": (said(429, "rateLimitExceeded", "usageLimits", retry_after=1), "before"),
        "500": (said(500, "backendError"), "before"),
        "503": (said(503, "backendError"), "before"),
        "503 after it was done": (said(503, "backendError"), "after_commit"),
        "cut": (CUT, "before"),
        "cut after it was done": (LOST, "after_commit"),
        "silence": (SILENT, "before"),
        "slow": ({"delay_ms": 700}, "before"),
    },
    ODOO: {
        "UserError": (rpc("odoo.exceptions.UserError"), "before"),
        "AccessError": (rpc("odoo.exceptions.AccessError"), "before"),
        "MissingError": (rpc("odoo.exceptions.MissingError"), "before"),
        "SerializationFailure": (rpc("psycopg2.errors.SerializationFailure"), "before"),
        "session expired": (rpc("odoo.http.SessionExpiredException", 100), "before"),
        "429": ({"status": 429}, "before"),
        "500": ({"status": 500}, "before"),
        "502 after it was done": ({"status": 502}, "after_commit"),
        "503": ({"status": 503}, "before"),
        "cut": (CUT, "before"),
        "cut after it was done": (LOST, "after_commit"),
        "silence": (SILENT, "before"),
        "slow": ({"delay_ms": 700}, "before"),
    },
}
"""What a backend does instead of answering, and whether it has done its work by then."""


def every():
    return [
        (intent, step, fault)
        for intent, steps in STEPS.items()
        for step, (backend, *_) in steps.items()
        for fault in FAULTS[backend]
    ]


def spanning(times=3):
    """Each step with some faults, and each fault at some steps."""
    chosen, turn = [], {GOOGLE: 0, ODOO: 0}
    for intent, steps in STEPS.items():
        for step, (backend, *_) in steps.items():
            names = list(FAULTS[backend])
            for _ in range(times):
                chosen.append((intent, step, names[turn[backend] % len(names)]))
                turn[backend] += 1
    return chosen


CASES = every() if os.environ.get("PUPITRE_FAULTS") == "all" else spanning()


@pytest.mark.parametrize(("intent", "step", "fault"), CASES, ids=lambda value: value.replace(" ", "_"))
def test_a_fault_at_any_step_leaves_nothing_untrue(wired_company, intent, step, fault):
    company, wire = wired_company
    backend, name, nth = STEPS[intent][step]
    respond, when = FAULTS[backend][fault]
    company.fail(backend, respond=respond, when=when, nth=nth, **match(backend, name))
    talk = Talk(lambda: company.desk, intent, f"c-{intent}").play()

    wire.settle()
    assert wire.names.count(name) >= nth, f"the fault never struck: {wire.names}"
    if talk.told:
        assert is_done(company, talk), "what the caller was told is in the record at once"
    company.heal()
    company.desk.clock(advance="PT3H")
    assert [] == untrue(company)
    if not talk.told and not any("Je ne peux pas encore vous dire" in heard for heard in talk.heard):
        assert not is_done(company, talk), f"done, and the caller heard {talk.heard}"


def match(backend, name):
    if backend == ODOO:
        model, _, method = name.rpartition(".")
        return {"model": model, "rpc_method": method}
    method, _, kind = name.partition(" ")
    paths = {"events": "/events$", "event": "/events/[^/]+$"}
    return {"method": method, "path_regex": paths.get(kind, kind)}
