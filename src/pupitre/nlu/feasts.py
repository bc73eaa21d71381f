"""Actions that make days of feasts and seasons: Christmas, Easter, the summer."""

from __future__ import annotations

from datetime import date, timedelta

from pupitre.nlu.cascade import Action, Found
from pupitre.nlu.days import monday, next_date, one_day, window
from pupitre.wish import Clause


def feast(found: Found) -> Clause:
    """Feast MM-DD."""
    return one_day(feast_date(found))


def feast_date(found: Found) -> date:
    """The next such day: the line says MM-DD, or easter and days after it."""
    said, today = found.words[0], found.now.date()
    if not said.startswith("easter"):
        month, day = (int(word) for word in said.split("-"))
        return next_date(today, month, day)
    after = timedelta(days=int(said.removeprefix("easter") or 0))
    this_year = easter(today.year) + after
    return this_year if this_year >= today else easter(today.year + 1) + after


def easter(year: int) -> date:
    """Easter Sunday (Meeus, Jones and Butcher's computus for the Gregorian calendar)."""
    golden, century, rest = year % 19, year // 100, year % 100
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def week_of_feast(found: Found) -> Clause:
    """week_of_feast MM-DD."""
    first = monday(feast_date(found))
    return window(first, first + timedelta(days=6))


def season(found: Found) -> Clause:
    """Season MM-DD MM-DD: the next one, or the one that is not over yet."""
    today = found.now.date()
    (month1, day1), (month2, day2) = ([int(n) for n in word.split("-")] for word in found.words)
    end = next_date(today, month2, day2)
    start = date(end.year - ((month1, day1) > (month2, day2)), month1, day1)
    return window(max(start, today), end)


ACTIONS: dict[str, Action] = {"feast": feast, "week_of_feast": week_of_feast, "season": season}
