"""What people say who are called, beside yes and no, and in how long they want to be called again."""

from __future__ import annotations

from collections.abc import Sequence

from pupitre.nlu.cascade import Action, Found, Piece, run
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.meaning import Called
from pupitre.nlu.shifts import amount, fixed
from pupitre.nlu.spelling import NO_TIME

DELAY = "delay"


def halves(found: Found) -> int:
    """Line: halves UNIT. As many units as were said, and half of one."""
    return amount(found) + int(found.words[0]) // 2


ACTIONS: dict[str, Action] = {"amount": amount, "fixed": fixed, "halves": halves}


def called(words: Sequence[str], grammar: Grammar) -> Called | None:
    """What is said; of several the first in the order of `Called`."""
    kinds = {piece.kind for piece in _pieces(words, grammar)}
    return next((one for one in Called if one.value in kinds), None)


def delay(words: Sequence[str], grammar: Grammar) -> int | None:
    """Minutes from now: "dans deux heures", which is no hour of the day."""
    said = [piece.value for piece in _pieces(words, grammar) if piece.kind == DELAY]
    return next((minutes for minutes in said if isinstance(minutes, int)), None)


def _pieces(words: Sequence[str], grammar: Grammar) -> list[Piece]:
    return run(grammar.topics["called"], words, ACTIONS, NO_TIME)
