"""A wish of two readings is not guessed: the opening hours decide, or the caller, or the second is tried."""

from datetime import date, time

import pytest
from tests.dialogue.stage import SCRIPT, Played, World, settings

from pupitre.dialogue.call import State
from pupitre.dialogue.effects import ProposeSlots
from pupitre.dialogue.settings import WEEK, OpenHours
from pupitre.wish import Clause


def opening(start, end):
    return settings(work_hours=(OpenHours(WEEK, time(start), time(end)),))


def asked_when(script=SCRIPT):
    call = Played(script, World()).starts().says("prendre rendez-vous", "oui c'est moi")
    assert call.call.state is State.COLLECT_CONSTRAINTS
    return call


def proposed(call):
    """What slots were asked for, last first."""
    return [effect.wish.any_of for effect in call.world.asked if isinstance(effect, ProposeSlots)][::-1]


@pytest.mark.parametrize(("hours", "at"), [((7, 12), 7), ((14, 21), 19), ((9, 18), 19)])
def test_opening_hours_tell_seven_in_the_morning_from_seven_in_the_evening(hours, at):
    """Where neither is open, the usual reading stands, and what is nearest is offered."""
    call = asked_when(opening(*hours)).says("mercredi à sept heures")

    assert proposed(call) == [(Clause(days=("WE",), at=time(at)),)]


@pytest.mark.parametrize(
    ("answer", "at"), [("du matin", 7), ("le soir s'il vous plaît", 19), ("sept heures du soir", 19)]
)
def test_open_at_both_the_caller_says_which(answer, at):
    call = asked_when(opening(7, 21)).says("mercredi à sept heures")
    assert (call.call.state, call.said) == (State.COLLECT_CONSTRAINTS, "À cette heure-là, le matin ou le soir ?")

    call.says(answer)

    assert (call.call.state, call.call.readings) == (State.SLOTS_READOUT, ())
    assert proposed(call) == [(Clause(days=("WE",), at=time(at)),)]


@pytest.mark.parametrize(("key", "at"), [("1", 7), ("2", 19)])
def test_which_is_told_by_key_too(key, at):
    call = asked_when(opening(7, 21)).says("mercredi à sept heures").keys(key)

    assert proposed(call) == [(Clause(days=("WE",), at=time(at)),)]


def test_another_hour_said_instead_is_what_is_wished():
    call = asked_when(opening(7, 21)).says("mercredi à sept heures", "plutôt jeudi à dix heures")

    assert proposed(call) == [(Clause(days=("TH",), at=time(10)),)]


def test_an_hour_told_with_the_first_words_is_asked_about_when_its_turn_comes():
    call = Played(opening(7, 21), World()).starts().says("un rendez-vous mercredi à sept heures", "oui c'est moi")

    assert (call.call.asked, proposed(call)) == ("collect_constraints.morning_or_evening", [])


def test_next_saturday_said_on_a_friday_is_tomorrow_and_once_refused_a_week_later():
    call = asked_when().says("samedi prochain")
    assert proposed(call) == [(Clause(dates=(date(2026, 1, 3),)),)]

    call.says("non")

    assert proposed(call)[0] == (Clause(dates=(date(2026, 1, 10),)),)
    assert call.call.readings == ()


def test_another_day_said_instead_drops_the_other_reading():
    call = asked_when(opening(7, 21)).says("mercredi à sept heures", "jeudi matin")

    assert call.call.readings == ()
