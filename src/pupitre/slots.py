"""Which slots may be offered, and in what order: pure interval algebra over merged spans.

`free` is the one function that says whether a slot may be given; offers and commitments both go through it.
Opening hours are wall-clock hours of the tenant's zone, on both sides of a DST change; everything else is computed on
spans of POSIX seconds, sorted and merged, so that fifty agents with full calendars cost milliseconds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from math import ceil
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from pupitre.model import BackendId, Interval, Slot
from pupitre.wish import Wish

Spans = tuple[tuple[int, int], ...]
"""Half-open spans of POSIX seconds, sorted, neither overlapping nor touching: what `merge` makes."""

Week = tuple[tuple[tuple[time, time], ...], ...]
"""Opening hours from Monday to Sunday: seven entries, each the wall-clock spans of that day."""

_OPEN = ((time(9), time(12, 30)), (time(14), time(18)))
OFFICE_HOURS: Week = (_OPEN, _OPEN, _OPEN, _OPEN, _OPEN, (), ())
"""Mon-Fri 09:00-12:30 and 14:00-18:00 (seed §1.1, `work_hours`)."""

MOST_OFFERS = 3
"""No caller keeps more than three choices in mind (seed §2.3)."""

_AFTERNOON = 13
"""The hour from which a start counts for the second half of its day: noon is the end of a morning's work."""

_FORESIGHT_DAYS = 366
"""How far beyond the window a wish is looked for, to know which side of it is nearest."""

_HOUR = timedelta(hours=1)

_FAR = 10**9
"""Seconds: farther than any wish."""


class NoSlot(StrEnum):
    """Why nothing could be offered (booking.md §Slots)."""

    FULLY_BOOKED = "fully_booked"
    CLOSED = "closed"
    NO_AGENT = "no_agent"
    HELD = "held"
    UNAVAILABLE = "unavailable"


class Rules(Struct, frozen=True):
    """A tenant's rules for slots."""

    timezone: str = "Europe/Paris"
    hours: Week = OFFICE_HOURS
    step: timedelta = timedelta(minutes=15)
    duration: timedelta = timedelta(minutes=30)
    first_day: int = 1
    """The window opens at 00:00 local so many days from today…"""
    end_day: int = 15
    """…and closes at 00:00 local of this day: J+1 to J+14, both whole."""
    notice: timedelta = timedelta()
    """How long before its start a slot may last be offered."""
    buffer_before: timedelta = timedelta()
    buffer_after: timedelta = timedelta()
    """Free time that an appointment wants around it; it may lie outside opening hours."""
    holidays: frozenset[date] = frozenset()
    apart: timedelta = timedelta(minutes=60)
    """Offers of one half-day start at least so far apart, if others can be found."""
    approx: timedelta = timedelta(minutes=60)
    """How far from an approximate hour ("vers 10 heures") still is what was asked."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def window(self, now: datetime) -> Interval:
        """What may be offered at this instant: whole local days, from the first one on."""
        today = now.astimezone(self.zone).date()
        first, end = (today + timedelta(days=days) for days in (self.first_day, self.end_day))
        return Interval(datetime.combine(first, time(), self.zone), datetime.combine(end, time(), self.zone))


class Candidate(Struct, frozen=True):
    """One agent, as far as his time goes."""

    agent_id: BackendId
    busy: Spans = ()
    """Planning, absences, and what is reserved for others."""
    held: Spans = ()
    """Offers that are being read out to others."""
    hours: Week | None = None
    """His own opening hours, in place of the tenant's."""
    preferred: bool = False
    """The patient's own agent, or the one whose appointment is moved: offered first."""

    @property
    def load(self) -> int:
        """Seconds of busy time: the less loaded agent is offered first."""
        return sum(end - start for start, end in self.busy)


class Offers(Struct, frozen=True):
    """What is read out: at most three slots, best first, or why there is none."""

    slots: tuple[Slot, ...] = ()
    nearest: bool = False
    """The wish could not be met; these come closest."""
    reason: NoSlot | None = None
    beyond: bool = False
    """It could not be met because all of it lies after the window."""


def merge(intervals: Iterable[Interval]) -> Spans:
    """These intervals as spans, widened to whole seconds."""
    return merge_spans((int(i.start.timestamp()), ceil(i.end.timestamp())) for i in intervals)


