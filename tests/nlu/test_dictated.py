"""Numbers and dates of birth that are dictated are heard as the list of them says (`dictated.yaml`), or not at all."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import yaml
from tests.nlu.score import HERE, SETS, answer

from pupitre.languages import load
from pupitre.nlu.meaning import Hears
from pupitre.nlu.understand import understand

NOW = datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Europe/Paris"))
LISTS = yaml.safe_load((HERE / "dictated.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "number"), LISTS["phones"].items(), ids=list(LISTS["phones"]))
def test_a_dictated_number_is_that_number_or_none(text, number):
    assert answer({"text": str(text)}, SETS["phones"]) == number


@pytest.mark.parametrize(("text", "born"), LISTS["birth dates"].items(), ids=list(LISTS["birth dates"]))
def test_a_dictated_date_of_birth_is_that_date_or_none(text, born):
    assert answer({"text": str(text)}, SETS["birthdates"]) == str(born)


@pytest.mark.parametrize("text", LISTS["numbers and nothing else"])
def test_the_digits_of_a_telephone_number_are_no_name_and_no_date_of_birth(text):
    every = (Hears.PHONE, Hears.NAME, Hears.BIRTH_DATE)
    meaning = understand(text, every, load("fr-FR").grammar, NOW)

    assert (meaning.name, meaning.birth_date) == (None, None)
    assert understand(text, (Hears.BIRTH_DATE,), load("fr-FR").grammar, NOW).birth_date is None


def test_a_name_and_a_date_of_birth_said_beside_a_number_are_heard():
    text = "marie lefèvre née le 12 mars 1950 mon numéro c'est le 06 39 98 00 05"
    meaning = understand(text, (Hears.PHONE, Hears.NAME, Hears.BIRTH_DATE), load("fr-FR").grammar, NOW)

    assert (meaning.phone, meaning.birth_date) == ("+33639980005", date(1950, 3, 12))
    assert meaning.name
    assert meaning.name.value.last == "LEFEVRE"
