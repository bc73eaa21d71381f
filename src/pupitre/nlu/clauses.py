"""Put clauses together: what two wishes said one after the other mean as one, or that they cannot be one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time

from msgspec import structs

from pupitre.nlu.clocks import within
from pupitre.wish import PERIOD_HOURS, WEEKDAYS, Clause, Period, Wish

DAY_FIELDS = ("days", "dates", "window_start", "window_end")
TIME_FIELDS = ("periods", "at", "not_before", "not_after")
LISTS = ("days", "dates", "periods")
CLOSED_BY = {
    "periods": ("at", "not_before", "not_after"),
    "days": ("dates", *TIME_FIELDS),
    "dates": ("days", *TIME_FIELDS),
}
"""List -> what, once said, keeps more of the same from being added to it."""


def has(clause: Clause, fields: Sequence[str]) -> bool:
    """Whether anything is said on this side."""
    return any(getattr(clause, field) for field in fields)


def same_side(one: Clause, other: Clause) -> bool:
    """Whether both speak of days, or both of times of day."""
    return any(has(one, side) and has(other, side) for side in (DAY_FIELDS, TIME_FIELDS))


def bare(clause: Clause, field: str) -> bool:
    """Whether more may be added to this list."""
    return not any(getattr(clause, name) for name in CLOSED_BY[field])


def replaced(current: Clause, new: Clause) -> Clause:
    """The new clause in place of the old, keeping what it does not speak of."""
    for side in (DAY_FIELDS, TIME_FIELDS):
        if has(new, side):
            current = structs.replace(current, **{field: getattr(new, field) for field in side})
            if side is TIME_FIELDS:
                current = structs.replace(current, approx=new.approx)
    return current


def joined(current: Clause, new: Clause, *, union: bool) -> Clause | None:
    """Both together, or None when they speak of the same thing differently. `union`: an "or" stands between."""
    changes: dict[str, object] = {}
    for field in (*DAY_FIELDS, *TIME_FIELDS):
        here, there = getattr(current, field), getattr(new, field)
        if not there or here == there:
            continue
        value = there if not here else _both(current, field, here, there, union=union)
        if value is None:
            return None
        changes[field] = value
    both = structs.replace(current, **changes, approx=current.approx or new.approx)
    if both.at is not None and not union and not _within(both):
        both = structs.replace(both, at=None, approx=False)  # an hour told on the way to the bound that counts
    if both.at is not None and both.periods:
        both = structs.replace(both, at=within(both.at, both.periods))
    return both if _possible(both) else None


def _both(current: Clause, field: str, here: object, there: object, *, union: bool) -> object | None:
    """What two values of one field make together."""
    if field == "periods" and not union:
        return _narrower(current.periods, there)
    if field in LISTS and isinstance(here, tuple) and isinstance(there, tuple):
        return tuple(dict.fromkeys((*here, *there))) if bare(current, field) else None
    if union:
        return None
    if isinstance(here, date) and isinstance(there, date):
        return max(here, there) if field == "window_start" else min(here, there)
    if isinstance(here, time) and isinstance(there, time) and field != "at":
        return max(here, there) if field == "not_before" else min(here, there)
    return None


def _narrower(here: tuple[Period, ...], there: object) -> object | None:
    """The period that lies inside the other: "le matin, en fin de matinée"."""
    if not isinstance(there, tuple) or len(here) != 1 or len(there) != 1:
        return None
    (low, high), (low2, high2) = PERIOD_HOURS[here[0]], PERIOD_HOURS[there[0]]
    if low <= low2 and high2 <= high:
        return there
    return here if low2 <= low and high <= high2 else None


def _within(clause: Clause) -> bool:
    """Whether its clock time lies in its bounds."""
    at, low, high = clause.at, clause.not_before, clause.not_after
    return at is None or ((low is None or at >= low) and (high is None or at < high))


def _possible(clause: Clause) -> bool:
    """Whether its bounds leave anything between them."""
    if clause.window_start and clause.window_end and clause.window_start > clause.window_end:
        return False
    return not (clause.not_before and clause.not_after and clause.not_before >= clause.not_after)


def agree(clause: Clause) -> bool:
    """Whether its weekdays are those of its dates."""
    return not (clause.dates and clause.days) or all(WEEKDAYS[day.weekday()] in clause.days for day in clause.dates)


def open_ended(clause: Clause) -> bool:
    """Whether it is open on one side: "pas avant trois semaines", "après dix heures"."""
    return has(clause, ("not_before", "not_after")) or (clause.window_start is None) != (clause.window_end is None)


def times_of(clause: Clause) -> Clause:
    return structs.replace(clause, days=(), dates=(), window_start=None, window_end=None)


def days_of(clause: Clause) -> Clause:
    return structs.replace(clause, periods=(), at=None, approx=False, not_before=None, not_after=None)


def in_same_window(current: Clause, new: Clause) -> Clause:
    """Weekdays after others of a week or month that was said: of the same."""
    if not (current.window_end and current.days and new.days) or has(new, ("dates", "window_start", "window_end")):
        return new
    return structs.replace(new, window_start=current.window_start, window_end=current.window_end)


def opposed(one: Clause, other: Clause) -> bool:
    """Whether both name days, or both times, so that one can be meant instead of the other."""
    if has(one, DAY_FIELDS) and has(other, DAY_FIELDS):
        return bool(one.window_start) == bool(other.window_start) or bool(one.dates)
    return not has(other, DAY_FIELDS) and not has(one, DAY_FIELDS)


def forbids(refused: Clause, wanted: Clause) -> bool:
    """Whether a refused part of the day would leave nothing of an hour that is wanted."""
    at = wanted.at
    if at is None or not refused.periods or has(refused, (*DAY_FIELDS, "at", "not_before", "not_after")):
        return False
    return any(PERIOD_HOURS[period][0] <= at.hour < PERIOD_HOURS[period][1] for period in refused.periods)


def lists(current: Clause, new: Clause) -> bool:
    """Whether both are plain lists of the same sort: "lundi ou mardi"."""
    for field in ("days", "dates", "periods"):
        if getattr(current, field) and getattr(new, field):
            return bare(current, field) and bare(new, field)
    return False


def followed(former: Wish, said: Wish) -> Wish:
    """What is wished when `said` answers offers for `former`: a period or an hour alone is of the days wished before.

    A wish that names days replaces the former one; a refusal is added to it.
    """
    if said.conflict or said.any or said.asap or any(has(clause, DAY_FIELDS) for clause in said.any_of):
        return said
    if not said.any_of:
        wanted = tuple(clause for clause in former.any_of if not any(covers(no, clause) for no in said.none_of))
        return structs.replace(former, any_of=wanted, none_of=tuple(dict.fromkeys((*former.none_of, *said.none_of))))
    days = tuple(dict.fromkeys(days_of(clause) for clause in former.any_of if has(clause, DAY_FIELDS))) or (Clause(),)
    both = tuple(together for day in days for new in said.any_of if (together := joined(day, new, union=False)))
    kept = tuple(clause for clause in former.none_of if not has(clause, TIME_FIELDS))
    return structs.replace(said, any_of=both or said.any_of, none_of=tuple(dict.fromkeys((*kept, *said.none_of))))


def covers(refused: Clause, wanted: Clause) -> bool:
    """Whether a refusal leaves nothing of a wish: of the same days, or of the same times on any day."""
    sides = [fields for fields in (DAY_FIELDS, TIME_FIELDS) if has(refused, fields)]
    return all(getattr(refused, field) == getattr(wanted, field) for fields in sides for field in fields)
