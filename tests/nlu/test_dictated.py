"""Numbers and dates of birth that are dictated are heard as the list of them says (`dictated.yaml`), or not at all."""

import pytest
import yaml
from tests.nlu.score import HERE, SETS, answer

LISTS = yaml.safe_load((HERE / "dictated.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "number"), LISTS["phones"].items(), ids=list(LISTS["phones"]))
def test_a_dictated_number_is_that_number_or_none(text, number):
    assert answer({"text": str(text)}, SETS["phones"]) == number


@pytest.mark.parametrize(("text", "born"), LISTS["birth dates"].items(), ids=list(LISTS["birth dates"]))
def test_a_dictated_date_of_birth_is_that_date_or_none(text, born):
    assert answer({"text": str(text)}, SETS["birthdates"]) == str(born)
