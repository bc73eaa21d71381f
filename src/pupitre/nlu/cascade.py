"""Run the stages of a grammar one after the other: what a stage finds becomes one piece for the stages after it.

A piece keeps which words it covers and the pieces it was made of, so that an explanation can be printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time

from msgspec import Struct

from pupitre.nlu.rules import Rule, Stage
from pupitre.nlu.template import END, START
from pupitre.wish import Clause

Value = Clause | tuple[Clause, ...] | time | int | str | None


class Piece(Struct, frozen=True):
    """A word, or what was made of several."""

    key: str
    """The word itself, or `<kind>`."""
    value: Value = None
    first: int = 0
    end: int = 0
    """It covers the words [first, end)."""
    rule: Rule | None = None
    """The line that found it; None for a word."""
    under: tuple[Piece, ...] = ()
    """What it was made of."""

    @property
    def kind(self) -> str:
        """The kind found, or "" for a word."""
        return self.key[1:-1] if self.key.startswith("<") else ""


class Found(Struct, frozen=True):
    """What an action works on: the pieces under one line, the line's own words, and when it is said."""

    pieces: Sequence[Piece]
    words: tuple[str, ...]
    now: datetime

    def all(self, kind: str) -> list[Value]:
        """The values of the pieces of this kind, in order."""
        return [piece.value for piece in self.pieces if piece.kind == kind]

    def numbers(self) -> list[int]:
        """The plain numbers under the line, in order."""
        return [int(piece.key) for piece in self.pieces if piece.key.isdigit()]


class Impossible(Exception):
    """The words fit a line but mean nothing ("le 31 février"): the piece is kept as `impossible`."""


class Declined(Exception):
    """The words fit a line that does not apply to them: they stay as they were."""


Action = Callable[[Found], Value]


def run(stages: Sequence[Stage], words: Sequence[str], actions: Mapping[str, Action], now: datetime) -> list[Piece]:
    """The pieces of an utterance after all stages, in order, words that nothing took among them."""
    pieces = [Piece(word, None, at, at + 1) for at, word in enumerate([START, *words, END], -1)]
    for stage in stages:
        matches = stage.automaton.spot([piece.key for piece in pieces])
        if not matches:
            continue
        after: list[Piece] = []
        at = 0
        for match in matches:
            after.extend(pieces[at : match.first])
            after.extend(_made(stage.rules[match.rule], pieces[match.first : match.end], actions, now))
            at = match.end
        after.extend(pieces[at:])
        pieces = after
    return pieces


def _made(rule: Rule, under: list[Piece], actions: Mapping[str, Action], now: datetime) -> list[Piece]:
    first, end = under[0].first, under[-1].end
    if not rule.action:
        return [Piece(f"<{rule.kind}>", None, first, end, rule, tuple(under))]
    try:
        value = actions[rule.action[0]](Found(under, rule.action[1:], now))
    except Impossible:
        return [Piece("<impossible>", None, first, end, rule, tuple(under))]
    except Declined:
        return under
    return [Piece(f"<{rule.kind}>", value, first, end, rule, tuple(under))]
