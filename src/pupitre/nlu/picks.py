"""Which of the things read out: by rank, by day, by hour, or none of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from msgspec import Struct, structs

from pupitre.nlu.cascade import run
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.labels import command, labels
from pupitre.nlu.meaning import Command, Heard, Pick
from pupitre.nlu.ranks import RANK_KINDS, ranks_of
from pupitre.nlu.when import ACTIONS, when
from pupitre.wish import Clause, Period, Wish

RANKS = (Pick.FIRST, Pick.SECOND, Pick.THIRD)
AGAIN = frozenset({Command.REPEAT.value, Command.SLOWER.value})
"""Commands that ask for the offers once more."""
EVE = timedelta(days=1)
"""Before the first offer: when dates that fit no offer are read anew, as seen from nearer."""
NOT_TAKEN = ("ASK", "DOUBT", "KEPT", "SAME")
"""A question about what is read out, a condition or a hesitation, what is to be kept as it is, an hour that is only
named by another one ("à la même heure"): never a choice."""
NEAR = timedelta(minutes=30)
"""How far from "vers dix heures" an offer may be."""


class Said(Struct, frozen=True):
    """What was said about the offers, before it is decided which is meant. Ranks count from 0."""

    kinds: frozenset[str]
    commands: frozenset[str]
    agent: bool
    ranks: list[int]
    day: int | None
    """Which of the days on which there are offers."""
    refused: list[int]
    turned_down: list[int]
    wish: Wish | None
    by_time: list[int]
    """Ranks of the offers that the wish fits."""
    offers: tuple[datetime, ...]
    count: int


def pick(words: Sequence[str], grammar: Grammar, now: datetime, offers: Sequence[datetime]) -> Heard[Pick] | None:
    """The offer meant. UNCLEAR when several fit; None when nothing about offers was said."""
    count = min(len(offers), len(RANKS)) or len(RANKS)
    pieces = run(grammar.topics["pick"], words, ACTIONS, now)
    ranks = ranks_of(pieces, count)
    wish = _wish(words, grammar, now, offers)
    if wish and not _fitting(wish, offers):  # "samedi le premier" names no first of a month
        wish = _wish(without_ranks(words, grammar, now), grammar, now, offers)
    said = Said(
        kinds=frozenset(piece.kind for piece in pieces),
        commands=frozenset(labels("command", words, grammar)),
        agent=command(words, grammar) is Command.AGENT,
        ranks=ranks.named,
        day=next((piece.value - 1 for piece in pieces if piece.kind == "day" and isinstance(piece.value, int)), None),
        refused=ranks.refused,
        turned_down=ranks.turned_down,
        wish=wish,
        by_time=_fitting(wish, offers) if wish else [],
        offers=tuple(offers[:count]),
        count=count,
    )
    found = next((found for reading in READINGS if (found := reading(said))), None)
    unsure = ranks.unsure or not said.kinds.isdisjoint(NOT_TAKEN)
    asked = "ASK" in said.kinds and "NONE" not in said.kinds and said.wish is not None and not said.wish.any_of
    if asked or (found is None and (unsure or "this" in said.kinds)):
        return Heard(Pick.UNCLEAR)
    return Heard(Pick.UNCLEAR, others=(found.value,)) if found and found.value in RANKS and unsure else found


def wish_beside(
    words: Sequence[str], grammar: Grammar, now: datetime, offers: Sequence[datetime]
) -> Heard[Wish] | None:
    """The wish in words about these offers: what names one of them by rank is no date."""
    heard = when(words, grammar, now)
    if heard is None or not offers or _fitting(heard.value, offers):
        return heard
    return when(without_ranks(words, grammar, now), grammar, now)


def without_ranks(words: Sequence[str], grammar: Grammar, now: datetime) -> list[str]:
    """The words that name no offer by its rank: "le premier je ne peux pas" refuses no first of a month."""
    pieces = run(grammar.topics["pick"], words, ACTIONS, now)
    ranked = {at for piece in pieces if piece.kind in RANK_KINDS for at in range(piece.first, piece.end)}
    return [word for at, word in enumerate(words) if at not in ranked]


def _asked(said: Said) -> Heard[Pick] | None:
    """Somebody, or the offers once more, was asked for."""
    if said.agent or "AGENT" in said.kinds:
        return Heard(Pick.AGENT)
    again = not AGAIN.isdisjoint(said.commands) and not said.ranks and "greeting" not in said.kinds
    repeat = not said.by_time and ("REPEAT" in said.kinds or again)
    return Heard(Pick.REPEAT) if repeat or "QUESTION" in said.kinds else None


def _declined(said: Said) -> Heard[Pick] | None:
    """None of them, and no offer was named; "le matin je peux pas, celui de l'après-midi" names one."""
    if "NONE" not in said.kinds or said.ranks or _names_a_day_or_hour(said.wish):
        return None
    rest = said.wish is not None and said.wish.any_of and said.wish.none_of and len(said.by_time) == 1
    return None if rest else _none_of_these(said)


def _turned_down(said: Said) -> Heard[Pick] | None:
    """An offer refused for a reason, and none chosen."""
    if not said.turned_down or said.ranks or _names_a_day_or_hour(said.wish):
        return None
    return _none_of_these(said)


def _none_of_these(said: Said) -> Heard[Pick]:
    """NONE, and as `others` the offers that were not refused; the last one left by two refusals is meant."""
    no = said.wish.none_of if said.wish else ()
    refused = {*said.refused, *said.turned_down}
    left = [
        rank
        for rank in range(said.count)
        if rank not in refused and not any(clause.allows(start) for clause in no for start in said.offers[rank:][:1])
    ]
    said_apart = len(refused) + sum(max(len(clause.days) + len(clause.dates), 1) for clause in no)
    if len(left) == said.count or (said.wish and said.wish.any_of):
        return Heard(Pick.NONE)
    if len(left) == 1 and said_apart > 1:
        return Heard(RANKS[left[0]])
    return Heard(Pick.NONE, others=tuple(RANKS[rank] for rank in left))


def _this(said: Said) -> Heard[Pick] | None:
    """The only one there is: "je prends", "celui-là me va"."""
    only = len(said.offers) == 1 and "this" in said.kinds and "not" not in said.kinds
    return Heard(Pick.FIRST) if only and not said.ranks and not said.wish else None


def _names_a_day_or_hour(wish: Wish | None) -> bool:
    """Whether more was said of when than "tôt" or "tard", which may well be the complaint."""
    wanted = wish.any_of if wish else ()
    bounded = any((clause.not_before is None) != (clause.not_after is None) for clause in wanted)
    return bounded or any(clause.days or clause.dates or clause.at or clause.window_start for clause in wanted)


def _among(said: Said) -> Heard[Pick] | None:
    """The earliest, the latest or the Nth of those that fit: "samedi le premier", "le premier jour à 2 heures"."""
    if said.day is not None:
        return _of_day(said)
    if not {"earliest", "latest"}.isdisjoint(said.kinds):
        return _by_clock(said)
    if len(said.by_time) > 1 and not said.kinds.isdisjoint({"first", "last"}):
        return Heard(RANKS[said.by_time[0 if "first" in said.kinds else -1]])
    if len(said.by_time) > 1 and len(said.ranks) == 1 and said.ranks[0] not in said.by_time:
        (rank,) = said.ranks
        return Heard(RANKS[said.by_time[rank]]) if rank < len(said.by_time) else Heard(Pick.UNCLEAR)
    return None


def _of_day(said: Said) -> Heard[Pick] | None:
    """The offer of the Nth day, at the time said if there was one."""
    days = sorted({start.date() for start in said.offers})
    if said.day is None or said.day >= len(days):
        return None
    of_day = [rank for rank, start in enumerate(said.offers) if start.date() == days[said.day]]
    fitting = [rank for rank in of_day if rank in said.by_time] or of_day
    return Heard(RANKS[fitting[0]]) if len(fitting) == 1 else None


def _by_clock(said: Said) -> Heard[Pick] | None:
    """The offer earliest or latest in its day, of those that fit."""
    ranks = said.by_time or list(range(len(said.offers)))
    clocks = [said.offers[rank].time() for rank in ranks]
    wanted = (min if "earliest" in said.kinds else max)(clocks, default=None)
    return Heard(RANKS[ranks[clocks.index(wanted)]]) if wanted and clocks.count(wanted) == 1 else None


def _beside(said: Said) -> Heard[Pick] | None:
    """The one after or before the one named: "celui d'après le lundi"; the other of two: "pas ce jeudi, l'autre"."""
    step = ("next" in said.kinds) - ("previous" in said.kinds)
    if step and len(said.by_time) > 1 and not said.ranks:  # they lie after, or before, the day named
        return Heard(RANKS[said.by_time[0 if step > 0 else -1]])
    named = said.ranks or said.by_time
    if step and len(named) == 1 and 0 <= named[0] + step < said.count:
        return Heard(RANKS[named[0] + step])
    if {"not", "other"} <= said.kinds and len(said.by_time) == 2 and not said.ranks:  # noqa: PLR2004  # one and the other
        return Heard(RANKS[said.by_time[1]])
    return None


def _decided(said: Said) -> Heard[Pick] | None:
    """The offer that rank and time together mean; None when neither names any."""
    ranks, by_time = said.ranks, said.by_time
    both = [rank for rank in ranks if rank in by_time]
    dated = said.wish is not None and any(clause.dates for clause in said.wish.any_of)
    if len(ranks) == len(by_time) == 1 and dated and not both:  # "le trois": the third, or the 3 March
        return Heard(Pick.UNCLEAR, others=(RANKS[ranks[0]], RANKS[by_time[0]]))
    if len(ranks) == 1 or len(both) == 1:
        return Heard(RANKS[(both or ranks)[0]])
    if len(by_time) == 1 and not ranks:
        left = said.wish is not None and not said.wish.any_of and "other" not in said.kinds
        return _none_of_these(said) if left and said.count < len(RANKS) else Heard(RANKS[by_time[0]])
    if "NONE" in said.kinds and not ranks:
        return Heard(Pick.NONE)
    if ranks or by_time:
        fitting = tuple(RANKS[rank] for rank in ranks or by_time)
        return Heard(Pick.UNCLEAR, others=fitting)
    return None


def _without_rank(said: Said) -> Heard[Pick] | None:
    """What it means when no offer was named."""
    if "NONE" in said.kinds or said.refused:
        return _none_of_these(said)
    if "UNCLEAR" in said.kinds:
        return Heard(Pick.UNCLEAR)
    return _none_of_these(said) if said.wish and said.offers else None


READINGS = (_asked, _turned_down, _declined, _this, _among, _beside, _decided, _without_rank)
"""What may have been said, the first that applies counts."""


def _wish(words: Sequence[str], grammar: Grammar, now: datetime, offers: Sequence[datetime]) -> Wish | None:
    """What was said of when; if it tells no offer from the others, as seen from just before them."""
    if not offers:
        return None
    heard = when(words, grammar, now)
    if heard is None or 0 < len(_fitting(heard.value, offers)) < len(offers):
        return heard.value if heard else None
    first = datetime.combine(min(offers), time(), now.tzinfo)
    nearer = (when(words, grammar, seen_from) for seen_from in (first, first - EVE))
    fitting = [near.value for near in nearer if near and _fitting(near.value, offers)]
    return min((heard.value, *fitting), key=lambda wish: len(_fitting(wish, offers)) or len(RANKS) + 1)


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
