"""The other reading of an ambiguous wish: seven in the morning or in the evening, this Tuesday or the next.

A weekday by itself is no such case: it is wished in general, and the offers say which one they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta

from msgspec import structs

from pupitre.nlu.cascade import Piece
from pupitre.nlu.days import monday
from pupitre.wish import Clause

DOUBTED = 0.6
"""Confidence in the first of two readings."""
EITHER = (6, 7, 8)
"""Hours that may well be of the morning and of the evening."""
OR_AFTER = "or_after"
"""Word of an action whose day may be a week later, too: "mardi prochain" said on a Monday."""
WEEK = timedelta(days=7)


def otherwise(pieces: Sequence[Piece], today: date) -> list[Piece] | None:
    """The pieces as they may be read, too; None when there is but one reading."""
    other = [_other(piece, today) for piece in pieces]
    return None if other == list(pieces) else other


def _other(piece: Piece, today: date) -> Piece:
    match piece.value:
        case time() as at if piece.kind == "clock" and _either(piece):
            return structs.replace(piece, value=_across(at))
        case Clause(at=time() as at) as clause if _either(piece):
            return structs.replace(piece, value=structs.replace(clause, at=_across(at)))
        case Clause(dates=(day,)) as clause if _may_be_later(piece) and day < monday(today) + WEEK:
            return structs.replace(piece, value=structs.replace(clause, dates=(day + WEEK,)))
        case _:
            return piece


def _across(at: time) -> time:
    """The same on the clock face, twelve hours away."""
    return at.replace(hour=(at.hour + 12) % 24)


def _either(piece: Piece) -> bool:
    """Whether an hour was said that may be of the morning or of the evening, and not which."""
    pieces = list(_within(piece))
    said = [one.value for one in pieces if one.kind == "hour"]
    told = any(one.rule and one.rule.action[:1] == ("clock_in",) for one in pieces)
    return not told and any(hour in EITHER for hour in said)


def _may_be_later(piece: Piece) -> bool:
    return piece.rule is not None and OR_AFTER in piece.rule.action


def _within(piece: Piece) -> Iterator[Piece]:
    yield piece
    for under in piece.under:
        yield from _within(under)
