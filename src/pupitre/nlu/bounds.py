"""Actions that bound days: from, until, before, after, between."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, time, timedelta

from msgspec import structs

from pupitre.nlu.cascade import Action, Declined, Found, Impossible, Piece
from pupitre.nlu.days import (
    Bounds,
    coming,
    counted,
    ints,
    monday,
    month_end,
    month_start,
    months_later,
    next_date,
    next_dayno,
    window,
)
from pupitre.nlu.feasts import feast_date
from pupitre.wish import PERIOD_HOURS, WEEKDAYS, Clause

NEVER = date.max
END_OF_DAY = 24


def extent(found: Found) -> list[Bounds]:
    """First and last date of each day under the line; days of the week are the coming ones."""
    today, bounds = found.now.date(), []
    for piece in found.pieces:
        number = _number(piece) if piece.key.isdigit() or piece.kind == "dayno" else None
        if number is not None:
            day = next_dayno(today, number)
            bounds.append((day, day))
        elif piece.kind == "day" and isinstance(piece.value, Clause):
            bounds.append(_extent(piece.value, today))
    if not bounds:  # "le premier"
        first = next_dayno(today, 1)
        bounds.append((first, first))
    return bounds


def _extent(clause: Clause, today: date) -> Bounds:
    if clause.dates:
        return min(clause.dates), max(clause.dates)
    if clause.days:
        ahead = [coming(today, WEEKDAYS.index(day)) for day in clause.days]
        return ahead[0], ahead[-1]
    return clause.window_start or today, clause.window_end or NEVER


def day_from(found: Found) -> Clause:
    return Clause(window_start=extent(found)[0][0])


def day_after(found: Found) -> Clause:
    last = extent(found)[0][1]
    if last == NEVER:
        raise Impossible
    return Clause(window_start=last + timedelta(days=1))


def day_until(found: Found) -> Clause:
    first, last = extent(found)[0]
    if first <= found.now.date():
        return window(found.now.date(), last)
    return Clause(window_end=last)


def moment_from(found: Found) -> tuple[Clause, Clause]:
    """From a time of a day on: the rest of that day, or any later day."""
    last = extent(found)[0][1]
    if last == NEVER:
        raise Declined
    return _on(found, last, before=False), Clause(window_start=last + timedelta(days=1))


def moment_until(found: Found) -> tuple[Clause, Clause]:
    """moment_until [start|end]: any day before, or the beginning of that day; to which end of a part of it."""
    first = extent(found)[0][0]
    return Clause(window_end=first - timedelta(days=1)), _on(found, first, before=True)


def _on(found: Found, day: date, *, before: bool) -> Clause:
    """That day before, or from, the time under the line."""
    times = [value for value in (*found.all("clock"), *found.all("noon")) if isinstance(value, time)]
    parts = [value for value in found.all("part") if isinstance(value, Clause)]
    if times:
        bound = times[0]
    elif parts and parts[0].periods:
        low, high = PERIOD_HOURS[parts[0].periods[0]]
        if before and "end" in found.words and high == END_OF_DAY:
            return Clause(dates=(day,))
        bound = time(high if before and "end" in found.words else low)
    else:
        raise Declined
    return Clause(dates=(day,), not_after=bound) if before else Clause(dates=(day,), not_before=bound)


def day_before(found: Found) -> Clause:
    return Clause(window_end=extent(found)[0][0] - timedelta(days=1))


def _dated(make: Callable[[Found], Clause]) -> Action:
    """A bound by a day that is told beside what happens then: only a date tells which."""

    def action(found: Found) -> Clause:
        if any(isinstance(piece.value, Clause) and not piece.value.dates for piece in found.pieces):
            raise Declined
        return make(found)

    return action


def two_days_from(found: Found) -> tuple[Clause, ...]:
    """From one hour on one day and from another on another: "je finis à trois heures le lundi et à midi le mardi"."""
    days = [value for value in found.all("day") if isinstance(value, Clause)]
    times = [value for value in (*found.all("clock"), *found.all("noon")) if isinstance(value, time)]
    said = [piece.value for piece in found.pieces if isinstance(piece.value, time)]
    if len(days) != len(times) or len(days) < 2:  # noqa: PLR2004  # a pair
        raise Declined
    return tuple(structs.replace(day, not_before=at) for day, at in zip(days, said, strict=True))


def leave_before(found: Found) -> Clause:
    """Before somebody leaves; when it is said until when they are away, that is no bound."""
    first, last = extent(found)[0]
    if first != last:
        raise Declined
    return day_before(found)


def day_between(found: Found) -> Clause:
    """Two days and what lies between; day numbers take the month of the date said after them."""
    ends = [piece for piece in found.pieces if piece.key.isdigit() or piece.kind in ("day", "dayno", "first")]
    today = found.now.date()
    if any(isinstance(piece.value, Clause) and piece.value.days for piece in ends):
        raise Declined
    last = _end(ends[-1], today)
    number = _number(ends[0])
    if number is None:
        first = _end(ends[0], today)
        if first > last and _number(ends[-1]) is not None:
            last = next_dayno(first, last.day)
    elif _number(ends[-1]) is None:
        first = last.replace(day=number) if number <= last.day else months_back(last, number)
    else:
        first = next_dayno(today, number)
        last = next_dayno(first, last.day)
    if first > last:
        raise Impossible
    return window(first, last)


def week_from_to(found: Found) -> Clause:
    """The days of a week, from one to another: "la semaine du 19 au 23 janvier"."""
    first, last = [n for n in found.numbers() if n <= 31][:2]  # noqa: PLR2004  # day numbers
    months, today = ints(found, "month"), found.now.date()
    end = next_date(today, months[-1], last) if months else next_dayno(next_dayno(today, first), last)
    start = end.replace(day=first) if first <= last else months_back(end, first)
    return window(max(start, today), end)


def weekday_at(found: Found) -> Clause:
    """A day and an hour without the word: "mardi neuf quinze"."""
    clause = Clause(days=tuple(WEEKDAYS[day] for day in ints(found, "weekday")))
    return _at(clause, found)


def in_days_at(found: Found) -> Clause:
    """in_days_at N: the same, N days from today."""
    return _at(Clause(dates=(found.now.date() + timedelta(days=int(found.words[0])),)), found)


def _at(clause: Clause, found: Found) -> Clause:
    hour, minute = found.numbers()[-2:]
    return structs.replace(clause, at=time(hour, minute))


def _number(piece: Piece) -> int | None:
    """The day number a piece is, when its month was not said."""
    if piece.key.isdigit():
        return int(piece.key)
    return piece.value if isinstance(piece.value, int) else None


def _end(piece: Piece, today: date) -> date:
    number = _number(piece)
    if number is not None:
        return next_dayno(today, number)
    if isinstance(piece.value, Clause) and piece.value.dates:
        return piece.value.dates[0]
    raise Declined


def months_back(last: date, day: int) -> date:
    """The day of that number in the month before. Raises Impossible."""
    before = months_later(last.replace(day=1), -1)
    if day > calendar.monthrange(before.year, before.month)[1]:
        raise Impossible
    return before.replace(day=day)


def _from(make: Callable[[Found], date]) -> Action:
    return lambda found: Clause(window_start=make(found))


def _until(make: Callable[[Found], date]) -> Action:
    return lambda found: window(found.now.date(), make(found))


def _days_on(found: Found) -> date:
    return found.now.date() + timedelta(days=counted(found))


def _weeks_on(found: Found) -> date:
    return found.now.date() + timedelta(days=7 * counted(found))


def _months_on(found: Found) -> date:
    return months_later(found.now.date(), counted(found))


def _this_month(found: Found) -> date:
    return month_start(found, ints(found, "month")[0])


def _month_after(found: Found) -> date:
    start = _this_month(found)
    return month_end(start.year, start.month) + timedelta(days=1)


def _week_end(found: Found) -> date:
    """until_week N: Sunday of the week N weeks from this one."""
    return monday(found.now.date(), int(found.words[0])) + timedelta(days=6)


def _friday(found: Found) -> date:
    return monday(found.now.date()) + timedelta(days=4)


def _month_end(found: Found) -> date:
    """until_month N: the last day of the month N months from this one."""
    start = months_later(found.now.date().replace(day=1), int(found.words[0]))
    return month_end(start.year, start.month)


ACTIONS: dict[str, Action] = {
    "day_from": day_from,
    "moment_from": moment_from,
    "moment_until": moment_until,
    "day_after": day_after,
    "day_until": day_until,
    "day_before": day_before,
    "date_from": _dated(day_from),
    "date_after": _dated(day_after),
    "date_before": _dated(day_before),
    "two_days_from": two_days_from,
    "leave_before": leave_before,
    "day_between": day_between,
    "week_from_to": week_from_to,
    "weekday_at": weekday_at,
    "in_days_at": in_days_at,
    "until_days": _until(_days_on),
    "until_weeks": _until(_weeks_on),
    "until_months": _until(_months_on),
    "from_days": _from(_days_on),
    "from_weeks": _from(_weeks_on),
    "from_months": _from(_months_on),
    "month_from": _from(_this_month),
    "month_after": _from(_month_after),
    "month_before": lambda found: Clause(window_end=_this_month(found) - timedelta(days=1)),
    "month_until": lambda found: Clause(window_end=_month_after(found) - timedelta(days=1)),
    "feast_from": _from(feast_date),
    "feast_until": lambda found: Clause(window_end=feast_date(found)),
    "until_week": _until(_week_end),
    "until_weekend": _until(_friday),
    "until_month": _until(_month_end),
}
