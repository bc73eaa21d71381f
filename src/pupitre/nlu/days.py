"""Actions that make days: which dates a grammar's lines mean, seen from the day they are said.

A day is a `Clause` of weekdays, dates or a window. Dates without a year are the next such date.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta

from pupitre.nlu.cascade import Action, Found, Impossible
from pupitre.wish import WEEKDAYS, Clause

NEVER = date.max
Bounds = tuple[date, date]


def ints(found: Found, kind: str) -> list[int]:
    return [value for value in found.all(kind) if isinstance(value, int)]


def one_day(day: date) -> Clause:
    return Clause(dates=(day,))


def window(first: date, last: date) -> Clause:
    return Clause(window_start=first, window_end=last)


def monday(today: date, weeks: int = 0) -> date:
    return today + timedelta(days=7 * weeks - today.weekday())


def month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def months_later(today: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def next_date(today: date, month: int, day: int) -> date:
    """The next such day, today included. Raises Impossible: there is none in the next years."""
    for year in range(today.year, today.year + 5):
        if day <= calendar.monthrange(year, month)[1]:
            found = date(year, month, day)
            if found >= today:
                return found
            continue
        if month != 2:  # noqa: PLR2004  # only February changes its length
            break
    raise Impossible


def next_dayno(today: date, day: int) -> date:
    """The next day of that number in a month, today included."""
    for months in range(12):
        first = months_later(today.replace(day=1), months)
        if day <= calendar.monthrange(first.year, first.month)[1] and first.replace(day=day) >= today:
            return first.replace(day=day)
    raise Impossible


def _count(found: Found) -> int:
    return int(found.words[0]) if found.words else (found.numbers() or [1])[0]


# ---- one day ---------------------------------------------------------------------------------------------------------


def dayno(found: Found) -> int:
    """The number of a day whose month was not said."""
    return (found.numbers() or [1])[0]


def a_date(found: Found) -> Clause:
    """Weekday, number, month, year: what was said of them. A weekday and a number that disagree are kept both."""
    today, numbers, months, weekdays = found.now.date(), found.numbers(), ints(found, "month"), ints(found, "weekday")
    year = numbers.pop() if numbers and numbers[-1] > 31 else None  # noqa: PLR2004  # no day of a month
    daynos = ints(found, "dayno") or numbers or [1]
    if not months and len(numbers) > 1:
        months = [numbers[1]]
    try:
        if year is not None:
            day = date(year, months[0], daynos[0])
        else:
            day = next_date(today, months[0], daynos[0]) if months else next_dayno(today, daynos[0])
    except ValueError as wrong:
        raise Impossible from wrong
    if not weekdays:
        return one_day(day)
    if day.weekday() == weekdays[0]:
        return one_day(day)
    if not months:
        later = _dayno_on(today, daynos[0], weekdays[0])
        if later is not None:
            return one_day(later)
    return Clause(dates=(day,), days=(WEEKDAYS[weekdays[0]],))


def _dayno_on(today: date, day: int, weekday: int) -> date | None:
    """The next day of that number which falls on that weekday, within three months."""
    for months in range(3):
        first = months_later(today.replace(day=1), months)
        if day > calendar.monthrange(first.year, first.month)[1]:
            continue
        found = first.replace(day=day)
        if found >= today and found.weekday() == weekday:
            return found
    return None


def in_days(found: Found) -> Clause:
    return one_day(found.now.date() + timedelta(days=_count(found)))


def next_weekday(found: Found) -> Clause:
    """The coming day of that name, tomorrow at the earliest."""
    return one_day(_coming(found.now.date(), ints(found, "weekday")[0]))


def _coming(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def weekday_later(found: Found) -> Clause:
    """weekday_later DAYS: so many days after the coming day of that name ("mardi en huit")."""
    return one_day(_coming(found.now.date(), ints(found, "weekday")[0]) + timedelta(days=int(found.words[0])))


def weekday_of_week(found: Found) -> Clause:
    """weekday_of_week WEEKS: the day of that name in the week so many weeks from this one."""
    day = monday(found.now.date(), int(found.words[0])) + timedelta(days=ints(found, "weekday")[0])
    return one_day(day)


def feast(found: Found) -> Clause:
    """Feast MM-DD."""
    return one_day(_feast(found))


def _feast(found: Found) -> date:
    month, day = (int(word) for word in found.words[0].split("-"))
    return next_date(found.now.date(), month, day)


def nth_weekday(found: Found) -> Clause:
    """nth_weekday N: the Nth such day of a month."""
    month = ints(found, "month")[0]
    first = _month_start(found, month)
    ahead = (ints(found, "weekday")[0] - first.weekday()) % 7 + 7 * (int(found.words[0]) - 1)
    return one_day(first + timedelta(days=ahead))


def same_month(found: Found) -> Clause:
    """Day numbers that share the month of the date after them: "le 12 ou le 13 janvier"."""
    (last,) = (piece.value for piece in found.pieces if isinstance(piece.value, Clause))
    if not last.dates or last.days:
        raise Impossible
    try:
        return Clause(dates=(*(last.dates[0].replace(day=day) for day in ints(found, "dayno")), *last.dates))
    except ValueError as wrong:
        raise Impossible from wrong


# ---- several days ----------------------------------------------------------------------------------------------------


def weekdays(found: Found) -> Clause:
    return Clause(days=tuple(WEEKDAYS[day] for day in ints(found, "weekday")))


def days(found: Found) -> Clause:
    """Days MO TU ..."""
    return Clause(days=found.words)


def weekday_range(found: Found) -> Clause:
    first, last = ints(found, "weekday")[:2]
    return Clause(days=tuple(WEEKDAYS[(first + n) % 7] for n in range((last - first) % 7 + 1)))


def week(found: Found) -> Clause:
    """Week N: the week N weeks from this one; this week starts today."""
    weeks, today = _count(found), found.now.date()
    first = monday(today, weeks)
    return window(max(first, today), first + timedelta(days=6))


def week_part(found: Found) -> Clause:
    """week_part WEEKS FIRST LAST: days FIRST to LAST (0 is Monday) of that week."""
    weeks, first, last = (int(word) for word in found.words)
    start = monday(found.now.date(), weeks)
    return Clause(dates=tuple(start + timedelta(days=n) for n in range(first, last + 1)))


def weekend(found: Found) -> Clause:
    """Weekend N: the coming one, or N weeks after it."""
    today = found.now.date()
    saturday = monday(today, int(found.words[0])) + timedelta(days=5)
    return Clause(dates=tuple(day for day in (saturday, saturday + timedelta(days=1)) if day >= today))


def week_of(found: Found) -> Clause:
    """The week in which a date lies."""
    first = monday(_one(a_date(found)))
    return window(first, first + timedelta(days=6))


def _one(clause: Clause) -> date:
    return clause.dates[0]


def week_of_month(found: Found) -> Clause:
    """week_of_month N: seven days of a month, the Nth or (-1) the last."""
    start, which = _month_start(found, ints(found, "month")[0]), int(found.words[0])
    end = month_end(start.year, start.month)
    first = end - timedelta(days=6) if which < 0 else start + timedelta(days=7 * (which - 1))
    return window(first, first + timedelta(days=6))


def _month_start(found: Found, month: int) -> date:
    """First day of the next such month, of this one while it lasts."""
    today = found.now.date()
    return date(today.year + (month < today.month), month, 1)


def month(found: Found) -> Clause:
    start = _month_start(found, ints(found, "month")[0])
    return window(max(start, found.now.date()), month_end(start.year, start.month))


def month_part(found: Found) -> Clause:
    """month_part FIRST LAST: from day FIRST to day LAST of the next such month; of this one while it is not over."""
    number, today = ints(found, "month")[0], found.now.date()
    part = _days_of(_month_start(found, number), found.words)
    if part[1] < today:
        part = _days_of(part[0].replace(year=part[0].year + 1), found.words)
    return window(*part)


def _days_of(start: date, words: tuple[str, ...]) -> Bounds:
    end = month_end(start.year, start.month)
    if not words:
        return start, end
    first, last = (int(word) for word in words)
    return start.replace(day=first), min(start.replace(day=min(last, end.day)), end)


def months(found: Found) -> Clause:
    """Months N [FIRST LAST]: the month N months from this one, or part of it; this month starts today."""
    today = found.now.date()
    start = months_later(today.replace(day=1), int(found.words[0]))
    first, last = _days_of(start, found.words[1:])
    if last < today:
        first, last = _days_of(months_later(start, 1), found.words[1:])
    return window(max(first, today), last)


def season(found: Found) -> Clause:
    """Season MM-DD MM-DD: the next one, or the one that is not over yet."""
    today = found.now.date()
    (month1, day1), (month2, day2) = ([int(n) for n in word.split("-")] for word in found.words)
    end = next_date(today, month2, day2)
    start = date(end.year - ((month1, day1) > (month2, day2)), month1, day1)
    return window(max(start, today), end)


def in_month(found: Found) -> Clause:
    """The week in which the same day so many months later lies."""
    first = monday(months_later(found.now.date(), _count(found)))
    return window(first, first + timedelta(days=6))


# ---- bounds ----------------------------------------------------------------------------------------------------------


def extent(found: Found) -> list[Bounds]:
    """First and last date of each day under the line; days of the week are the coming ones."""
    today, bounds = found.now.date(), []
    for piece in found.pieces:
        if piece.kind == "dayno" and isinstance(piece.value, int):
            day = next_dayno(today, piece.value)
            bounds.append((day, day))
        elif isinstance(piece.value, Clause):
            bounds.append(_extent(piece.value, today))
    return bounds


def _extent(clause: Clause, today: date) -> Bounds:
    if clause.dates:
        return min(clause.dates), max(clause.dates)
    if clause.days:
        coming = [_coming(today, WEEKDAYS.index(day)) for day in clause.days]
        return coming[0], coming[-1]
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


def day_before(found: Found) -> Clause:
    return Clause(window_end=extent(found)[0][0] - timedelta(days=1))


def day_between(found: Found) -> Clause:
    """Two days and what lies between; day numbers take the month of the date said after them."""
    bounds = extent(found)
    last = bounds[-1][1]
    alone = [*found.numbers(), *ints(found, "dayno")]
    if len(bounds) > 1 and not found.numbers() and len(alone) != 1:
        first = bounds[0][0]
    elif alone:
        first = last.replace(day=min(alone[0], last.day)) if alone[0] <= last.day else months_back(last, alone[0])
    else:
        raise Impossible
    if last < first:
        if last == NEVER:
            raise Impossible
        last = last + timedelta(days=7) if (first - last).days < 7 else next_dayno(first, last.day)  # noqa: PLR2004  # a week
    return window(first, last)


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
    return found.now.date() + timedelta(days=_count(found))


def _weeks_on(found: Found) -> date:
    return found.now.date() + timedelta(days=7 * _count(found))


def _months_on(found: Found) -> date:
    return months_later(found.now.date(), _count(found))


def _this_month(found: Found) -> date:
    return _month_start(found, ints(found, "month")[0])


def _month_after(found: Found) -> date:
    start = _this_month(found)
    return month_end(start.year, start.month) + timedelta(days=1)


ACTIONS: dict[str, Action] = {
    "dayno": dayno,
    "date": a_date,
    "in_days": in_days,
    "next_weekday": next_weekday,
    "weekday_later": weekday_later,
    "weekday_of_week": weekday_of_week,
    "feast": feast,
    "nth_weekday": nth_weekday,
    "same_month": same_month,
    "weekdays": weekdays,
    "days": days,
    "weekday_range": weekday_range,
    "week": week,
    "week_part": week_part,
    "weekend": weekend,
    "week_of": week_of,
    "week_of_month": week_of_month,
    "month": month,
    "month_part": month_part,
    "months": months,
    "season": season,
    "in_month": in_month,
    "day_from": day_from,
    "day_after": day_after,
    "day_until": day_until,
    "day_before": day_before,
    "day_between": day_between,
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
    "feast_from": _from(_feast),
    "feast_until": lambda found: Clause(window_end=_feast(found)),
    "until_week": lambda found: window(found.now.date(), monday(found.now.date()) + timedelta(days=6)),
    "until_month": lambda found: window(found.now.date(), month_end(found.now.year, found.now.month)),
}
