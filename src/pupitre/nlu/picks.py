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
COMMANDS = {Command.AGENT: Pick.AGENT, Command.REPEAT: Pick.REPEAT}


def pick(words: Sequence[str], grammar: Grammar, now: datetime, offers: Sequence[datetime]) -> Heard[Pick] | None:
    """The offer meant. UNCLEAR when several fit; None when nothing about offers was said."""
    said = command(words, grammar)
    if said in COMMANDS:
        return Heard(COMMANDS[said])
    pieces = run(grammar.topics["pick"], words, ACTIONS, now)
    kinds = {piece.kind for piece in pieces}
    wish = when(words, grammar, now)
    fitting = _fitting(wish.value, offers) if wish else []
    ranks = {piece.value for piece in pieces if piece.kind == "rank" and isinstance(piece.value, int)}
    if len(fitting) == 1:
        return Heard(RANKS[fitting[0]])
    if "first" in kinds or "last" in kinds:
        return Heard(RANKS[0 if "first" in kinds else len(offers) - 1])
    if ranks or fitting:
        return Heard(RANKS[ranks.pop() - 1] if len(ranks) == 1 else Pick.UNCLEAR)
    if "NONE" in kinds or (wish and offers):
        return Heard(Pick.NONE)
    return Heard(Pick.UNCLEAR) if "UNCLEAR" in kinds else None


def _fitting(wish: Wish, offers: Sequence[datetime]) -> list[int]:
    return [rank for rank, start in enumerate(offers) if rank < len(RANKS) and wish.any_of and wish.allows(start)]
