"""With whom an appointment shall be is heard, and what only sounds like it is not."""

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from pupitre.languages import load
from pupitre.nlu.meaning import Hears, Meaning, Pick
from pupitre.nlu.understand import understand

FRENCH = load("fr-FR").grammar
FRIDAY = datetime(2026, 1, 2, 10)  # noqa: DTZ001 - local to the tenant
OFFERS = (datetime(2026, 1, 6, 9), datetime(2026, 1, 8, 15))  # noqa: DTZ001
WAYS = [
    (text, meant)
    for meant, texts in yaml.safe_load(Path(__file__).with_name("whom.yaml").read_text(encoding="utf-8")).items()
    for text in texts
]
AT_OFFERS = (Hears.PICK, Hears.WHEN, Hears.YES_NO, Hears.INTENT, Hears.WHOM)


def said(text: str, hears=AT_OFFERS) -> Meaning:
    return understand(text, hears, FRENCH, FRIDAY, OFFERS)


def written(meaning: Meaning) -> str:
    whom = meaning.whom
    if whom is None:
        return "nobody"
    if whom.name is None:
        return "same" if whom.same else "other" if whom.other else "anybody"
    name = " ".join(part for part in (whom.name.first, whom.name.last) if part)
    return f"not {name}" if whom.other else name if whom.sure else f"perhaps {name}"


@pytest.mark.parametrize(("text", "meant"), WAYS)
def test_whom_the_caller_means_is_heard(text, meant):
    """Every way of saying it, in the words of a caller who hears offers."""
    assert written(said(text)) == meant


def test_an_agent_who_is_named_is_not_the_name_of_the_caller():
    """Where names are listened for, the agent's is left out."""
    meaning = said(
        "c'est madame dupont je voudrais un rendez-vous avec monsieur benali", (Hears.INTENT, Hears.NAME, Hears.WHOM)
    )

    assert (meaning.name and meaning.name.value.last, written(meaning)) == ("DUPONT", "BENALI")


def test_a_title_alone_may_be_the_caller_where_names_are_asked_for():
    """ "Madame Durand" is who calls, until a name can only be an agent's."""
    assert written(said("madame durand", (Hears.INTENT, Hears.NAME, Hears.WHOM))) == "nobody"


def test_the_last_time_is_not_the_last_offer():
    """ "La même dame que la dernière fois" picks nothing; "la dernière" does."""
    assert said("la même dame que la dernière fois").pick is None
    assert said("la dernière").pick.value is Pick.SECOND


def test_an_emergency_is_heard_whoever_is_named():
    """What is left out for the name is not left out of the alarm."""
    assert said("je suis tombée avec madame durand").emergency