def merge_spans(pairs: Iterable[tuple[int, int]]) -> Spans:
    """Sorted, disjoint spans that cover exactly these pairs; empty ones vanish."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted(pairs):
        if start >= end:
            continue
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return tuple(spans)


@lru_cache(maxsize=256)
def openings(hours: Week, zone: ZoneInfo, holidays: frozenset[date], first: date, days: int) -> Spans:
    """Opening hours as spans, day by day from `first`, holidays left out. Closing at 00:00 is the day's end."""
    return merge(
        Interval(
            datetime.combine(day, opens, zone),
            datetime.combine(day if closes > opens else day + timedelta(days=1), closes, zone),
        )
        for day in (first + timedelta(days=n) for n in range(days))
        if day not in holidays
        for opens, closes in hours[day.weekday()]
    )


def free(candidate: Candidate, rules: Rules, window: Interval, not_before: datetime | None = None) -> Iterator[int]:
    """The starts (POSIX seconds) at which this agent can give a slot inside the window, whoever holds it.

    The grid counts in steps from each opening; holds are not looked at, so that "held" can be told from "busy".
    """
    earliest = int(max(window.start, not_before or window.start).timestamp())
    latest = int(window.end.timestamp())
    step, length = int(rules.step.total_seconds()), int(rules.duration.total_seconds())
    before, after = int(rules.buffer_before.total_seconds()), int(rules.buffer_after.total_seconds())
    busy, here = candidate.busy, 0
    for opens, closes in _openings_of(candidate, rules, window):
        for start in range(opens, min(closes, latest) - length + 1, step):
            if start < earliest:
                continue
            while here < len(busy) and busy[here][1] <= start - before:
                here += 1
            if here < len(busy) and busy[here][0] < start + length + after:
                continue
            yield start


def may_commit(slot: Slot, candidate: Candidate, rules: Rules) -> bool:
    """Whether this slot can still be given: what was offered may be committed as long as nothing changed.

    The window and the notice were the offer's: a call that runs past midnight does not lose its offers.
    """
    start, end = int(slot.start.timestamp()), int(slot.end.timestamp())
    rules = replace(rules, duration=slot.end.astimezone(UTC) - slot.start.astimezone(UTC))
    return start in free(candidate, rules, slot.interval) and not _overlapping(candidate.held, start, end)


class _Giver(NamedTuple):
    """Who gives a start; the least of these tuples does, where several can."""

    foreign: bool
    load: int
    order: str
    agent_id: BackendId


def propose(
    candidates: Sequence[Candidate],
    wish: Wish,
    rules: Rules,
    now: datetime,
    refused: Iterable[Slot] = (),
    engaged: Iterable[Interval] = (),
) -> Offers:
    """At most three offers for this wish, best first (booking.md §Slots, ranking).

    `refused` starts are not offered again while others exist, with whichever agent: the ear cannot tell them apart.
    `engaged` is when the patient is elsewhere already.
    """
    if not candidates:
        return Offers(reason=NoSlot.NO_AGENT)
    window = rules.window(now)
    length = int(rules.duration.total_seconds())
    held, givers = False, dict[int, _Giver]()
    elsewhere = merge(engaged)
    for candidate in candidates:
        giver = _Giver(not candidate.preferred, candidate.load, str(candidate.agent_id).zfill(20), candidate.agent_id)
        for start in free(candidate, rules, window, now + rules.notice):
            if elsewhere and _overlapping(elsewhere, start, start + length):
                continue
            if candidate.held and _overlapping(candidate.held, start, start + length):
                held = True
            elif start not in givers or giver < givers[start]:
                givers[start] = giver
    if not givers:
        if held:
            return Offers(reason=NoSlot.HELD)
        closed = not any(_openings_of(candidate, rules, window) for candidate in candidates)
        return Offers(reason=NoSlot.CLOSED if closed else NoSlot.FULLY_BOOKED)
    turned_down = {int(slot.start.timestamp()) for slot in refused}
    starts = [start for start in givers if start not in turned_down] or list(givers)
    times = {start: datetime.fromtimestamp(start, rules.zone) for start in starts}
    misfits = {start: miss for start, local in times.items() if (miss := _misfit(wish, local, rules)) is not None}
    nearest = not misfits
    if nearest:
        opened = merge_spans(span for candidate in candidates for span in _openings_of(candidate, rules, window))
        wished = _wished(wish, opened, rules, window)
        misfits = {start: _distance(start, local, wish, wished) for start, local in times.items()}
    chosen = _choose(misfits, givers, times, rules, soonest=wish.asap)
    return Offers(
        slots=tuple(
            Slot(times[start], (times[start].astimezone(UTC) + rules.duration).astimezone(rules.zone), agent_id)
            for start in chosen
            for agent_id in (givers[start].agent_id,)
        ),
        nearest=nearest,
        beyond=nearest and _beyond(wish, window),
    )


