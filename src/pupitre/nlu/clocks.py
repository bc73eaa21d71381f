"""Actions that make times of day: what a grammar's lines about hours and parts of the day are worth."""

from __future__ import annotations

from datetime import time

from pupitre.nlu.cascade import Action, Declined, Found, Impossible
from pupitre.wish import PERIOD_HOURS, Clause, Period

NOON = 12
SPAN = 120
"""Minutes that two hours said in a row may be apart to mean what lies between."""
LAST_AFTERNOON = 7
"""Hours up to this one, said without "du matin", are hours of the afternoon."""


def minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def at_minute(minute: int) -> time:
    """Raises Impossible outside the day; 24:00 is said for midnight."""
    if not 0 <= minute <= 24 * 60:
        raise Impossible
    return time(minute // 60 % 24, minute % 60)


def number(found: Found) -> int:
    """Number N: the word stands for N."""
    return int(found.words[0])


def hour(found: Found) -> int:
    """The hour said, as said ("une heure" is 1)."""
    return int(found.words[0]) if found.words else (found.numbers() or [1])[0]


def noon(found: Found) -> time:
    """At HH:MM."""
    hours, _, mins = found.words[0].partition(":")
    return time(int(hours), int(mins))


def clock(found: Found) -> time:
    """An hour or noon, plus the minutes given by the line or said."""
    numbers = found.numbers()
    hours = found.all("hour")
    if hours:
        start = _afternoon(int(str(hours[0])))
    elif found.all("noon"):
        start = NOON
    else:
        start = _afternoon(numbers.pop(0))
    extra = int(found.words[0]) if found.words else (numbers[-1] if numbers else 0)
    return at_minute(start * 60 + extra)


def clock_minus(found: Found) -> time:
    """An hour or noon less the minutes said: "dix heures moins vingt"."""
    hours = found.all("hour")
    start = _afternoon(int(str(hours[0]))) if hours else NOON
    return at_minute(start * 60 - found.numbers()[-1])


def _afternoon(said: int) -> int:
    return said + NOON if 1 <= said <= LAST_AFTERNOON else said


def clock_in(found: Found) -> time:
    """A clock time and the part of the day it lies in: "sept heures du matin", "huit heures du soir"."""
    (said,) = found.all("clock")
    (part,) = found.all("part")
    if not isinstance(said, time) or not isinstance(part, Clause):
        raise Impossible
    return within(said, part.periods)


def within(said: time, periods: tuple[Period, ...]) -> time:
    """The reading of a clock time, twelve hours earlier or later, that lies in one of these periods."""
    for hour_ in (said.hour, (said.hour + NOON) % 24):
        if any(PERIOD_HOURS[period][0] <= hour_ < PERIOD_HOURS[period][1] for period in periods):
            return said.replace(hour=hour_)
    return said


def declined(_: Found) -> Clause:
    """Words that only look like a part of the day: "onze heures au plus tard le matin"."""
    raise Declined


def part(found: Found) -> Clause:
    """Part PERIOD ..."""
    return Clause(periods=tuple(Period(word) for word in found.words))


def hours(found: Found) -> Clause:
    """Hours FROM TO: a part of the day that has no name of its own."""
    low, high = (noon(Found((), (word,), found.now)) for word in found.words)
    return Clause(not_before=low, not_after=high)


def _times(found: Found) -> list[time]:
    said = [piece.value for piece in found.pieces if isinstance(piece.value, time)]
    bare = [at_minute(_afternoon(n) * 60) for n in found.numbers()]
    first_is_bare = any(piece.key.isdigit() for piece in found.pieces[:2])
    return [*bare, *said] if first_is_bare else [*said, *bare]


def time_from(found: Found) -> Clause:
    return Clause(not_before=_times(found)[0])


def time_until(found: Found) -> Clause:
    return Clause(not_after=_times(found)[0])


def time_between(found: Found) -> Clause:
    low, high = _times(found)[:2]
    if high <= low and high.hour < NOON and minutes(high) + NOON * 60 > minutes(low):
        high = high.replace(hour=high.hour + NOON)
    if high <= low and low.hour >= NOON and low.hour - NOON <= LAST_AFTERNOON:
        low = low.replace(hour=low.hour - NOON)
    if high <= low:
        raise Impossible
    return Clause(not_before=low, not_after=high)


def time_span(found: Found) -> Clause:
    """Two hours said in a row, at most SPAN apart: "dix heures dix heures et demie"; other pairs are no span."""
    low, high = _times(found)[:2]
    if not 0 < minutes(high) - minutes(low) <= SPAN:
        raise Declined
    return Clause(not_before=low, not_after=high)


def time_about(found: Found) -> Clause:
    return Clause(at=_times(found)[0], approx=True)


ACTIONS: dict[str, Action] = {
    "number": number,
    "hour": hour,
    "at": noon,
    "clock": clock,
    "clock_minus": clock_minus,
    "clock_in": clock_in,
    "declined": declined,
    "part": part,
    "hours": hours,
    "time_from": time_from,
    "time_until": time_until,
    "time_between": time_between,
    "time_span": time_span,
    "time_about": time_about,
}
