"""Ways of choosing an offer choose what the list of them says (`picks.yaml`)."""

import pytest
import yaml
from tests.nlu.score import HERE, SETS, answer

from pupitre.commands.understand import local
from pupitre.languages import load
from pupitre.nlu.meaning import Heard, Hears, Pick
from pupitre.nlu.understand import understand

OFFERS = ["2026-01-06T09:00", "2026-01-08T15:00", "2026-01-09T11:30"]
WAYS = yaml.safe_load((HERE / "picks.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "chosen"), WAYS.items(), ids=list(WAYS))
def test_a_way_of_choosing_chooses_what_the_list_says(text, chosen):
    assert answer({"text": text, "slots": OFFERS}, SETS["slotpick"]) == chosen


FEWER = [
    ("celui-là me va", 1, "1"),
    ("celui-ci", 1, "1"),
    ("je prends", 1, "1"),
    ("va pour celui-là", 1, "1"),
    ("celui-là ne me va pas", 1, "NONE"),
    ("celui-là je peux pas", 1, "NONE"),
    ("celui-là c'est à quelle heure", 1, "REPEAT"),
    ("le premier je ne peux pas", 1, "NONE"),
    ("le premier je ne peux pas", 2, "NONE"),
    ("le premier c'est pas possible", 2, "NONE"),
    ("pas le premier", 2, "NONE"),
    ("celui-là", 2, "UNCLEAR"),
]


@pytest.mark.parametrize(("text", "count", "chosen"), FEWER)
def test_of_one_offer_that_one_is_meant_and_of_two_one_may_be_refused(text, count, chosen):
    assert answer({"text": text, "slots": OFFERS[:count]}, SETS["slotpick"]) == chosen


@pytest.mark.parametrize(
    ("text", "count", "spared"),
    [
        ("pas la première", 3, "23"),
        ("pas celui de mardi", 3, "23"),
        ("jeudi je peux pas", 3, "13"),
        ("pas l'après-midi", 3, "13"),
        ("le dernier c'est trop loin", 3, "12"),
        ("pas le premier", 2, "2"),
        ("le mardi je travaille", 2, "2"),
        ("pas celui de mardi", 2, "2"),
        ("ça ne me va pas", 3, ""),
        ("mardi je peux pas plutôt la semaine prochaine", 3, ""),
        ("ni mardi ni jeudi ni vendredi", 3, ""),
    ],
)
def test_what_was_not_refused_with_the_others_is_kept(text, count, spared):
    offers = [local(start) for start in OFFERS[:count]]

    heard = understand(text, (Hears.PICK,), load("fr-FR").grammar, local("2026-01-05T10:00"), offers).pick

    assert heard == Heard(Pick.NONE, others=tuple(Pick(rank) for rank in spared))


def test_an_engagement_at_the_hour_of_two_offers_does_not_choose_the_third():
    """A day and an hour at which the caller is engaged refuse what they fit, and leave nothing chosen."""
    offers = ["2026-01-07T09:00", "2026-01-08T09:00", "2026-01-14T09:00"]

    assert answer({"text": "ah mercredi à 9 heures j'ai le kiné", "slots": offers}, SETS["slotpick"]) == "NONE"
