"""Which of the things read out: by rank, by day, by hour, or none of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pupitre.nlu.cascade import run
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.labels import command
from pupitre.nlu.meaning import Command, Heard, Pick
from pupitre.nlu.when import ACTIONS, when
from pupitre.wish import Wish

RANKS = (Pick.FIRST, Pick.SECOND, Pick.THIRD)


def pick(words: Sequence[str], grammar: Grammar, now: datetime, offers: Sequence[datetime]) -> Heard[Pick] | None:
    """The offer meant. UNCLEAR when several fit; None when nothing about offers was said."""
    said = command(words, grammar)
    if said is Command.AGENT:
        return Heard(Pick.AGENT)
    if said is Command.REPEAT:
        return Heard(Pick.REPEAT)
    pieces = run(grammar.topics["pick"], words, ACTIONS, now)
    kinds = [piece.kind for piece in pieces]
    wish = when(words, grammar, now)
    by_time = _fitting(wish.value, offers) if wish else []
    ranks = [piece.value for piece in pieces if piece.kind == "rank"]
    if len(by_time) == 1:
        return Heard(RANKS[by_time[0]])
    if "first" in kinds:
        return Heard(Pick.FIRST)
    if "last" in kinds:
        return Heard(RANKS[len(offers) - 1])
    if len(set(ranks)) == 1 and isinstance(ranks[0], int) and ranks[0] <= max(len(offers), 1):
        return Heard(RANKS[ranks[0] - 1])
    if ranks or by_time:
        return Heard(Pick.UNCLEAR)
    if "NONE" in kinds or (wish and offers):
        return Heard(Pick.NONE)
    return Heard(Pick.UNCLEAR) if "UNCLEAR" in kinds else None


def _fitting(wish: Wish, offers: Sequence[datetime]) -> list[int]:
    return [rank for rank, start in enumerate(offers) if rank < len(RANKS) and wish.any_of and wish.allows(start)]
