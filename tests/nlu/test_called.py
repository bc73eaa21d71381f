"""What people say who are called, beside yes and no, and when they want to be called again."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from pupitre.dialogue.later import wished
from pupitre.languages import load
from pupitre.nlu.called import called
from pupitre.nlu.meaning import Command, Hears
from pupitre.nlu.understand import understand
from pupitre.nlu.words import words

GRAMMAR = load("fr-FR").grammar
WAYS = yaml.safe_load(Path(__file__).with_name("called.yaml").read_text(encoding="utf-8"))
NINE = datetime(2026, 1, 5, 9, 0, 20, tzinfo=ZoneInfo("Europe/Paris"))
LATER = {
    "rappelez-moi dans deux heures": "05 11:00",
    "rappelez dans une demi-heure": "05 09:30",
    "rappelez-moi dans un quart d'heure": "05 09:15",
    "rappelez dans dix minutes": "05 09:10",
    "rappelez-moi dans trois heures et demie": "05 12:30",
    "rappelez ce soir": "05 18:00",
    "rappelez-moi à 18 heures": "05 18:00",
    "rappelez-moi à six heures": "05 18:00",
    "vous pouvez rappeler vers quatorze heures trente": "05 14:30",
    "rappelez pas avant quatorze heures": "05 14:00",
    "rappelez-moi après le déjeuner": "05 14:00",
    "rappelez en fin d'après-midi": "05 16:00",
    "rappelez entre quatorze et quinze heures": "05 14:00",
    "je suis à table rappelez à quatorze heures": "05 14:00",
    "rappelez demain": "06 00:00",
    "rappelez demain à dix heures": "06 00:00",
    "rappelez ce matin": None,
    "rappelez tout à l'heure": None,
    "rappelez plus tard": None,
}
"""Said on Monday the 5th at nine; midnight of another day stands for any time of it."""


@pytest.mark.parametrize(("meant", "text"), [(meant, text) for meant, texts in WAYS.items() for text in texts])
def test_it_is_understood(meant, text):
    found = called(words(text, GRAMMAR.lexicon), GRAMMAR)

    assert (None if meant == "nothing" else meant) == found


@pytest.mark.parametrize(("text", "at"), LATER.items())
def test_the_time_to_call_again_is_the_one_that_was_said(text, at):
    meaning = understand(text, (Hears.YES_NO, Hears.WHEN, Hears.CALLED), GRAMMAR, NINE)
    found = wished(meaning, NINE)

    assert Command.LATER is meaning.command
    assert at == (found and f"{found:%d %H:%M}")
