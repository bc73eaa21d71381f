"""What is written with a slip, or in an order of its own, is still heard."""

from datetime import date

import pytest

from pupitre.commands.understand import local
from pupitre.languages import load
from pupitre.model import Intent
from pupitre.nlu.meaning import Hears, SpokenName, YesNo
from pupitre.nlu.understand import understand
from pupitre.nlu.words import words

GRAMMAR = load("fr-FR").grammar
NOW = local("2026-01-05T10:00")


@pytest.mark.parametrize(
    ("said", "born"),
    [
        ("1975-10-02", date(1975, 10, 2)),
        ("1975 10 02", date(1975, 10, 2)),
        ("19751002", date(1975, 10, 2)),
        ("02101975", date(1975, 10, 2)),
        ("dix-neuf cent quarante-six le deux mars", date(1946, 3, 2)),
        ("mille neuf cent soixante euh soixante et un le vingt juin", date(1961, 6, 20)),
        ("le douze le treize mars cinquante", date(1950, 3, 13)),
        ("cette octobre quarante sept", date(1947, 10, 7)),
    ],
)
def test_a_year_may_come_first_and_the_last_one_said_counts(said, born):
    assert understand(said, (Hears.BIRTH_DATE,), GRAMMAR, NOW).birth_date == born


@pytest.mark.parametrize(
    ("written", "meant"),
    [("le promier", "premier"), ("le deu zième", "deuxieme"), ("mercedi", "mercredi")],
)
def test_a_key_word_is_found_again_when_one_letter_is_wrong(written, meant):
    assert words(written, GRAMMAR.lexicon)[-1] == words(meant, GRAMMAR.lexicon)[-1]


@pytest.mark.parametrize(
    ("said", "last", "first"),
    [
        ("madame lopez garcia", "LOPEZ GARCIA", None),
        ("lemaire l e m a i r e prénom denise", "LEMAIRE", "DENISE"),
        ("pour ma petite-fille manon roussel", "ROUSSEL", "MANON"),
        ("de madame huguette renaud le rendez-vous est pour elle", "RENAUD", "HUGUETTE"),
        ("josette carlier de roubaix", "CARLIER", "JOSETTE"),
        ("jean de la tour", "DE LA TOUR", "JEAN"),
    ],
)
def test_the_family_name_is_told_from_what_stands_around_it(said, last, first):
    heard = understand(said, (Hears.NAME,), GRAMMAR, NOW).name

    assert heard is not None
    assert (heard.value.last, heard.value.first) == (last, first)
    assert isinstance(heard.value, SpokenName)


def test_letters_that_were_cut_off_are_no_name():
    assert understand("h i accent aigu tiret", (Hears.NAME,), GRAMMAR, NOW).name is None


@pytest.mark.parametrize(
    "said", ["je n'annule pas hein je serai bien là", "qu'est-ce qui se passe si j'oublie d'annuler"]
)
def test_who_denies_or_supposes_cancelling_does_not_cancel(said):
    heard = understand(said, (Hears.INTENT,), GRAMMAR, NOW).intent

    assert heard is None or heard.value is not Intent.CANCEL


@pytest.mark.parametrize("said", ["ça me vas", "tu peux y aller", "pourquoi pas allez", "il n'y a pas d'erreur"])
def test_yes_is_heard_in_what_else_asks_or_denies(said):
    heard = understand(said, (Hears.YES_NO,), GRAMMAR, NOW).yes_no

    assert heard is not None
    assert heard.value is YesNo.YES


def test_the_wish_after_a_refused_day_stands_with_its_time():
    heard = understand("je ne serai pas là mardi vendredi matin plutôt", (Hears.WHEN,), GRAMMAR, NOW).when

    assert heard is not None
    assert [clause.days for clause in heard.value.any_of] == [("FR",)]
    assert [clause.days for clause in heard.value.none_of] == [("TU",)]
