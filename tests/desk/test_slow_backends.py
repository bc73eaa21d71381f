"""Slow backends: the caller hears a filler, never silence; the work is not begun twice; patience has an end."""

import time

import pytest
import requests
from tests.servers.desk import JEAN, pupitre, serving
from tests.servers.emulators import Emulators


@pytest.fixture(scope="module")
def hybrid(tmp_path_factory):
    """A desk in hybrid mode and its emulators."""
    emulators = Emulators()
    home = tmp_path_factory.mktemp("hybrid") / "home"
    port = emulators.base.rpartition(":")[2]
    made = pupitre("init", home, "--sandbox", "--mode", "hybrid", "--emulators-port", port)
    assert made.returncode == 0, made.stderr
    with serving(home) as desk:
        desk.emulators = emulators
        yield desk
    emulators.stop()


@pytest.fixture
def desk(hybrid):
    hybrid.load()
    return hybrid


def slow(desk, model, rpc_method, delay_ms, times=1):
    body = {
        "backend": "odoo",
        "match": {"model": model, "rpc_method": rpc_method},
        "times": times,
        "respond": {"delay_ms": delay_ms},
        "when": "before",
    }
    assert requests.post(f"{desk.emulators.base}/_emu/fault", json=body, timeout=10).status_code == 200


def offered(desk):
    desk.event("c1", "call_start", caller=JEAN)
    desk.says("c1", "je voudrais prendre rendez-vous")
    desk.says("c1", "oui")
    return desk.says("c1", "mardi matin")


def test_a_call_books_on_both_sides(desk):
    offered(desk)
    booked = desk.says("c1", "le premier")
    state = desk.state
    [record] = [one for one in state["appointments"] if one["call_id"] == "c1"]
    [event] = [one for one in state["google_events"] if one["call_id"] == "c1"]

    assert "REMINDER_OPTIN" == booked.state
    assert ("confirmed", "synced", event["id"]) == (record["status"], record["sync_state"], record["google_event_id"])
    assert (record["start"], f"demo:odoo_event:{record['id']}") == (event["start"], event["external_uid"])


def test_a_slow_lookup_is_bridged_with_a_filler_and_not_begun_twice(desk):
    desk.event("c1", "call_start", caller=JEAN)
    slow(desk, "res.partner", "search_read", 4000)
    started = time.monotonic()
    filler = desk.event("c1", "stt_final", stt={"text": "je voudrais prendre rendez-vous"})
    took = time.monotonic() - started
    known = desk.patiently("c1", filler)

    assert ["say", "continue"] == filler.kinds
    assert took < 4
    assert "CONFIRM_IDENTITY" == known.state
    assert "Jean Dupont" in known.said


def test_a_record_that_comes_too_late_is_withdrawn_and_the_caller_told_so(desk):
    offered(desk)
    slow(desk, "calendar.event", "load", 20_000, times=3)
    told = desk.says("c1", "le premier")
    desk.event("c1", "hangup")
    desk.clock(advance="PT10M")
    state = desk.state

    assert "noté" not in told.said
    assert "Rien n'a été changé" in told.said or "rien n'est noté" in told.said.casefold()
    assert ["withdrawn"] == [one["status"] for one in state["commitments"]]
    assert [] == [one for one in state["appointments"] if one["call_id"] == "c1" and one["status"] != "canceled"]
    assert [] == [one for one in state["google_events"] if one["call_id"] == "c1" and one["status"] != "cancelled"]


def test_hanging_up_on_a_slow_record_still_books_exactly_once(desk):
    offered(desk)
    slow(desk, "calendar.event", "load", 4000)
    filler = desk.event("c1", "stt_final", stt={"text": "le premier"})
    desk.event("c1", "hangup")
    time.sleep(5)
    desk.clock(advance="PT10M")
    state = desk.state

    assert "continue" == filler.kinds[-1]
    assert ["done"] == [one["status"] for one in state["commitments"]]
    assert ["confirmed"] == [one["status"] for one in state["appointments"] if one["call_id"] == "c1"]
    assert 1 == len([one for one in state["google_events"] if one["call_id"] == "c1"])
