"""Names spelled out: "d u p o n t", "B comme Bernard", "deux t", and the spoken names of letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from pupitre.nlu.cascade import Action, Found, Piece, Value, run
from pupitre.nlu.grammar import Grammar

FEWEST = 3
"""Letters that make a spelled name; fewer are words or elisions."""
VOWELS = "aeiouy"
NO_TIME = datetime.min.replace(tzinfo=UTC)


class Spelled(Struct, frozen=True):
    """Letters said one after the other, upper case, covering the words [first, end)."""

    letters: str
    first: int
    end: int


def spelled(words: Sequence[str], grammar: Grammar) -> Spelled | None:
    """The last spelled stretch among the words; without letters when an accent stands where none can."""
    found: Spelled | None = None
    letters, first = "", 0
    pieces = run(grammar.topics["letter"], words, ACTIONS, NO_TIME)
    for piece in pieces:
        if piece.kind == "letter":
            first = first if letters else piece.first
            letters += str(piece.value)
        elif piece.kind == "accent" and letters:
            if letters[-1] not in VOWELS + "c":
                return Spelled("", first, piece.end)
        else:
            found = _kept(letters, first, piece) or found
            letters = ""
    return found


def _kept(letters: str, first: int, after: Piece) -> Spelled | None:
    return Spelled(letters.upper(), first, after.first) if len(letters) >= FEWEST else None


def _same(found: Found) -> Value:
    return found.pieces[0].key


def _letter(found: Found) -> Value:
    """Letter X."""
    return found.words[0]


def _twice(found: Found) -> Value:
    return found.pieces[-1].key * 2


def _initial(found: Found) -> Value:
    """The letter named, or the first of the word it is likened to."""
    first = found.pieces[0].key
    return first if len(first) == 1 and len(found.pieces) == 3 else found.pieces[-1].key[:1]  # noqa: PLR2004  # x comme y


ACTIONS: dict[str, Action] = {"same": _same, "letter": _letter, "twice": _twice, "initial": _initial}
