"""An emergency is never missed, and what only sounds like one is seldom taken."""

from pathlib import Path

import pytest
import yaml

from pupitre.languages import load
from pupitre.nlu.labels import emergency
from pupitre.nlu.words import words

HERE = Path(__file__).parent
GRAMMAR = load("fr-FR").grammar
LISTS = [
    HERE / "emergencies.yaml",
    *(HERE / "authored" / folder / "emergencies.yaml" for folder in ("tune", "tune3")),
]
READ = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in LISTS]
LATEST = yaml.safe_load((HERE / "authored" / "tune5" / "emergencies.yaml").read_text(encoding="utf-8"))
TAKEN = 0.02
LATEST_MISSED, LATEST_TAKEN = 0.14, 0.15
"""What the list read last scores; these only ever go down."""


def heard(text: str) -> bool:
    return emergency(words(text, GRAMMAR.lexicon), GRAMMAR)


def test_the_list_is_long_enough():
    assert sum(len(kept["emergencies"]) for kept in READ) >= 150
    assert sum(len(kept["lookalikes"]) for kept in READ) >= 100


@pytest.mark.parametrize("text", [text for kept in READ for text in kept["emergencies"]])
def test_an_emergency_is_heard(text):
    assert heard(text)


def test_look_alikes_are_seldom_taken():
    lookalikes = [text for kept in READ for text in kept["lookalikes"]]
    taken = [text for text in lookalikes if heard(text)]

    assert len(taken) <= TAKEN * len(lookalikes), taken


def test_the_list_read_last_does_not_fall():
    missed = sum(not heard(text) for text in LATEST["emergencies"]) / len(LATEST["emergencies"])
    taken = sum(heard(text) for text in LATEST["lookalikes"]) / len(LATEST["lookalikes"])

    assert (missed <= LATEST_MISSED, taken <= LATEST_TAKEN) == (True, True)
