"""Actions that make several days: weekdays, weeks, week-ends, months and parts of them."""

from __future__ import annotations

from datetime import date, timedelta

from pupitre.nlu.cascade import Action, Found, Impossible
from pupitre.nlu.days import (
    Bounds,
    a_date,
    counted,
    ints,
    monday,
    month_end,
    month_start,
    months_later,
    one_day,
    window,
)
from pupitre.wish import WEEKDAYS, Clause


def weekdays(found: Found) -> Clause:
    return Clause(days=tuple(WEEKDAYS[day] for day in ints(found, "weekday")))


def last_weekday(found: Found) -> Clause:
    """Only the last day named is meant: "mon rendez-vous de mardi à jeudi"."""
    return Clause(days=(WEEKDAYS[ints(found, "weekday")[-1]],))


def days(found: Found) -> Clause:
    """Days MO TU ..."""
    return Clause(days=found.words)


def weekday_range(found: Found) -> Clause:
    first, last = ints(found, "weekday")[:2]
    return Clause(days=tuple(WEEKDAYS[(first + n) % 7] for n in range((last - first) % 7 + 1)))


def week(found: Found) -> Clause:
    """Week N: the week N weeks from this one; this week starts today."""
    weeks, today = counted(found), found.now.date()
    first = monday(today, weeks)
    return window(max(first, today), first + timedelta(days=6))


def weeks(found: Found) -> Clause:
    """Line: weeks N M. From the week N weeks from this one to the week M weeks from it."""
    first, last = (monday(found.now.date(), int(word)) for word in found.words)
    return window(max(first, found.now.date()), last + timedelta(days=6))


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
    start, which = month_start(found, ints(found, "month")[0]), int(found.words[0])
    end = month_end(start.year, start.month)
    first = end - timedelta(days=6) if which < 0 else start + timedelta(days=7 * (which - 1))
    return window(first, first + timedelta(days=6))


def month(found: Found) -> Clause:
    start = month_start(found, ints(found, "month")[0])
    return window(max(start, found.now.date()), month_end(start.year, start.month))


def month_part(found: Found) -> Clause:
    """month_part FIRST LAST: from day FIRST to day LAST of the next such month; of this one while it is not over."""
    number, today = ints(found, "month")[0], found.now.date()
    part = _days_of(month_start(found, number), found.words)
    if part[1] < today:
        part = _days_of(part[0].replace(year=part[0].year + 1), found.words)
    return window(*part)


def first_days(found: Found) -> Clause:
    """The first so many days of a month."""
    start = month_start(found, ints(found, "month")[0])
    return window(start, start + timedelta(days=found.numbers()[0] - 1))


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


def in_month(found: Found) -> Clause:
    """The week in which the same day so many months later lies."""
    first = monday(months_later(found.now.date(), counted(found)))
    return window(first, first + timedelta(days=6))


def months_on(found: Found) -> Clause:
    """The same day so many months later."""
    return one_day(months_later(found.now.date(), counted(found)))


def week_numbered(found: Found) -> Clause:
    """The week of that ISO number, this year's or, when it is over, next year's; what is left of it."""
    today, number = found.now.date(), found.numbers()[0]
    for year in (today.year, today.year + 1):
        try:
            first = date.fromisocalendar(year, number, 1)
        except ValueError as wrong:
            raise Impossible from wrong
        if first + timedelta(days=6) >= today:
            return window(max(first, today), first + timedelta(days=6))
    raise Impossible


ACTIONS: dict[str, Action] = {
    "first_days": first_days,
    "weekdays": weekdays,
    "last_weekday": last_weekday,
    "days": days,
    "weekday_range": weekday_range,
    "week": week,
    "weeks": weeks,
    "week_part": week_part,
    "weekend": weekend,
    "week_of": week_of,
    "week_of_month": week_of_month,
    "month": month,
    "month_part": month_part,
    "months": months,
    "in_month": in_month,
    "months_on": months_on,
    "week_numbered": week_numbered,
}
