"""Weigh what was said by learned weights: what each n-gram of the words says for each label, added up.

A file of weights, `languages/<xx>/weights/<topic>.tsv`, is written by `scripts/learn` and read by people too:

    lessons <TAB> digest of the labelled lines that were learned from
    labels  <TAB> BOOK <TAB> CANCEL ...             what may be meant; none of them has no column, and counts 0
    start   <TAB> -12  <TAB> -31 ...                before a word is said
    je _ voudrais <TAB> 14 <TAB> -3 ...             one to three words, `_` any word, `^` and `$` the ends
    |annul  <TAB> -9   <TAB> 58 ...                 three to five letters of a word, `|` its ends; `|non|` is a word

Weights are tenths of a log-odds; the sum over the words and that over the pieces of words are each divided by the root
of how many n-grams the utterance has, known or not, so that a long story weighs no more than a short order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from math import exp, sqrt

from msgspec import Struct

from pupitre.nlu.template import END, START

TENTH = 10
MOST_WORDS = 3
PIECE = range(3, 6)
NUMBER = "0"
"""Stands for every number: which one says nothing of what is wanted."""


class Weights(Struct, frozen=True):
    """What was learned of one topic."""

    lessons: str
    labels: tuple[str, ...]
    start: tuple[int, ...]
    rows: dict[str, tuple[int, ...]]
    """n-gram -> weight of each label."""


class BadWeights(ValueError):
    """A file of weights that cannot be used; says where and why."""


HEAD = ("lessons", "labels", "start")


def read(text: str, name: str) -> Weights:
    """Read one file. Raises BadWeights."""
    lines = [line.partition("\t") for line in text.splitlines()]
    if tuple(line[0] for line in lines[: len(HEAD)]) != HEAD:
        raise BadWeights(f"{name}: the first lines are not {', '.join(HEAD)}")
    lessons, named, start = (cells for _, _, cells in lines[: len(HEAD)])
    labels = tuple(named.split("\t"))
    width = len(labels)
    numbers = cache(_numbers)
    try:
        rows = {gram: numbers(cells) for gram, _, cells in lines[len(HEAD) :]}
        weights = Weights(lessons, labels, _numbers(start), rows)
    except ValueError as wrong:
        raise BadWeights(f"{name}: {wrong}") from wrong
    narrow = next((gram for gram, row in [("start", weights.start), *rows.items()] if len(row) != width), None)
    if narrow is not None:
        raise BadWeights(f"{name}: {narrow!r} has not one weight for each of {', '.join(labels)}")
    return weights


def _numbers(cells: str) -> tuple[int, ...]:
    return tuple(map(int, cells.split("\t")))


def phrases(words: Sequence[str]) -> set[str]:
    """The n-grams of whole words."""
    marked = [START, *words, END]
    found = {f"|{word}|" for word in words}
    found.update(map(" ".join, pairwise(marked)))
    for first, second, third in zip(marked, marked[1:], marked[2:], strict=False):
        found.add(f"{first} {second} {third}")
        found.add(f"{first} _ {third}")
    return found


@lru_cache(maxsize=4096)
def pieces(word: str) -> frozenset[str]:
    """The n-grams of letters in a word, without the whole word."""
    edged = f"|{word}|"
    return frozenset(
        edged[at : at + size] for size in PIECE if size < len(edged) for at in range(len(edged) - size + 1)
    )


def grams(words: Sequence[str]) -> tuple[set[str], set[str]]:
    """What is weighed: the n-grams of words, and those of letters."""
    told = [NUMBER if word.isdigit() else word for word in words]
    return phrases(told), set().union(*map(pieces, told))


def evidence(words: Sequence[str], weights: Weights) -> dict[str, float]:
    """The log-odds of each label against none of them."""
    total = [tenths / TENTH for tenths in weights.start]
    rows = weights.rows
    for found in grams(words):
        known = list(filter(None, map(rows.get, found)))
        if known:
            share = TENTH * sqrt(len(found))
            total = [before + tenths / share for before, tenths in zip(total, map(sum, zip(*known)))]  # noqa: B905  # `read` sees to it that they are equally long
    return dict(zip(weights.labels, total, strict=True))


def contributions(words: Sequence[str], weights: Weights) -> dict[str, dict[str, float]]:
    """What each known n-gram adds to the log-odds of each label."""
    shares = {
        gram: [tenths / (TENTH * sqrt(len(found))) for tenths in weights.rows[gram]]
        for found in grams(words)
        for gram in sorted(weights.rows.keys() & found)
    }
    return {label: {gram: of[at] for gram, of in shares.items()} for at, label in enumerate(weights.labels)}


def likelihoods(odds: Mapping[str, float]) -> dict[str, float]:
    """The probability of each label; what is left is that of none."""
    top = max(0.0, *odds.values())
    parts = {label: exp(one - top) for label, one in odds.items()}
    whole = exp(-top) + sum(parts.values())
    return {label: part / whole for label, part in parts.items()}
