"""A time told by the appointment that is to be moved: "d'une semaine", "à la même heure", "le même jour plus tard"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import structs

from pupitre.nlu.cascade import Action, Found, run
from pupitre.nlu.clauses import DAY_FIELDS, TIME_FIELDS, days_of, has, times_of
from pupitre.nlu.days import months_later
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.meaning import Shift
from pupitre.nlu.spelling import NO_TIME
from pupitre.wish import WEEKDAYS, Clause, Wish

AMOUNTS = ("days", "months", "minutes")


def amount(found: Found) -> int:
    """Line: amount UNIT. As many units as were said; one where no number was."""
    return (found.numbers() or [1])[0] * int(found.words[0])


def fixed(found: Found) -> int:
    """Line: fixed N."""
    return int(found.words[0])


ACTIONS: dict[str, Action] = {"amount": amount, "fixed": fixed}


def shift(words: Sequence[str], grammar: Grammar) -> Shift | None:
    """What was said by the appointment to be moved, or None."""
    pieces = run(grammar.topics["shift"], words, ACTIONS, NO_TIME)
    kinds = {piece.kind for piece in pieces}
    side = ("later" in kinds) - ("earlier" in kinds)
    said = {piece.kind: piece.value for piece in pieces if piece.kind in AMOUNTS and isinstance(piece.value, int)}
    if said:
        days, months, minutes = (_signed(said.get(kind, 0), side) for kind in AMOUNTS)
        return Shift(days, months, minutes, same_time="same_time" in kinds)
    if kinds.isdisjoint({"same_day", "same_time"}):
        return None
    return Shift(same_day="same_day" in kinds, same_time="same_time" in kinds, side=side)


def _signed(value: int, side: int) -> int:
    """An amount that was said beside a verb of bringing forward counts backwards."""
    return -abs(value) if side < 0 else value


def shifted(shift: Shift, start: datetime, said: Wish) -> Wish:
    """The wish that is meant, seen from the local `start` of the appointment; `said` is what else was wished."""
    wanted = said.any_of or (Clause(),)
    if shift.minutes:
        clauses = [_at_another_hour(shift, start, one) for one in wanted]
    elif shift.days or shift.months:
        clauses = [_on_another_day(shift, start, one) for one in wanted]
    else:
        clauses = [_beside(shift, start, one) for one in wanted]
    return structs.replace(said, any_of=tuple(dict.fromkeys(clauses)), any=False, asap=False)


def _at_another_hour(shift: Shift, start: datetime, said: Clause) -> Clause:
    """An hour earlier or later; the hour that `said` holds is the same words."""
    moved = start + timedelta(minutes=shift.minutes)
    days = days_of(said) if has(said, DAY_FIELDS) else Clause(dates=(moved.date(),))
    return structs.replace(days, at=moved.time(), approx=True)


def _on_another_day(shift: Shift, start: datetime, said: Clause) -> Clause:
    """So many days away, at the time said or else about the hour it has."""
    day = months_later((start + timedelta(days=shift.days)).date(), shift.months)
    times = times_of(said) if has(said, TIME_FIELDS) else Clause(at=start.time(), approx=not shift.same_time)
    return structs.replace(times, dates=(day,))


def _beside(shift: Shift, start: datetime, said: Clause) -> Clause:
    """The day or the hour it has, with what is said; on that day perhaps before or after that hour."""
    if shift.same_day and not has(said, ("days", "dates")):
        weekly = said.window_start is not None  # "la semaine prochaine le même jour"
        same = {"days": (WEEKDAYS[start.weekday()],)} if weekly else {"dates": (start.date(),)}
        said = structs.replace(said, **same)
    if has(said, TIME_FIELDS):
        return said
    if shift.same_time:
        return structs.replace(said, at=start.time())
    bound = {1: "not_before", -1: "not_after"}.get(shift.side)
    return structs.replace(said, **{bound: start.time()}) if bound else said
