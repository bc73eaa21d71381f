"""What is told of two looks at both sides, and how the two stand to each other, without a desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from pupitre.booking.report import Did, Line, Report
from pupitre.dialogue.effects import ReminderOutcome, TaskKind
from pupitre.model import Agent
from pupitre.ports import Reminder, ReminderStatus, Task
from pupitre.web.demo.happenings import Seen, happenings
from pupitre.web.demo.reading import Planned, Reading, Recorded
from pupitre.web.demo.sides import sides
from pupitre.web.demo.texts import texts
from pupitre.web.demo.two_sides import Agreement, agreement

TEN = datetime(2026, 1, 6, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))
HOUR, HALF = timedelta(hours=1), timedelta(minutes=30)
CLAIRE, IDRIS = Agent(1, "Claire", "claire@demo.test"), Agent(2, "Idris", "idris@demo.test")
RECORD = Recorded(7, 1, TEN, TEN + HALF, "confirmed", "synced", event_id="e", etag="1", patient_name="Jean Dupont")
EVENT = Planned("claire@demo.test", "e", "confirmed", "1", TEN, TEN + HALF, "demo:odoo_event:7", "7")
MOVED = replace(EVENT, start=TEN + HOUR, end=TEN + HOUR + HALF, etag="2")
DELETED = replace(EVENT, status="cancelled", etag="2")
DISPUTED = replace(RECORD, sync_state="error", sync_error="conflict: moved in the planning")
REMINDER = Reminder("r", 7, 3, "P1D", TEN, TEN - 24 * HOUR, TEN - 24 * HOUR)
TASK = Task(3, TaskKind.CONFLICT, "somebody decides", TEN, appointment_id=7)


def seen(record: Recorded | None = RECORD, event: Planned | None = EVENT, **more: object) -> Seen:
    recorded, planned = {7: record} if record else {}, {7: event} if event else {}
    return Seen(TEN, Reading((CLAIRE, IDRIS), recorded, planned, ()), **more)


def told(before: Seen, after: Seen) -> list[tuple[str, str]]:
    return [(one.who, one.text) for one in happenings(before, after)]


def report(did: Did, *, announced: bool = False) -> Report:
    return Report(TEN, lines=(Line(7, did),), announced=announced)


def test_nothing_is_told_of_what_stays_as_it_is():
    assert told(seen(), seen()) == []


def test_a_conflict_is_told_from_the_agents_move_to_the_reminders():
    before = seen(reminders=[REMINDER])
    after = seen(
        DISPUTED,
        MOVED,
        tasks=[TASK],
        rounds=[report(Did.CONFLICT, announced=True)],
        reminders=[replace(REMINDER, status=ReminderStatus.DROPPED)],
    )

    assert told(before, after) == [
        ("agent", "Dans Google, l’agent met l’événement au mardi 6 janvier à 11 heures."),
        ("desk", "Google annonce un changement : conflit, noté sur la fiche."),
        ("task", "Tâche 3 pour une personne : conflit à trancher."),
        ("desk", "Les rappels sont suspendus."),
    ]


def test_an_event_that_an_agent_deletes_is_told():
    assert told(seen(), seen(event=DELETED)) == [("agent", "Dans Google, l’agent supprime l’événement.")]


def test_what_an_agent_changes_in_odoo_is_told_then_that_google_follows():
    moved = replace(RECORD, start=TEN + HOUR, end=TEN + HOUR + HALF)
    after = seen(replace(moved, etag="2"), MOVED)

    assert told(seen(), seen(moved)) == [("agent", "Dans Odoo, l’agent met la fiche au mardi 6 janvier à 11 heures.")]
    assert told(seen(moved), after) == [("desk", "Relecture du quart d’heure : Google suit Odoo.")]


def test_a_cancellation_in_odoo_is_told():
    assert told(seen(), seen(replace(RECORD, status="canceled"))) == [("agent", "Dans Odoo, l’agent annule la fiche.")]


def test_a_booking_a_move_and_a_cancellation_by_a_caller_are_the_desks_doing():
    under_way = replace(RECORD, start=TEN + HOUR, end=TEN + HOUR + HALF, sync_state="pending")
    moved = replace(under_way, sync_state="synced", etag="2")
    canceled = replace(moved, status="canceled", etag="3")

    assert told(seen(None, None), seen()) == [("desk", "Inscrit des deux côtés : mardi 6 janvier à 10 heures.")]
    assert told(seen(), seen(under_way)) == []
    assert told(seen(under_way), seen(moved, MOVED)) == [
        ("desk", "Écrit des deux côtés : mardi 6 janvier à 11 heures.")
    ]
    assert told(seen(moved, MOVED), seen(canceled, replace(DELETED, etag="3"))) == [("desk", "Annulé des deux côtés.")]


@pytest.mark.parametrize("did", [Did.REPAIRED, Did.CARRIED_TO_PLANNING, Did.CARRIED_TO_RECORD, Did.HEALED])
def test_what_a_reconciliation_did_is_told_once(did: Did):
    after = seen(replace(RECORD, etag="2"), replace(EVENT, etag="2"), rounds=[report(did)])

    assert [who for who, _ in told(seen(), after)] == ["desk"]
    assert told(after, replace(after, rounds=())) == []


def test_every_round_between_two_looks_is_told():
    rounds = [report(Did.CONFLICT, announced=True), Report(TEN, announced=True), report(Did.HEALED)]

    assert [text for _, text in told(seen(), seen(rounds=rounds))] == [
        "Google annonce un changement : conflit, noté sur la fiche.",
        "Relecture du quart d’heure : les deux côtés sont de nouveau d’accord.",
    ]


def test_a_reminder_call_is_told():
    rings = seen(reminders=[replace(REMINDER, status=ReminderStatus.DIALLED)])
    done = replace(REMINDER, status=ReminderStatus.DONE, outcome=ReminderOutcome.CONFIRMED)

    assert told(seen(reminders=[REMINDER]), rings) == [("desk", "Le téléphone du patient sonne.")]
    assert told(rings, seen(reminders=[done])) == [("desk", "Appel de rappel : confirmé.")]


@pytest.mark.parametrize(
    ("record", "event", "expected"),
    [
        (RECORD, EVENT, Agreement.AGREE),
        (RECORD, MOVED, Agreement.MOVED),
        (RECORD, replace(EVENT, calendar="idris@demo.test"), Agreement.MOVED),
        (RECORD, replace(EVENT, start=None, end=None), Agreement.MOVED),
        (RECORD, DELETED, Agreement.PLANNING_GONE),
        (RECORD, None, Agreement.PLANNING_GONE),
        (replace(RECORD, sync_state="pending"), None, Agreement.UNDER_WAY),
        (replace(RECORD, sync_state="pending"), MOVED, Agreement.UNDER_WAY),
        (replace(RECORD, status="canceled"), EVENT, Agreement.RECORD_GONE),
        (replace(RECORD, status="canceled"), DELETED, Agreement.BOTH_GONE),
    ],
)
def test_both_sides_are_compared(record: Recorded, event: Planned | None, expected: Agreement):
    assert agreement(record, event, (CLAIRE, IDRIS), apart=True) is expected
    assert agreement(record, event, (CLAIRE, IDRIS), apart=False) is Agreement.ALONE


def test_the_verdict_says_both_times_and_a_conflict_offers_both_sides():
    shown = sides(DISPUTED, seen(DISPUTED, MOVED), "hybrid", [TEN], [])

    assert shown.verdict == "Odoo dit 10 heures, Google dit 11 heures."
    assert shown.conflict
    assert shown.at_odds
    assert [row.label for row in shown.rows if row.same is False] == ["Quand", "Version"]


def test_an_event_that_is_gone_leaves_the_day_in_the_verdict():
    shown = sides(DISPUTED, seen(DISPUTED, DELETED), "hybrid", [TEN], [])

    assert shown.verdict == "Odoo attend le patient le mardi 6 janvier à 10 heures, mais Google n’a plus l’événement."
    assert not shown.in_google


def test_another_agent_or_a_whole_day_in_google_is_said():
    other = sides(RECORD, seen(event=replace(EVENT, calendar="idris@demo.test")), "hybrid", [TEN], [])
    whole_day = sides(RECORD, seen(event=replace(EVENT, start=None, end=None)), "hybrid", [TEN], [])

    assert "chez Idris" in other.verdict
    assert "jour entier" in whole_day.verdict


def test_in_local_mode_there_is_one_side_and_nobody_to_play():
    shown = sides(RECORD, seen(event=None), "local", [TEN], [])

    assert (shown.apart, shown.in_google, shown.in_odoo) == (False, False, False)
    assert all(row.there is None for row in shown.rows)


def test_every_value_has_words():
    words = texts()

    assert words["verdicts"].keys() >= set(Agreement)
    assert words["tasks"].keys() == set(TaskKind)
    assert words["outcomes"].keys() == set(ReminderOutcome)
    assert words["reminder_status"].keys() == set(ReminderStatus)
    assert words["did"].keys() >= set(Did) - {Did.NOTHING, Did.LATER}
