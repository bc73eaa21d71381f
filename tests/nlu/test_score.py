"""The understanding of French reaches what it promises on sets that were labelled before it was written."""

import pytest
from tests.nlu.score import HERE, SETS, answer, rows, score

TARGETS = {
    "intents": 0.97,
    "yesno": 0.98,
    "slotpick": 0.97,
    "constraints": 0.93,
    "phones": 0.98,
    "birthdates": 0.96,
    "names": 0.92,
}
LENIENT = 0.96
TUNED = [HERE / "dev", HERE / "authored" / "tune"]
READ = [*TUNED, HERE / "authored" / "tune2", HERE / "authored" / "tune3"]
HELD = HERE / "authored" / "held"
UNREAD = pytest.mark.skipif(not HELD.exists(), reason="the unread half is being written anew: the last one was read")
FLOORS = {
    "intents": 0.79,
    "yesno": 0.92,
    "slotpick": 0.86,
    "constraints": 0.84,
    "phones": 0.95,
    "birthdates": 0.97,
    "names": 0.87,
}
"""What the half that nobody reads scores; a change that loses some of it was tuned to what was read."""


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("folder", TUNED, ids=lambda folder: folder.name)
def test_the_sets_that_may_be_read_reach_the_targets(folder, name):
    strict, _ = score(folder, name)

    assert strict >= TARGETS[name]


@pytest.mark.parametrize("folder", TUNED, ids=lambda folder: folder.name)
def test_wishes_are_seldom_misleading(folder):
    assert score(folder, "constraints")[1] >= LENIENT


@UNREAD
@pytest.mark.parametrize("name", SETS)
def test_the_half_that_nobody_reads_does_not_fall(name):
    strict, _ = score(HELD, name)

    assert strict >= FLOORS[name]


@pytest.mark.parametrize("folder", [*READ, pytest.param(HELD, marks=UNREAD, id="held")])
def test_no_number_is_ever_wrong(folder):
    """A number that was not understood is none, never another one."""
    wrong = [
        row["id"]
        for row in rows(folder, "phones")
        if (got := answer(row, SETS["phones"])) != "NONE" and got not in row["accept"]
    ]

    assert wrong == []
