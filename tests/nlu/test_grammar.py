"""Grammars are sound: what a line can generate is understood as that line says, and faults in files are named."""

from random import Random

import pytest

from pupitre.languages import load
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.labels import spotted
from pupitre.nlu.rules import BadGrammar, named_parts, read
from pupitre.nlu.sample import kinds_of, sample
from pupitre.nlu.template import END, START
from pupitre.nlu.words import split

FRENCH = load("fr-FR").grammar
LABELLED = ("intent", "yes_no", "command", "emergency", "reminder", "attendance", "called", "whom", "pick", "phone")
LINES = [
    (topic, rule)
    for topic in LABELLED
    for stage in FRENCH.topics[topic]
    for rule in stage.rules
    if rule.kind != "impossible"
]
EACH = 5


def sentences(topic: str, rule, grammar: Grammar) -> list[str]:
    dice = Random(rule.where)
    kinds = kinds_of(grammar.topics[topic])
    return [sample(rule, kinds, grammar.parts, dice) for _ in range(EACH)]


@pytest.mark.parametrize(("topic", "rule"), LINES, ids=[rule.where for _, rule in LINES])
def test_every_line_fits_what_it_generates(topic, rule):
    """The whole sentence is taken, by this line or by one of the same length that stands before it."""
    for sentence in sentences(topic, rule, FRENCH):
        words = split(sentence)
        (match, *rest) = spotted(topic, words, FRENCH)

        assert (match.end - max(match.first, 0) >= len(words), rest) == (True, []), sentence


def test_stages_of_a_cascade_are_sampled_through():
    """A line over pieces of earlier stages can be said, and is found again."""
    stages = FRENCH.topics["when"]
    kinds = kinds_of(stages)
    dice = Random(1)
    said = [sample(rule, kinds, FRENCH.parts, dice) for stage in stages for rule in stage.rules]

    assert all(said)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("mardi", "x.rules:1: expected 'kind:'"),
        ("day:\n    (mardi", "x.rules:2: .*is missing"),
        ("day:\n    mardi)", "x.rules:2: a bracket too many"),
    ],
)
def test_a_fault_is_named_with_its_line(text, complaint):
    with pytest.raises(BadGrammar, match=complaint):
        read(text, "x.rules")


def test_a_part_is_defined_in_one_file():
    twice = {name: read("<a>:\n    b", name) for name in ("one.rules", "two.rules")}

    with pytest.raises(BadGrammar, match=r"two\.rules: <a> is defined in another file too"):
        named_parts(twice)


def test_anchors_are_no_words():
    assert split(f"{START} oui {END}") == ["oui"]