def _beyond(wish: Wish, window: Interval) -> bool:
    """Whether everything wished begins after the last day that may be offered."""
    firsts = [min(clause.dates, default=clause.window_start) for clause in wish.any_of]
    return bool(firsts) and all(first is not None and first >= window.end.date() for first in firsts)


def _choose(
    misfits: Mapping[int, int],
    givers: Mapping[int, _Giver],
    times: Mapping[int, datetime],
    rules: Rules,
    *,
    soonest: bool,
) -> list[int]:
    """The best starts, one after another: each choice changes what the next one is worth.

    All of them are held at once, so no agent is offered twice for the same minutes.
    """
    halves = {start: (times[start].date(), times[start].hour < _AFTERNOON) for start in misfits}
    apart, length = rules.apart.total_seconds(), rules.duration.total_seconds()
    left, chosen = set(misfits), list[int]()
    while left and len(chosen) < MOST_OFFERS:
        offered = {halves[start] for start in chosen}

        def worth(start: int) -> tuple[object, ...]:
            half, giver = halves[start], givers[start]
            crowded = half in offered and any(half == halves[o] and abs(start - o) < apart for o in chosen)  # noqa: B023 - called at once
            return crowded, misfits[start], giver.foreign and not soonest, half in offered, start  # noqa: B023 -- called at once

        best = min(left, key=worth)
        chosen.append(best)
        agent = givers[best].agent_id
        left -= {start for start in left if abs(start - best) < length and givers[start].agent_id == agent}
    return chosen


def _misfit(wish: Wish, local: datetime, rules: Rules) -> int | None:
    """How far this start is from what was asked, in seconds; None when it is not what was asked."""
    if not wish.allows(local):
        return None
    distances = [
        abs(_seconds(local.time()) - _seconds(clause.at)) if clause.at is not None and clause.approx else 0
        for clause in wish.any_of
        if clause.allows(local)
    ]
    miss = min(distances, default=0)
    return miss if miss <= rules.approx.total_seconds() else None


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def _wished(wish: Wish, opened: Spans, rules: Rules, window: Interval) -> list[int]:
    """The starts the caller would have liked, sorted: in opening hours if there are any such, else at any hour.

    A wish that lies outside the window is met by its nearest day on each side.
    """
    first, end = window.start.date(), window.end.date()
    inside = [
        instant
        for n in range((end - first).days)
        for instant in _wished_on(first + timedelta(days=n), wish, rules, rules.step)
    ]
    if inside:
        return [instant for instant in inside if _overlapping(opened, instant, instant + 1)] or inside
    earlier = (_wished_on(first - timedelta(days=n), wish, rules, _HOUR) for n in range(1, rules.end_day + 1))
    later = (_wished_on(end + timedelta(days=n), wish, rules, _HOUR) for n in range(_FORESIGHT_DAYS))
    return next(filter(None, earlier), []) + next(filter(None, later), [])


def _wished_on(day: date, wish: Wish, rules: Rules, step: timedelta) -> list[int]:
    midnight = datetime.combine(day, time())
    clocks = {(midnight + n * step).time() for n in range(timedelta(days=1) // step)}
    clocks |= {clause.at for clause in wish.any_of if clause.at is not None}
    locals_ = (datetime.combine(day, clock, rules.zone) for clock in sorted(clocks))
    return [int(local.timestamp()) for local in locals_ if _misfit(wish, local, rules) is not None]


def _distance(start: int, local: datetime, wish: Wish, wished: Sequence[int]) -> int:
    """Seconds to the nearest start the caller would have liked; what he said no to comes after all else."""
    after = bisect_right(wished, start)
    gap = min((abs(start - instant) for instant in wished[max(after - 1, 0) : after + 1]), default=0)
    unwanted = any(clause.allows(local) for clause in wish.none_of)
    return gap + (_FAR if unwanted else 0)


def _openings_of(candidate: Candidate, rules: Rules, window: Interval) -> Spans:
    """When the agent is open on the days of the window."""
    first = window.start.astimezone(rules.zone).date()
    days = (window.end.astimezone(rules.zone).date() - first).days + 1
    return openings(candidate.hours or rules.hours, rules.zone, rules.holidays, first, days)


def _overlapping(spans: Spans, start: int, end: int) -> bool:
    """Whether sorted, disjoint spans share an instant with [start, end)."""
    following = bisect_right(spans, start, key=lambda span: span[1])
    return following < len(spans) and spans[following][0] < end
