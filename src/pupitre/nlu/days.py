"""Actions that make days: which dates a grammar's lines mean, seen from the day they are said.

A day is a `Clause` of weekdays, dates or a window. Dates without a year are the next such date.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from msgspec import structs

from pupitre.nlu.cascade import Action, Declined, Found, Impossible
from pupitre.wish import WEEKDAYS, Clause

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


def counted(found: Found) -> int:
    return int(found.words[0]) if found.words else (found.numbers() or [1])[-1]


def month_start(found: Found, month: int) -> date:
    """First day of the next such month, of this one while it lasts."""
    today = found.now.date()
    return date(today.year + (month < today.month), month, 1)


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
            day = date(year, months[-1], daynos[0])
        else:
            day = next_date(today, months[-1], daynos[0]) if months else next_dayno(today, daynos[0])
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


def impossible(_: Found) -> Clause:
    """A day that no month has."""
    raise Impossible


def in_days(found: Found) -> Clause:
    return one_day(found.now.date() + timedelta(days=counted(found)))


def next_weekday(found: Found) -> Clause:
    """The coming day of that name, tomorrow at the earliest."""
    return one_day(coming(found.now.date(), ints(found, "weekday")[0]))


def coming(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def weekday_later(found: Found) -> Clause:
    """weekday_later DAYS: so many days after the coming day of that name ("mardi en huit")."""
    return one_day(coming(found.now.date(), ints(found, "weekday")[0]) + timedelta(days=int(found.words[0])))


def next_weekdays(found: Found) -> Clause:
    """The coming days of these names: "lundi ou mardi prochain"."""
    today = found.now.date()
    return Clause(dates=tuple(sorted(coming(today, weekday) for weekday in ints(found, "weekday"))))


def this_and_next(found: Found) -> Clause:
    """The coming day of that name and the one after it."""
    first = coming(found.now.date(), ints(found, "weekday")[0])
    return Clause(dates=(first, first + timedelta(days=7)))


def part_of_date(found: Found) -> Clause:
    """A part of a date: "l'après-midi du 14"."""
    (part,) = (value for value in found.all("part") if isinstance(value, Clause))
    return structs.replace(a_date(found), periods=part.periods, not_before=part.not_before, not_after=part.not_after)


def weekday_of_week(found: Found) -> Clause:
    """weekday_of_week WEEKS: the day of that name in the week so many weeks from this one."""
    day = monday(found.now.date(), int(found.words[0])) + timedelta(days=ints(found, "weekday")[0])
    return one_day(day)


def nth_weekday(found: Found) -> Clause:
    """nth_weekday N: the Nth such day of a month, -1 the last; without a name, of the next month that still has it."""
    months = ints(found, "month")
    today = found.now.date()
    start = month_start(found, months[0]) if months else today.replace(day=1)
    weekday, which = ints(found, "weekday")[0], int(found.words[0])
    after = not months and any(piece.key.startswith("prochain") for piece in found.pieces)
    day = _nth(months_later(start, 1) if after else start, weekday, which)
    return one_day(day if day >= today or months else _nth(months_later(start, 1), weekday, which))


def _nth(start: date, weekday: int, which: int) -> date:
    """The Nth such day of the month that begins at `start`, -1 the last."""
    if which < 0:
        end = month_end(start.year, start.month)
        return end - timedelta(days=(end.weekday() - weekday) % 7)
    return start + timedelta(days=(weekday - start.weekday()) % 7 + 7 * (which - 1))


def same_month(found: Found) -> Clause:
    """Day numbers that share the month of the date after them: "le 12 ou le 13 janvier"."""
    last = [piece.value for piece in found.pieces if isinstance(piece.value, Clause)][-1]
    if not last.dates or last.days:
        raise Declined
    try:
        return Clause(dates=(*(last.dates[0].replace(day=day) for day in _daynos(found)), *last.dates))
    except ValueError as wrong:
        raise Declined from wrong


def several_days(found: Found) -> Clause:
    """Day numbers without a month: "le 12 ou le 13"."""
    today = found.now.date()
    return Clause(dates=tuple(next_dayno(today, day) for day in _daynos(found)))


def _daynos(found: Found) -> list[int]:
    """Day numbers in the order they were said, with or without their article."""
    said = (int(piece.key) if piece.key.isdigit() else piece.value for piece in found.pieces)
    return [day for day in said if isinstance(day, int)]


def day_next(found: Found) -> Clause:
    """day_next N: N days after a day."""
    said = found.all("day")
    if not said:
        return one_day(next_dayno(found.now.date(), _daynos(found)[0]) + timedelta(days=int(found.words[0])))
    if isinstance(said[0], Clause) and len(said[0].dates) == 1:
        return one_day(said[0].dates[0] + timedelta(days=int(found.words[0])))
    raise Declined


def in_days_between(found: Found) -> Clause:
    """Between so many and so many days from today: "dans deux ou trois jours"."""
    low, high = found.numbers()[:2]
    today = found.now.date()
    return window(today + timedelta(days=low), today + timedelta(days=max(low, high)))


def month_range(found: Found) -> Clause:
    """Two months and what lies between: "en février ou en mars"."""
    first, last = ints(found, "month")[:2]
    start = month_start(found, first)
    end = date(start.year + (last < first), last, 1)
    return window(max(start, found.now.date()), month_end(end.year, end.month))


def today_part(found: Found) -> Clause:
    """A part of today: "ce soir"."""
    (part,) = (value for value in found.all("part") if isinstance(value, Clause))
    return structs.replace(part, dates=(found.now.date(),))


def next_month_date(found: Found) -> Clause:
    """A day number of next month."""
    start = months_later(found.now.date().replace(day=1), 1)
    number = (found.numbers() or [1])[0]
    if number > month_end(start.year, start.month).day:
        raise Impossible
    return one_day(start.replace(day=number))


ACTIONS: dict[str, Action] = {
    "dayno": dayno,
    "date": a_date,
    "impossible": impossible,
    "in_days": in_days,
    "next_weekday": next_weekday,
    "weekday_later": weekday_later,
    "next_weekdays": next_weekdays,
    "this_and_next": this_and_next,
    "part_of_date": part_of_date,
    "weekday_of_week": weekday_of_week,
    "nth_weekday": nth_weekday,
    "same_month": same_month,
    "several_days": several_days,
    "day_next": day_next,
    "today_part": today_part,
    "in_days_between": in_days_between,
    "month_range": month_range,
    "next_month_date": next_month_date,
}
