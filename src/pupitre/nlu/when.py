"""From the pieces of an utterance to a wish: which wishes belong together, which are refused, which were taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from msgspec import structs

from pupitre.nlu import bounds, clocks, days, feasts, spans
from pupitre.nlu.cascade import Action, Piece, run
from pupitre.nlu.clauses import agree, forbids
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.marks import MARKS
from pupitre.nlu.meaning import Heard
from pupitre.nlu.readings import DOUBTED, otherwise
from pupitre.nlu.relative import following, week_of_day
from pupitre.nlu.wishes import Wishes
from pupitre.wish import Clause, Wish

ACTIONS: dict[str, Action] = {**clocks.ACTIONS, **days.ACTIONS, **spans.ACTIONS, **feasts.ACTIONS, **bounds.ACTIONS}
SAID = ("day", "part", "time", "limit", "clock")
"""Kinds of pieces that are wishes by themselves."""


def pieces_of(words: Sequence[str], grammar: Grammar, now: datetime) -> list[Piece]:
    """The utterance as the grammar sees it."""
    return run(grammar.topics["when"], words, ACTIONS, now)


def when(words: Sequence[str], grammar: Grammar, now: datetime) -> Heard[Wish] | None:
    """The wish in these words, or None; with its other reading where it truly has two."""
    pieces = pieces_of(words, grammar, now)
    wish = composed(pieces, now.date())
    if not wish and not wish.conflict:
        return None
    either = otherwise(pieces, now.date())
    other = composed(either, now.date()) if either else wish
    return Heard(wish) if other == wish or not other else Heard(wish, DOUBTED, (other,))


def composed(pieces: Sequence[Piece], today: date) -> Wish:
    """The wish that these pieces make, read from left to right."""
    so_far = Wishes(today)
    for at, piece in enumerate(pieces):
        clauses = _clauses(piece, so_far)
        if clauses and not so_far.muted:
            _add(piece.kind, clauses, so_far, ended=not any(piece.kind in SAID for piece in pieces[at + 1 : at + 2]))
        elif piece.kind in MARKS and not clauses and (piece.kind != "than" or _between_wishes(pieces, at)):
            so_far.busy = False
            MARKS[piece.kind](so_far)
    return _result(so_far)


def _add(kind: str, clauses: tuple[Clause, ...], so_far: Wishes, *, ended: bool) -> None:
    """Add the alternatives of a piece."""
    for alternative, clause in enumerate(clauses):
        so_far.choosing = so_far.choosing or alternative > 0
        so_far.add(clause, avoided=kind == "avoid", ended=ended)
    so_far.limited = kind == "limit"
    so_far.stated = so_far.stated or so_far.limited


def _result(so_far: Wishes) -> Wish:
    if so_far.told and not so_far.wanted:
        time, days = so_far.told
        so_far.wanted, so_far.refused = [days], [*so_far.refused[:-1], time]
    wanted = tuple(dict.fromkeys(clause for clause in so_far.wanted if clause != Clause()))
    conflict = any(not agree(clause) for clause in wanted) or (so_far.impossible and not wanted)
    wanted = tuple(structs.replace(c, days=()) if c.dates and c.days else c for c in wanted)
    refused = tuple(c for c in dict.fromkeys(so_far.refused) if not any(forbids(c, wish) for wish in wanted))
    return Wish(wanted, refused, asap=so_far.asap, any=so_far.any and not wanted, conflict=conflict)


def _clauses(piece: Piece, so_far: Wishes) -> tuple[Clause, ...]:
    """The wish a piece is, as alternatives; nothing when it is no wish."""
    match piece.kind, piece.value:
        case "day_or_week", Clause() as day:
            return (week_of_day(day, so_far.newest),)
        case "following", _:
            after = following(so_far.newest, so_far.today) if so_far.newest else None
            return () if after is None else (after,)
        case "clock", time() as at:
            return (Clause(at=at),)
        case (("day" | "part" | "time" | "limit" | "avoid"), Clause() as clause):
            return (clause,)
        case (("day" | "limit"), tuple() as alternatives):
            return alternatives
        case _:
            return ()


def _between_wishes(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a word stands right between two wishes; the ends of the utterance are pieces too."""
    return pieces[at - 1].kind in SAID and pieces[at + 1].kind in SAID
