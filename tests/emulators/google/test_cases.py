"""The emulator answers as Google does, as far as anybody wrote down what Google does."""

import pytest
from tests.emulators.google.cases import CASES, Player


@pytest.mark.parametrize("case", CASES, ids=[f"{c['case']} {c['title']}" for c in CASES])
def test_case(emulators, case):
    assert Player(emulators).play(case) == []


def test_every_case_has_a_name_of_its_own():
    names = [case["case"] for case in CASES]

    assert sorted(set(names)) == sorted(names)


def test_every_case_says_where_it_comes_from_and_how_sure_that_is():
    sure = {"documented", "discovery", "observed-live", "observed-report", "observed-code", "memory", "policy"}

    assert [c["case"] for c in CASES if not c["source"] or c["confidence"] not in sure] == []
