"""A second language is data alone: the engine holds no French word."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
import yaml

from pupitre import languages
from pupitre.nlu.meaning import Hears
from pupitre.nlu.understand import understand
from pupitre.wish import Wish

CORPUS = yaml.safe_load((Path(__file__).parent / "english.yaml").read_text(encoding="utf-8"))
NOW = datetime(2026, 1, 5, 10, tzinfo=ZoneInfo("Europe/London"))
GRAMMAR = languages.load("en-GB").grammar
ENGINE = sorted((Path(languages.__file__).parent.parent / "nlu").glob("*.py"))


@pytest.mark.parametrize(
    ("text", "label"), [(text, label) for label, said in CORPUS["intent"].items() for text in said]
)
def test_intents(text, label):
    heard = understand(text, (Hears.INTENT,), GRAMMAR, NOW).intent

    assert (heard.value if heard else "UNKNOWN") == label


@pytest.mark.parametrize(
    ("text", "label"), [(text, label) for label, said in CORPUS["yes_no"].items() for text in said]
)
def test_answers(text, label):
    heard = understand(text, (Hears.YES_NO,), GRAMMAR, NOW).yes_no

    assert (heard.value if heard else "UNCLEAR") == label


@pytest.mark.parametrize(("text", "wish"), CORPUS["when"].items())
def test_wishes(text, wish):
    heard = understand(text, (Hears.WHEN,), GRAMMAR, NOW).when

    assert msgspec.convert(wish, Wish) == (heard.value if heard else Wish())


def test_unknown_languages_are_refused_by_name():
    with pytest.raises(languages.UnknownLanguage, match="there are: en, fr"):
        languages.load("xx-XX")


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: path.name)
def test_no_french_word_stands_in_the_engine(path):
    """Accented letters may stand in docstrings and comments, which tell by example; never in code."""
    code = re.sub(r'"""[\s\S]*?"""|#.*', "", path.read_text(encoding="utf-8"))

    assert re.findall(r"[àâçéèêëîïôùûü]", code) == []
