"""Say why something was understood: which line of which grammar fits which words, and which n-grams weigh most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from pupitre.nlu.called import ACTIONS as CALLED
from pupitre.nlu.cascade import Action, Piece, run
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.meaning import Hears
from pupitre.nlu.shifts import ACTIONS as SHIFTS
from pupitre.nlu.weighing import Weights, contributions, evidence
from pupitre.nlu.when import ACTIONS as TIMES
from pupitre.nlu.words import words as words_of

TOPICS = {
    Hears.PICK: ("pick", "when"),
    Hears.INTENT: ("intent", "when", "shift"),
    Hears.WHEN: ("when", "shift"),
}
"""Grammars that answer a question, where it is not only the one of the same name."""
NO_ACTIONS: Mapping[str, Action] = {}
VALUED: Mapping[str, Mapping[str, Action]] = {
    "name": NO_ACTIONS,
    "letter": NO_ACTIONS,
    "shift": SHIFTS,
    "called": CALLED,
}
"""Grammars whose lines are worth something else than a time."""

MOST = 8
"""N-grams named for each label."""


def explain(text: str, hears: Hears, grammar: Grammar, now: datetime) -> Iterator[str]:
    """Lines for people: the words as they were read, then each piece found, its words, its line and where that is."""
    words = words_of(text, grammar.lexicon, misheard=hears is Hears.PHONE)
    yield f"read as: {' '.join(words)}"
    for topic in TOPICS.get(hears, (hears.value,)):
        for piece in run(grammar.topics[topic], words, VALUED.get(topic, TIMES), now):
            yield from _lines(piece, words, 0)
        if topic in grammar.weights:
            yield from _weighed(topic, words, grammar.weights[topic])


def _weighed(topic: str, words: Sequence[str], weights: Weights) -> Iterator[str]:
    """For each label its log-odds, and the n-grams that say most for it and against it."""
    odds = evidence(words, weights)
    for label, shares in contributions(words, weights).items():
        most = sorted(shares.items(), key=lambda share: -abs(share[1]))[:MOST]
        told = ", ".join(f"{gram!r} {share:+.1f}" for gram, share in most)
        yield f"{topic} learned: {label} {odds[label]:+.1f} by {told}"


def _lines(piece: Piece, words: Sequence[str], depth: int) -> Iterator[str]:
    if piece.rule is None:
        return
    said = " ".join(words[max(piece.first, 0) : piece.end])
    yield f"{'  ' * depth}{piece.kind}: {said!r} by {piece.rule.where}  {piece.rule.line}"
    for under in piece.under:
        yield from _lines(under, words, depth + 1)
