"""Times told by the appointment that is to be moved mean what the caller would expect of that appointment."""

from datetime import datetime

import pytest
from tests.nlu.wishes import wish

from pupitre.commands.understand import local
from pupitre.languages import load
from pupitre.nlu.explain import explain
from pupitre.nlu.meaning import Hears
from pupitre.nlu.shifts import shifted
from pupitre.nlu.understand import understand
from pupitre.wish import Wish

NOW = local("2026-01-05T10:00")
HAS = datetime(2026, 1, 15, 15, tzinfo=NOW.tzinfo)
"""The appointment is on a Thursday at three."""
WAYS = {
    "repousser d'une semaine": "01-22 ~15:00",
    "vous pouvez le reculer de deux jours": "01-17 ~15:00",
    "repoussez-le de quinze jours": "01-29 ~15:00",
    "deux semaines après": "01-29 ~15:00",
    "huit jours plus tard": "01-22 ~15:00",
    "avancer d'un jour": "01-14 ~15:00",
    "avancer de huit jours": "01-08 ~15:00",
    "une semaine plus tôt": "01-08 ~15:00",
    "une semaine avant": "01-08 ~15:00",
    "d'un mois": "02-15 ~15:00",
    "un mois plus tard": "02-15 ~15:00",
    "d'une semaine à la même heure": "01-22 15:00",
    "d'une semaine mais le matin": "01-22 AM",
    "d'une semaine à dix heures": "01-22 10:00",
    "décaler d'une heure": "01-15 ~16:00",
    "une heure plus tôt": "01-15 ~14:00",
    "une demi-heure plus tard": "01-15 ~15:30",
    "d'un quart d'heure": "01-15 ~15:15",
    "jeudi à la même heure": "TH 15:00",
    "lundi ou mardi même heure": "MO,TU 15:00",
    "lundi matin ou mardi même heure": "MO AM | TU AM",
    "la semaine prochaine à la même heure": "01-12..01-18 15:00",
    "gardez la même heure": "15:00",
    "le même jour": "01-15",
    "le même jour mais le matin": "01-15 AM",
    "le même jour mais plus tard": "01-15 15:00-",
    "plus tôt dans la même journée": "01-15 -15:00",
    "la semaine prochaine même jour même heure": "01-12..01-18 TH 15:00",
    "la veille à la même heure": "01-14 ~15:00",
}
NOT_TOLD_BY_IT = [
    "pas à la même heure",
    "j'ai mon kiné à la même heure",
    "d'ici une semaine",
    "dans une semaine",
    "un rendez-vous d'une heure",
    "plus tard",
    "j'attends depuis une semaine",
]


def said(text: str):
    return understand(text, (Hears.WHEN,), load("fr-FR").grammar, NOW)


@pytest.mark.parametrize(("text", "meant"), WAYS.items(), ids=list(WAYS))
def test_a_time_told_by_the_appointment_is_a_wish_seen_from_it(text, meant):
    heard = said(text)

    assert heard.shift is not None
    assert shifted(heard.shift, HAS, heard.when.value if heard.when else Wish()) == wish(meant, 2026)


@pytest.mark.parametrize("text", NOT_TOLD_BY_IT)
def test_an_hour_or_a_length_of_something_else_moves_nothing(text):
    assert said(text).shift is None


def test_the_length_of_an_appointment_is_no_hour_of_the_day():
    assert said("un rendez-vous d'une heure").when is None


def test_a_month_later_stays_within_the_month():
    """A month after the 31st is the last day of the next month."""
    heard = said("repousser d'un mois")

    assert shifted(heard.shift, HAS.replace(day=31), Wish()) == wish("02-28 ~15:00", 2026)


@pytest.mark.parametrize(
    ("text", "hears", "found"),
    [
        ("d'une semaine plus tard", Hears.WHEN, "days: 'd une semaine' by shift.rules:"),
        ("jeudi à la même heure", Hears.WHEN, "same_time: 'a la meme heure' by shift.rules:"),
        ("je voudrais avancer de deux jours", Hears.INTENT, "earlier: 'avancer' by shift.rules:"),
        ("pas à la même heure", Hears.WHEN, "no: 'pas a la meme heure' by shift.rules:"),
    ],
)
def test_it_is_shown_which_line_found_it(text, hears, found):
    shown = list(explain(text, hears, load("fr-FR").grammar, NOW))

    assert any(line.startswith(found) for line in shown), shown
