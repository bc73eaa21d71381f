"""Free/busy: what to ask so that every calendar is answered, and who is busy when by those answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from pupitre.backends.google.wire import FreeBusyAnswer, Period
from pupitre.model import Interval

MOST_CALENDARS = 50
"""`calendarExpansionMax` of the discovery document."""
LONGEST = timedelta(days=60)
"""Beyond some three months the whole request is refused (timeRangeTooLong), and the exact limit is not written."""


def chunks(window: Interval) -> Iterator[Interval]:
    """The window in parts that Google answers."""
    start, end = window.start.astimezone(UTC), window.end.astimezone(UTC)
    while start < end:
        yield Interval(start, min(start + LONGEST, end))
        start += LONGEST


def groups(calendars: Sequence[str]) -> Iterator[Sequence[str]]:
    """Each calendar once, in parts that Google answers."""
    distinct = list(dict.fromkeys(calendars))
    for first in range(0, len(distinct), MOST_CALENDARS):
        yield distinct[first : first + MOST_CALENDARS]


def readings(answer: FreeBusyAnswer, calendars: Sequence[str]) -> Iterator[tuple[str, Sequence[Interval] | str]]:
    """For each calendar its busy time, or why it could not be read: an error, silence, or times that are none."""
    for calendar in calendars:
        found = answer.calendars.get(calendar)
        if found is None:
            yield calendar, "Google left the calendar out of its free/busy answer"
        elif found.errors:
            yield calendar, _reason(found.errors[0].reason)
        elif found.busy is None:
            yield calendar, "Google gave neither busy time nor an error"
        else:
            try:
                yield calendar, [_interval(period) for period in found.busy]
            except ValueError as error:
                yield calendar, f"Google gave busy time that cannot be read ({error})"


def _reason(reason: str) -> str:
    if reason == "notFound":
        return "notFound: the calendar does not exist, or is not shared with the desk"
    return reason or "Google gave an error without a reason"


def _interval(period: Period) -> Interval:
    start, end = datetime.fromisoformat(period.start), datetime.fromisoformat(period.end)
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("no offset")
    return Interval(start.astimezone(UTC), end.astimezone(UTC))


def merged(intervals: Sequence[Interval], window: Interval) -> tuple[Interval, ...]:
    """Sorted, disjoint, inside the window, in UTC: nothing says that Google does any of it."""
    first, last = window.start.astimezone(UTC), window.end.astimezone(UTC)
    done: list[Interval] = []
    for interval in sorted(intervals, key=lambda found: found.start):
        start, end = max(interval.start, first), min(interval.end, last)
        if start >= end:
            continue
        if done and start <= done[-1].end:
            done[-1] = Interval(done[-1].start, max(done[-1].end, end))
        else:
            done.append(Interval(start, end))
    return tuple(done)
