"""Turns of the journal in words: nothing the desk can hear, ask or be answered is without one."""

from __future__ import annotations

import typing
from datetime import UTC, date, datetime

import pytest

from pupitre.dialogue import effects, events
from pupitre.dialogue.call import State
from pupitre.model import Intent, Slot
from pupitre.nlu.meaning import (
    Attendance,
    Called,
    Command,
    Heard,
    Meaning,
    Pick,
    ReminderChoice,
    Shift,
    SpokenName,
    Whom,
    YesNo,
)
from pupitre.ports.calls import JournalTurn, Reply, Step
from pupitre.web.demo.readable import heard, meaning_in_words, outcome_in_words, seen_turn, step_in_words
from pupitre.web.demo.texts import texts
from pupitre.wish import Clause, Period, Wish

AT = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)


def test_a_turn_says_what_was_heard_meant_and_done():
    spoke = events.Spoke(AT, "mardi matin", meaning=Meaning(when=Heard(Wish((Clause(("TU",), periods=(Period.AM,)),)))))
    step = Step(effects.ProposeSlots(Wish()), events.SlotsProposed(AT, (Slot(AT, AT, 45),)))
    turn = JournalTurn(spoke, "COLLECT_CONSTRAINTS", "SLOTS_READOUT", (step,), Reply((), "SLOTS_READOUT", {}))

    seen = seen_turn(turn)

    assert seen.heard == "«\u202fmardi matin\u202f»"
    assert seen.when == {"any_of": [{"days": ["TU"], "periods": ["AM"]}], "none_of": [], "asap": False, "any": False}
    assert list(seen.effects) == ["Agendas : créneaux trouvés et gardés, 1"]


def test_several_aspects_of_one_sentence_are_all_told():
    meaning = Meaning(intent=Heard(Intent.BOOK), name=Heard(SpokenName("LEROY", "MARIE")), birth_date=date(1941, 3, 12))

    assert meaning_in_words(meaning) == "Prendre rendez-vous, nom LEROY MARIE, né(e) le 12/03/1941"


@pytest.mark.parametrize(
    "meaning",
    [
        *(Meaning(command=command) for command in Command),
        *(Meaning(yes_no=Heard(answer)) for answer in YesNo),
        *(Meaning(pick=Heard(pick)) for pick in Pick),
        *(Meaning(reminder=choice) for choice in ReminderChoice),
        *(Meaning(intent=Heard(intent)) for intent in Intent if intent is not Intent.UNKNOWN),
        *(Meaning(attendance=attendance) for attendance in Attendance),
        *(Meaning(called=called) for called in Called),
        Meaning(delay=60),
        *(Meaning(whom=whom) for whom in (Whom(SpokenName("MOREL")), Whom(same=True), Whom(other=True), Whom())),
        Meaning(shift=Shift(days=7)),
        Meaning(emergency=True),
    ],
)
def test_every_meaning_has_words(meaning: Meaning):
    assert meaning_in_words(meaning)


@pytest.mark.parametrize(
    "event",
    [
        events.Silent(AT),
        events.Keyed(AT, "2"),
        events.Continued(AT),
        events.MachineDetected(AT),
        events.HungUp(AT),
        events.Strange(AT, "fax"),
        *(events.TransferEnded(AT, status) for status in events.TransferStatus),
    ],
)
def test_every_event_but_the_start_has_words(event: events.CallerEvent):
    assert heard(event)
    assert heard(events.CallStarted(AT)) == ""


@pytest.mark.parametrize(
    "outcome",
    [
        events.PatientsFound(AT, ()),
        events.AppointmentsFound(AT, ()),
        events.ReminderFound(AT),
        events.AgentsFound(AT, ()),
        events.RemindersSet(AT, ("P1D",)),
        events.Done(AT),
        events.StillWorking(AT),
        events.WorldFailed(AT, effects.LookUpPatient(), "down"),
        *(events.SlotsProposed(AT, reason=reason) for reason in (None, *events.NoSlot)),
        *(events.CommitmentEnded(AT, ended) for ended in events.CommitOutcome),
    ],
)
def test_every_answer_of_the_world_has_words(outcome: events.WorldEvent):
    assert outcome_in_words(outcome)


def test_no_answer_of_the_world_is_forgotten():
    with_their_own = {"PatientsFound", "AppointmentsFound", "ReminderFound", "AgentsFound", "SlotsProposed"}
    with_their_own |= {"CommitmentEnded"}

    assert {kind.__name__ for kind in typing.get_args(events.WorldEvent)} - with_their_own <= texts()["answered"].keys()


@pytest.mark.parametrize("effect", typing.get_args(effects.Effect), ids=lambda effect: effect.__name__)
def test_every_question_to_the_world_has_words(effect: type):
    assert texts()["asked"][effect.__name__]


@pytest.mark.parametrize("intent", [Intent.BOOK, Intent.RESCHEDULE, Intent.CANCEL])
def test_a_commitment_is_told_by_what_it_does(intent: Intent):
    done = events.CommitmentEnded(AT, events.CommitOutcome.RECORDED)

    assert step_in_words(Step(effects.Commit(intent, 1, 123), done)) == f"{texts()['commits'][intent]} : c’est noté"


def test_every_state_has_a_name_and_examples_belong_to_states():
    states = {state.value for state in State}

    assert texts()["states"].keys() == states
    assert texts()["examples"].keys() <= states
    assert {name for route in texts()["paths"].values() for stop in route for name in stop["states"]} <= states
