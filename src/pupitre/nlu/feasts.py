"""Actions that make days of feasts, seasons and school breaks: Christmas, Easter, the Tuesday after it, the summer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from pupitre.nlu.cascade import Action, Declined, Found
from pupitre.nlu.days import coming, dayno, ints, monday, next_date, next_dayno, one_day, window
from pupitre.wish import Clause

BREAK = timedelta(days=16)
"""A school break of two weeks, from its Saturday to the Monday after it."""
BREAKS = {11: (11, 2), 12: (1, 2)}
"""Month of the feast -> month and day from which on the Monday is looked for."""
LAST_BEFORE_WINTER = 10
"""Month after which "la rentrée" is the one after Christmas."""


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


def season(found: Found) -> Clause:
    """Season MM-DD MM-DD: the next one, or the one that is not over yet."""
    today = found.now.date()
    (month1, day1), (month2, day2) = ([int(n) for n in word.split("-")] for word in found.words)
    end = next_date(today, month2, day2)
    start = date(end.year - ((month1, day1) > (month2, day2)), month1, day1)
    return window(max(start, today), end)


# ---- beside a feast, or another day ----------------------------------------------------------------------------------


def _day(found: Found) -> date:
    """The one date under the line. Raises Declined."""
    for piece in found.pieces:
        if piece.kind in ("feast", "day") and isinstance(piece.value, Clause) and len(piece.value.dates) == 1:
            return piece.value.dates[0]
    raise Declined


def the_feast(found: Found) -> Clause:
    return one_day(_day(found))


def by_feast(found: Found) -> Clause:
    """by_feast DAYS: so many days after it."""
    return one_day(_day(found) + timedelta(days=int(found.words[0])))


def after_feast(found: Found) -> Clause:
    return Clause(window_start=_day(found) + timedelta(days=1))


def week_by_feast(found: Found) -> Clause:
    """week_by_feast WEEKS: the week so many weeks after the one it lies in; not one that is over."""
    first = monday(_day(found)) + timedelta(days=7 * int(found.words[0]))
    if first + timedelta(days=6) < found.now.date():
        raise Declined
    return window(max(first, found.now.date()), first + timedelta(days=6))


def _weekday_by(ahead: Callable[[int], int]) -> Action:
    """The day of that name, as many days from the feast as `ahead` makes of the days to the next one (0 to 6)."""

    def action(found: Found) -> Clause:
        day = _day(found)
        return one_day(day + timedelta(days=ahead((ints(found, "weekday")[0] - day.weekday()) % 7)))

    return action


def between_feasts(found: Found) -> Clause:
    """Two feasts and what lies between. Raises Declined when the second comes first."""
    first, last = (clause.dates[0] for clause in found.all("feast") if isinstance(clause, Clause))
    if last < first:
        raise Declined
    return window(first, last)


def weekday_after_day(found: Found) -> Clause:
    """The first day of that name after a date: "le jeudi d'après le quinze"."""
    today, months = found.now.date(), ints(found, "month")
    day = next_date(today, months[0], dayno(found)) if months else next_dayno(today, dayno(found))
    return one_day(coming(day, ints(found, "weekday")[0]))


def until_weekend_of(found: Found) -> Clause:
    """Until the Friday before the week-end on which, or next to which, a feast lies."""
    return Clause(window_end=monday(_day(found)) + timedelta(days=4))


# ---- school breaks ---------------------------------------------------------------------------------------------------


def _back_to_school(found: Found) -> date:
    """The first Monday after a feast's break, of those that all of France has at once: Toussaint and Christmas.

    Raises Declined for another feast: its breaks differ by region and year.
    """
    feasts = [value for value in found.all("feast") if isinstance(value, Clause)]
    month = feasts[0].dates[0].month if feasts else 12
    if month not in BREAKS:
        raise Declined
    return _monday_from(found.now.date(), *BREAKS[month])


def _monday_from(today: date, month: int, day: int) -> date:
    for year in (today.year, today.year + 1):
        first = date(year, month, day)
        end = first + timedelta(days=-first.weekday() % 7)
        if end > today:
            break
    return end


def back_to_school(found: Found) -> Clause:
    """The first days of school after the summer, or after Christmas when that is nearer."""
    today = found.now.date()
    first = _monday_from(today, 1, 2) if today.month > LAST_BEFORE_WINTER else next_date(today, 9, 1)
    return window(first, first + timedelta(days=9))


def school_break(found: Found) -> Clause:
    """The two weeks before school goes on."""
    end = _back_to_school(found)
    return window(max(end - BREAK, found.now.date()), end - timedelta(days=1))


def school_break_after(found: Found) -> Clause:
    return Clause(window_start=_back_to_school(found))


def school_break_before(found: Found) -> Clause:
    return Clause(window_end=_back_to_school(found) - BREAK - timedelta(days=1))


ACTIONS: dict[str, Action] = {
    "feast": feast,
    "season": season,
    "the_feast": the_feast,
    "by_feast": by_feast,
    "after_feast": after_feast,
    "week_by_feast": week_by_feast,
    "weekday_near_feast": _weekday_by(lambda ahead: ahead if ahead <= 3 else ahead - 7),  # noqa: PLR2004  # the nearer one
    "weekday_after_feast": _weekday_by(lambda ahead: ahead or 7),
    "between_feasts": between_feasts,
    "weekday_after_day": weekday_after_day,
    "until_weekend_of": until_weekend_of,
    "weekday_before_feast": _weekday_by(lambda ahead: ahead - 7),
    "back_to_school": back_to_school,
    "school_break": school_break,
    "school_break_after": school_break_after,
    "school_break_before": school_break_before,
}
