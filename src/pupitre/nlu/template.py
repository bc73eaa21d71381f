"""Templates, the notation of grammars: how one way of saying something is written.

    je (veux|voudrais) [bien] <un> rendez-vous

Words are literal; `(a|b)` one of these, `[a]` perhaps, `<name>` a named part or, between the stages of a cascade, a
kind of piece found by an earlier stage; `{1-31}` a number in that range; `*` up to four words of any kind, `_` one;
`^` and `$` the beginning and the end of the utterance.
"""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from pupitre.nlu.words import plain

START, END = "^", "$"
CLOSING = frozenset(")]")
ODD = frozenset("<>{}")
"""What is no piece by itself."""
GAP = 4
"""Words that `*` may stand for, at most."""


class Word(Struct, frozen=True):
    text: str


class Number(Struct, frozen=True):
    """Any number from `low` to `high`, both included."""

    low: int
    high: int


class Part(Struct, frozen=True):
    """A named part, or a kind of piece."""

    name: str


class Gap(Struct, frozen=True):
    """From `least` to `most` words of any kind."""

    least: int
    most: int


class Sequence(Struct, frozen=True):
    items: tuple[Template, ...]


class OneOf(Struct, frozen=True):
    """One of these; an empty `Sequence` among them makes the whole optional."""

    items: tuple[Template, ...]


Template = Word | Number | Part | Gap | Sequence | OneOf


LEAVES: dict[str, Template] = {"*": Gap(0, GAP), "_": Gap(1, 1), START: Word(START), END: Word(END)}


class BadTemplate(ValueError):
    """A line of a grammar that cannot be read; says which and why."""


_TOKENS = re.compile(r"[a-z]+|[()\[\]|*_^$]|<[^<>]+>|\{\d+-\d+\}|\d+|[+/:]|[<>{}]")


def parse(line: str) -> Template:
    """Read one template. Raises BadTemplate."""
    tokens: list[str] = _TOKENS.findall(plain(line))
    odd = ODD.intersection(tokens)
    if odd:
        raise BadTemplate(f"cannot read {min(odd)!r} in {line!r}")
    template, rest = _alternatives(tokens, 0)
    if rest != len(tokens):
        raise BadTemplate(f"a bracket too many in {line!r}")
    return template


def _alternatives(tokens: list[str], at: int) -> tuple[Template, int]:
    branches: list[Template] = []
    items: list[Template] = []
    while at < len(tokens):
        piece = tokens[at]
        if piece in CLOSING:
            break
        at += 1
        if piece == "|":
            branches.append(_row(items))
            items = []
        elif piece == "(":
            inner, at = _closed(tokens, at, ")")
            items.append(inner)
        elif piece == "[":
            inner, at = _closed(tokens, at, "]")
            items.append(OneOf((Sequence(()), inner)))
        else:
            items.append(_leaf(piece))
    whole = _row(items)
    return (OneOf((*branches, whole)) if branches else whole), at


def _row(items: list[Template]) -> Template:
    return items[0] if len(items) == 1 else Sequence(tuple(items))


@cache
def _leaf(piece: str) -> Template:
    """What a single piece matches; the same for the same piece."""
    if piece[0] == "<":
        return Part(piece[1:-1])
    if piece[0] == "{":
        low, high = piece[1:-1].split("-")
        return Number(int(low), int(high))
    return LEAVES[piece] if piece in LEAVES else Word(piece)


def _closed(tokens: list[str], at: int, mark: str) -> tuple[Template, int]:
    inner, at = _alternatives(tokens, at)
    if at >= len(tokens) or tokens[at] != mark:
        raise BadTemplate(f"{mark!r} is missing")
    return inner, at + 1
