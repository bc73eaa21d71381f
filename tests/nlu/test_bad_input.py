"""What is no speech is not understood, and nothing a recogniser can write takes long."""

import gc
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pupitre.languages import load
from pupitre.nlu.meaning import Hears, Meaning
from pupitre.nlu.understand import understand

GRAMMAR = load("fr-FR").grammar
NOW = datetime(2026, 1, 5, 10, tzinfo=ZoneInfo("Europe/Paris"))
ALL = tuple(Hears)
WORDS = sorted(GRAMMAR.lexicon.known | GRAMMAR.lexicon.numbers)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00\x01\x1b",
        "。。。",
        "sous-titres réalisés par la communauté d'amara.org",
        "merci d'avoir regardé cette vidéo",
        "please call me back tomorrow",
        "quiero una cita por favor",
        "espèce d'abruti",
        "je voudrais un rendez-vous mardi matin " * 300,
        "a" * 10_000,
    ],
)
def test_what_is_no_speech_yields_no_intent_nor_wish(text):
    meaning = understand(text, (Hears.INTENT, Hears.WHEN), GRAMMAR, NOW)

    assert (meaning.intent, meaning.when) == (None, None)


@pytest.mark.parametrize("text", ["123", "06", "061234567890123", "00000000000", "8 2 3 4 5 6 7 8 9", "12 12"])
def test_digits_that_are_no_number_are_none(text):
    assert understand(text, (Hears.PHONE,), GRAMMAR, NOW).phone is None


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_answered(text):
    assert isinstance(understand(text, ALL, GRAMMAR, NOW, (NOW,)), Meaning)


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_any_words_of_the_grammar_are_answered(words):
    assert isinstance(understand(" ".join(words), ALL, GRAMMAR, NOW, (NOW,), ("Jean Dupont",)), Meaning)


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
def test_work_grows_no_faster_than_the_words(words):
    """Counted, not timed: every automaton looks at each word a bounded number of times, however they repeat."""
    text = " ".join(words)
    short, long = steps(text, 20), steps(text, 80)

    assert long <= 5 * short + 200


def steps(text: str, times: int) -> int:
    """Looks at a word while matching `text` said so many times."""
    looks = 0
    keys = f"{text} ".split() * times
    for stages in GRAMMAR.topics.values():
        automaton = stages[0].automaton
        seen = automaton.keys(keys)
        at = 0
        while at < len(seen):
            match = automaton.longest(seen, at)
            looks += (match.end - at) if match else 1
            at = match.end if match else at + 1
    return looks


def test_ten_thousand_characters_are_read_in_no_time():
    """A bound so wide that no machine trips over it by accident, and no backtracking passes."""
    text = "je voudrais pas mardi ou jeudi matin non pardon " * 220
    gc.collect()
    before = time.process_time()
    understand(text, ALL, GRAMMAR, NOW, (NOW,))

    assert time.process_time() - before < 1
