"""What words mean beside the wish before them: "celle d'après", "plutôt au début", "celle du 19"."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec import structs

from pupitre.nlu.days import coming, monday, month_end, months_later
from pupitre.wish import WEEKDAYS, Clause

WEEK = timedelta(days=7)
WEEK_PARTS = {"early": (0, 1), "middle": (1, 3), "late": (3, 4)}
"""First and last day of a part of a week, 0 is Monday."""
MONTH_PARTS = {"early": (1, 10), "middle": (11, 20), "late": (21, 31)}


def following(clause: Clause, today: date) -> Clause | None:
    """The week, month or day after the one meant; None when it is none of these."""
    if clause.window_start and clause.window_end:
        first, last = clause.window_start, clause.window_end
        if last - first < WEEK:
            start = monday(first) + WEEK
            return structs.replace(clause, window_start=start, window_end=start + timedelta(days=6))
        start = months_later(first.replace(day=1), 1)
        return structs.replace(clause, window_start=start, window_end=month_end(start.year, start.month))
    if clause.dates:
        return structs.replace(clause, dates=tuple(day + WEEK for day in clause.dates))
    if clause.days:
        dates = tuple(coming(today, WEEKDAYS.index(day)) + WEEK for day in clause.days)
        return structs.replace(clause, days=(), dates=dates)
    return None


def part_of(clause: Clause, part: str) -> Clause | None:
    """The beginning, middle or end (`early`, `middle`, `late`) of the week or month meant; None when it is neither."""
    first, last = clause.window_start, clause.window_end
    if first is None or last is None:
        return None
    if last - first < WEEK:
        low, high = WEEK_PARTS[part]
        days = tuple(monday(first) + timedelta(days=n) for n in range(low, high + 1))
        return structs.replace(clause, window_start=None, window_end=None, dates=days) if days[-1] >= first else None
    if (first.year, first.month) != (last.year, last.month):
        return None
    low, high = MONTH_PARTS[part]
    start, end = max(first, first.replace(day=low)), min(last, last.replace(day=min(high, last.day)))
    return structs.replace(clause, window_start=start, window_end=end) if start <= end else None


def week_of_day(clause: Clause, before: Clause | None) -> Clause:
    """A date said after a week is the week of that date; after anything else it is the date."""
    if before is None or not clause.dates or not before.window_start:
        return clause
    first = monday(clause.dates[0])
    return Clause(window_start=first, window_end=first + timedelta(days=6))
