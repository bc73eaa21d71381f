"""Which of the things read out: by rank, by day, by hour, or none of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from msgspec import structs

from pupitre.nlu.cascade import Piece, run
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.labels import command, labels
from pupitre.nlu.meaning import Command, Heard, Pick
from pupitre.nlu.when import ACTIONS, when
from pupitre.wish import Clause, Period, Wish

RANKS = (Pick.FIRST, Pick.SECOND, Pick.THIRD)
AGAIN = frozenset({Command.REPEAT.value, Command.SLOWER.value})
"""Commands that ask for the offers once more."""
NEAR = timedelta(minutes=30)
"""How far from "vers dix heures" an offer may be."""


def pick(words: Sequence[str], grammar: Grammar, now: datetime, offers: Sequence[datetime]) -> Heard[Pick] | None:
    """The offer meant. UNCLEAR when several fit; None when nothing about offers was said."""
    count = min(len(offers), len(RANKS)) or len(RANKS)
    pieces = run(grammar.topics["pick"], words, ACTIONS, now)
    kinds = {piece.kind for piece in pieces}
    ranks, refused = _ranks(pieces, count)
    wish = _wish(words, grammar, now, offers)
    by_time = _fitting(wish, offers) if wish else []
    said = command(words, grammar)
    if said is Command.AGENT:
        return Heard(Pick.AGENT)
    again = not AGAIN.isdisjoint(labels("command", words, grammar))
    if not by_time and ("REPEAT" in kinds or (again and not ranks)):
        return Heard(Pick.REPEAT)
    if "NONE" in kinds and not ranks and not _names_a_day_or_hour(wish):
        return Heard(Pick.NONE)
    if len(by_time) > 1 and not kinds.isdisjoint({"first", "last"}):
        return Heard(RANKS[by_time[0 if "first" in kinds else -1]])
    return _decided(kinds, ranks, by_time) or _without_rank(kinds, refused, wish, offers, count)


def _names_a_day_or_hour(wish: Wish | None) -> bool:
    """Whether more was said of when than "tôt" or "tard", which may well be the complaint."""
    wanted = wish.any_of if wish else ()
    return any(clause.days or clause.dates or clause.at or clause.window_start for clause in wanted)


def _decided(kinds: set[str], ranks: list[int], by_time: list[int]) -> Heard[Pick] | None:
    """The offer that rank and time together mean; None when neither names any."""
    both = [rank for rank in ranks if rank in by_time]
    if len(ranks) == 1 or len(both) == 1:
        return Heard(RANKS[(both or ranks)[0]])
    if len(by_time) == 1 and not ranks:
        return Heard(RANKS[by_time[0]])
    if "NONE" in kinds and not ranks:
        return Heard(Pick.NONE)
    if ranks or by_time:
        fitting = tuple(RANKS[rank] for rank in ranks or by_time)
        return Heard(Pick.UNCLEAR, others=fitting)
    return None


def _without_rank(
    kinds: set[str], refused: Sequence[int], wish: Wish | None, offers: Sequence[datetime], count: int
) -> Heard[Pick] | None:
    """What it means when no offer was named."""
    if "NONE" in kinds:
        return Heard(Pick.NONE)
    left = [rank for rank in range(count) if rank not in refused]
    if refused and len(left) == 1:
        return Heard(RANKS[left[0]])
    if "UNCLEAR" in kinds:
        return Heard(Pick.UNCLEAR)
    if refused or (wish and offers):
        return Heard(Pick.NONE)
    return None


def _ranks(pieces: Sequence[Piece], count: int) -> tuple[list[int], list[int]]:
    """Ranks named (from 0) and ranks refused; what was taken back is neither."""
    named: list[int] = []
    refused: list[int] = []
    denied = choosing = corrected = False
    for piece in pieces:
        rank = {"first": 0, "last": count - 1}.get(
            piece.kind, piece.value - 1 if isinstance(piece.value, int) else None
        )
        if piece.kind in ("rank", "first", "last") and rank is not None and rank < count:
            if denied:
                refused.append(rank)
            elif choosing or not corrected:
                named.append(rank)
            else:
                named = [rank]
            denied = choosing = corrected = False
        else:
            denied = piece.kind == "not" or (denied and not piece.kind)
            choosing = choosing or piece.kind == "or"
            corrected = corrected or piece.kind == "fix"
    return sorted(set(named) - set(refused)), refused


def _wish(words: Sequence[str], grammar: Grammar, now: datetime, offers: Sequence[datetime]) -> Wish | None:
    """What was said of when; dates without a month are those of the offers."""
    if not offers:
        return None
    heard = when(words, grammar, now)
    if heard is not None and not _fitting(heard.value, offers):
        near = when(words, grammar, datetime.combine(min(offers), time(), now.tzinfo))
        heard = near if near is not None and _fitting(near.value, offers) else heard
    return heard.value if heard else None


def _fitting(wish: Wish, offers: Sequence[datetime]) -> list[int]:
    """Ranks of the offers that fit a positive wish, or that a refusal leaves alone."""
    if wish.any and not wish.none_of:
        return []
    fitting = [rank for rank, start in enumerate(offers[: len(RANKS)]) if _allows(wish, start)]
    if not wish.any_of:
        return fitting if wish.none_of and len(fitting) == 1 else []
    return fitting or [
        rank
        for rank, start in enumerate(offers[: len(RANKS)])
        if any(_near(clause, start) or _late(clause).allows(start) for clause in wish.any_of)
    ]


def _allows(wish: Wish, start: datetime) -> bool:
    if any(clause.approx for clause in wish.any_of):
        return any(_near(clause, start) for clause in wish.any_of)
    return wish.allows(start)


def _late(clause: Clause) -> Clause:
    """Allows "celui du soir" said of an offer in the late afternoon."""
    if clause.periods != (Period.EVE,):
        return clause
    return structs.replace(clause, periods=(Period.LATE_DAY,))


def _near(clause: Clause, start: datetime) -> bool:
    """Whether an offer is meant by an hour said roughly: "à dix heures" for 10:15 when nothing is nearer."""
    if clause.at is None:
        return False
    said = datetime.combine(start.date(), clause.at, start.tzinfo)
    day = Clause(days=clause.days, dates=clause.dates, window_start=clause.window_start, window_end=clause.window_end)
    return day.allows(start) and abs(start - said) < NEAR
