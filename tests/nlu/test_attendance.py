"""What people say to a reminder call, of their coming and of the patient it calls."""

from pathlib import Path

import pytest
import yaml

from pupitre.languages import load
from pupitre.nlu.labels import attendance
from pupitre.nlu.words import words

GRAMMAR = load("fr-FR").grammar
WAYS = yaml.safe_load(Path(__file__).with_name("attendance.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("meant", "text"), [(meant, text) for meant, texts in WAYS.items() for text in texts])
def test_it_is_understood(meant, text):
    found = attendance(words(text, GRAMMAR.lexicon), GRAMMAR)

    assert (None if meant == "nothing" else meant) == found
