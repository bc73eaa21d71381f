"""Whoever is called by the desk may ask not to be, say that it is no time, or that somebody else answers."""

import pytest

from pupitre.languages import load
from pupitre.nlu.labels import command, emergency, yes_no
from pupitre.nlu.meaning import Command, YesNo
from pupitre.nlu.words import words

GRAMMAR = load("fr-FR").grammar

NEVER_AGAIN = [
    "je ne veux plus être appelée",
    "je ne veux plus qu'on m'appelle",
    "je veux plus que vous m'appeliez",
    "je ne souhaite plus être contactée",
    "je ne veux plus être dérangée",
    "je ne veux plus de rappels",
    "je ne souhaite plus recevoir d'appels automatiques",
    "plus d'appels s'il vous plaît",
    "arrêtez ces appels",
    "arrêtez de m'appeler",
    "cessez vos appels automatiques",
    "ne me rappelez plus",
    "ne me téléphonez plus jamais",
    "retirez mon numéro",
    "enlevez-moi de votre liste d'appels",
    "supprimez mon numéro de vos fichiers",
    "désinscrivez-moi",
    "j'en ai marre de vos appels",
]
SOMEBODY_ELSE = ["elle est sortie", "il est absent pour le moment", "je suis sa voisine", "elle n'est pas là"]
"""What was learned of dangers hears one in the first words of many of these."""
IN_DANGER = [
    "elle est sortie pieds nus",
    "je suis sa voisine elle ne répond plus",
    "je ne veux plus vivre",
    "ne m'appelez plus je vais mourir",
    "oui je suis tombée",
    "ne quittez pas je saigne beaucoup",
]


def read(text):
    return words(text, GRAMMAR.lexicon)


@pytest.mark.parametrize("text", NEVER_AGAIN)
def test_a_number_is_not_to_be_called_any_more_and_nobody_is_in_danger(text):
    assert (Command.STOP_CALLING, False) == (command(read(text), GRAMMAR), emergency(read(text), GRAMMAR))


@pytest.mark.parametrize("text", SOMEBODY_ELSE)
def test_somebody_else_answers_and_nobody_is_in_danger(text):
    assert (Command.WRONG_PERSON, False) == (command(read(text), GRAMMAR), emergency(read(text), GRAMMAR))


@pytest.mark.parametrize("text", IN_DANGER)
def test_danger_is_heard_beside_an_order_or_an_answer(text):
    assert emergency(read(text), GRAMMAR)


def test_the_right_person_is_not_in_danger():
    said = read("elle-même")

    assert (False, YesNo.YES) == (emergency(said, GRAMMAR), yes_no(said, GRAMMAR).value)


def test_now_is_no_time():
    assert Command.LATER is command(read("non pas maintenant"), GRAMMAR)


@pytest.mark.parametrize("text", ["c'est possible de le décaler", "c'est possible d'annuler"])
def test_whether_something_is_possible_confirms_nothing(text):
    """Asked whether they are the patient, who says this has not said yes; the appointment stays untold."""
    assert yes_no(read(text), GRAMMAR).value is not YesNo.YES
