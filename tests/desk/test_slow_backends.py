"""Slow backends: the caller hears a filler, never silence; the work is not begun twice; patience has an end."""

import time

import pytest
import requests
from tests.servers.desk import JEAN, ODETTE, pupitre, serving
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
    fault(desk, {"model": model, "rpc_method": rpc_method}, times, {"delay_ms": delay_ms})


def refuse(desk, model, status):
    fault(desk, {"model": model}, 100, {"status": status})


def fault(desk, match, times, respond):
    body = {"backend": "odoo", "match": match, "times": times, "respond": respond, "when": "before"}
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
    slow(desk, "res.partner", "search_read", 4000)
    desk.event("c1", "call_start", caller=JEAN)
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


def test_reminders_are_set_though_the_record_is_down_when_they_are_agreed_to(desk):
    offered(desk)
    desk.says("c1", "le premier")
    refuse(desk, "calendar.event", 503)
    told = desk.says("c1", "oui")
    state = desk.state

    assert "Nous vous rappellerons" in told.said
    assert {"P1D", "PT1H"} == {one["offset"] for one in state["reminders"] if one["status"] == "scheduled"}


READS = ["calendar.event.search_read", "res.partner.search_read"]


def asked(desk):
    """Which of the reads the Odoo emulator was asked since the last time; a call before may still be writing."""
    calls = f"{desk.emulators.base}/odoo/_emu/calls"
    found = requests.get(calls, timeout=10).json()
    requests.delete(calls, timeout=10)
    return sorted(one for one in found if one in READS)


def test_who_calls_and_what_they_have_is_looked_up_while_they_are_greeted(desk):
    """Two reads at once when the call begins; whoever is asked then waits for nothing, though each takes 2 s."""
    for model in ("res.partner", "calendar.event"):
        slow(desk, model, "search_read", 2000, times=9)
    asked(desk)
    started = time.monotonic()
    greeting = desk.event("c1", "call_start", caller=ODETTE)
    greeted = time.monotonic() - started
    at_start = []
    while len(at_start) < len(READS):
        assert time.monotonic() - started < 30
        time.sleep(0.1)
        at_start += asked(desk)
    time.sleep(3)
    identity = desk.event("c1", "stt_final", stt={"text": "je voudrais déplacer mon rendez-vous"})
    confirmed = desk.event("c1", "stt_final", stt={"text": "oui"})

    assert READS == sorted(at_start)
    assert [] == asked(desk)
    assert greeted < 2
    assert "Odette" not in greeting.said
    assert "Odette Blanc" in identity.said
    assert "7 janvier" not in identity.said
    assert "mercredi 7 janvier à 10 heures" in confirmed.said


def test_a_caller_who_speaks_at_once_waits_for_what_is_under_way(desk):
    slow(desk, "res.partner", "search_read", 800)
    asked(desk)
    desk.event("c1", "call_start", caller=ODETTE)
    identity = desk.event("c1", "stt_final", stt={"text": "je voudrais annuler mon rendez-vous"})

    assert "Odette Blanc" in identity.said
    assert READS == asked(desk)


def test_what_is_looked_up_is_told_once_and_a_call_that_ends_needs_it_no_more(desk):
    asked(desk)
    desk.event("c1", "call_start", caller=ODETTE)
    desk.says("c1", "je voudrais annuler mon rendez-vous")
    for words in ("oui", "non", "je voudrais un rendez-vous"):
        desk.says("c1", words)
    desk.event("c1", "hangup")
    slow(desk, "res.partner", "search_read", 800)
    desk.event("c2", "call_start", caller=ODETTE)
    desk.event("c2", "hangup")
    again = desk.event("c2", "stt_final", stt={"text": "je voudrais un rendez-vous"})
    time.sleep(1)  # the emulator goes on with what the desk has broken off

    assert ["hangup"] == again.kinds
    assert 2 == asked(desk).count("res.partner.search_read")


def test_a_lookup_that_failed_while_greeting_is_made_once_more(desk):
    body = {"match": {"model": "res.partner"}, "times": 1, "respond": {"status": 502}, "when": "before"}
    fault = {"backend": "odoo", **body}
    assert requests.post(f"{desk.emulators.base}/_emu/fault", json=fault, timeout=10).status_code == 200
    desk.event("c1", "call_start", caller=ODETTE)
    time.sleep(0.3)

    assert "Odette Blanc" in desk.says("c1", "je voudrais annuler mon rendez-vous").said


def test_a_caller_without_a_number_has_nothing_looked_up(desk):
    asked(desk)
    desk.event("c1", "call_start")
    time.sleep(0.2)

    assert [] == asked(desk)


def test_a_call_whose_answers_were_looked_up_ahead_replays_the_same(desk):
    desk.event("c1", "call_start", caller=ODETTE)
    for words in ("je voudrais annuler mon rendez-vous", "oui", "oui"):
        desk.says("c1", words)

    replayed = pupitre("replay", "c1", "--config", desk.home / "pupitre.toml")

    assert replayed.returncode == 0, replayed.stdout + replayed.stderr


@pytest.fixture
def other(hybrid, desk):
    """A second process of the same desk."""
    with serving(hybrid.home) as other:
        yield other


def test_what_outlasts_a_turn_holds_nothing_for_a_call_that_ended_in_another_process(desk, other):
    """The planning answers when the caller is gone: nobody is told, so nothing is held from anybody."""
    desk.event("c1", "call_start", caller=JEAN)
    desk.says("c1", "je voudrais prendre rendez-vous")
    desk.says("c1", "oui")
    body = {
        "backend": "google",
        "match": {"path_regex": "freeBusy"},
        "times": 1,
        "respond": {"delay_ms": 4000},
        "when": "before",
    }
    assert requests.post(f"{desk.emulators.base}/_emu/fault", json=body, timeout=10).status_code == 200
    filler = desk.event("c1", "stt_final", stt={"text": "mardi matin"})
    other.event("c1", "hangup")
    time.sleep(3)

    other.event("c2", "call_start", caller=ODETTE)
    for said in ("je voudrais prendre rendez-vous", "oui", "oui", "mardi matin"):
        answer = other.says("c2", said)
        if answer.state == "SLOTS_READOUT":
            break

    assert ["say", "continue"] == filler.kinds
    assert "2026-01-06 09:00:00" in [slot["start"] for slot in answer.json["context_delta"]["slots"]]
    assert {hold["call_id"] for hold in other.state["holds"]} == {"c2"}
