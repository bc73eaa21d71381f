"""Reminders on a running desk, in the sandbox (contract §4), and by command."""

import pytest
from tests.servers.desk import JEAN, pupitre


@pytest.fixture
def booked(desk):
    """Jean has an appointment on Tuesday 6 January at 9:00, and wants both reminders."""
    desk.event("c1", "call_start", caller=JEAN)
    for words in ("je voudrais prendre rendez-vous", "oui", "mardi à 9 heures", "le premier", "oui"):
        answer = desk.says("c1", words)
    assert "END_CONFIRMATION" == answer.state
    return desk


def reminder(desk, offset="P1D"):
    return next(one for one in desk.state["reminders"] if one["offset"] == offset and one["status"] != "canceled")


def answered(desk, outcome, path="/_sandbox/dialer"):
    return desk.post(path, {"reminder_id": reminder(desk)["id"], "outcome": outcome})


def test_what_is_due_rings_at_its_minute_and_is_left_ringing(booked):
    booked.clock(set="2026-01-05T08:59:00+01:00")
    assert ("scheduled", []) == (reminder(booked)["status"], booked.state["outbound_calls"])

    booked.clock(set="2026-01-05T20:00:00+01:00")
    [call] = booked.state["outbound_calls"]
    assert "dialled" == reminder(booked)["status"]
    assert {
        "reminder_id": reminder(booked)["id"],
        "appointment_id": reminder(booked)["appointment_id"],
        "to": "+33612345678",
        "at": "2026-01-05T09:00:00+01:00",
        "outcome": None,
    } == call


def test_a_call_nobody_takes_is_repeated_the_same_day_and_then_left(booked):
    for hour in ("09", "10", "11"):
        booked.clock(set=f"2026-01-05T{hour}:00:00+01:00")
        assert 200 == answered(booked, "busy").status
    booked.clock(set="2026-01-05T23:00:00+01:00")

    assert ["busy"] * 3 == [call["outcome"] for call in booked.state["outbound_calls"]]
    assert "done" == reminder(booked)["status"]
    assert 404 == answered(booked, "busy").status


def test_a_call_made_for_no_reminder_is_ended_with_an_excuse(booked):
    """A gateway that does not say for which reminder it called: the patient is not asked what he calls for."""
    answer = booked.event("c9", "call_start", direction="outbound")

    assert (200, "END_CONFIRMATION", "hangup") == (answer.status, answer.state, answer.kinds[-1])
    assert "Cet appel n'a plus lieu d'être" in answer.said
    assert "outbound_without_reminder" in booked.log()


def test_only_known_outcomes_are_taken(booked):
    booked.clock(set="2026-01-05T09:00:00+01:00")

    assert 422 == answered(booked, "confirmed").status


def test_a_gateway_tells_what_nobody_took(booked):
    booked.clock(set="2026-01-05T09:00:00+01:00")
    id_ = reminder(booked)["id"]
    told = booked.post(f"/v1/reminders/{id_}/unanswered", {"outcome": "no_answer"}, token=booked.gateway)

    assert 200 == told.status
    assert ("scheduled", "2026-01-05T10:00:00+01:00") == (
        reminder(booked)["status"],
        reminder(booked)["dial_at"],
    )
    assert 404 == booked.post("/v1/reminders/nobody/unanswered", {"outcome": "busy"}, token=booked.gateway).status


def test_a_world_loaded_again_rings_again(desk):
    for _ in range(2):
        desk.load()
        desk.event("c1", "call_start", caller=JEAN)
        for words in ("je voudrais prendre rendez-vous", "oui", "mardi à 9 heures", "le premier", "oui"):
            desk.says("c1", words)
        desk.clock(set="2026-01-05T09:00:00+01:00")
        assert 1 == len(desk.state["outbound_calls"])


def test_who_answers_and_asks_never_to_be_called_is_not_called(booked):
    booked.clock(set="2026-01-05T09:00:00+01:00")
    booked.event("c2", "call_start", direction="outbound", reminder_id=reminder(booked)["id"])
    booked.says("c2", "oui")
    booked.says("c2", "ne m'appelez plus")
    booked.clock(set="2026-01-06T12:00:00+01:00")

    assert ["unclear"] == [call["outcome"] for call in booked.state["outbound_calls"]]
    assert "dropped" == reminder(booked, "PT1H")["status"]


def test_the_outcomes_are_counted(booked):
    booked.clock(set="2026-01-05T09:00:00+01:00")
    answered(booked, "machine")

    assert 'pupitre_reminders_total{outcome="machine",tenant="demo"}' in booked.get("/metrics").body.decode()


def test_a_person_lists_runs_and_cancels_reminders(booked):
    config = ("--config", booked.home / "pupitre.toml", "--tenant", "demo")
    booked.clock(set="2026-01-05T08:00:00+01:00")
    hour_before = reminder(booked, "PT1H")["id"]

    assert f"{hour_before}: canceled" == pupitre("reminders", "cancel", hour_before, *config).stdout.strip()
    assert "0 reminders were due." == pupitre("reminders", "run", *config).stdout.strip()
    listed = pupitre("reminders", "list", *config).stdout
    assert "2026-01-05 09:00  scheduled" in listed
    booked.clock(set="2026-01-06T12:00:00+01:00")
    assert ["2026-01-05T09:00:00+01:00"] == [call["at"] for call in booked.state["outbound_calls"]]
