"""A caller's wish: when would suit, as the canonical constraint of the contract (`constraints.when`).

Allowed time = union(any_of) minus union(none_of). With an empty `any_of`, `any`, `asap` or `none_of` mean
everything; all empty means that nothing was understood. Everything here is local wall time of the tenant.
"""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

from msgspec import Struct


class Period(StrEnum):
    """A named part of a day."""

    AM = "AM"
    PM = "PM"
    EVE = "EVE"
    EARLY_AM = "EARLY_AM"
    LATE_AM = "LATE_AM"
    MIDDAY = "MIDDAY"
    EARLY_PM = "EARLY_PM"
    LATE_PM = "LATE_PM"
    LATE_DAY = "LATE_DAY"


PERIOD_HOURS: dict[Period, tuple[int, int]] = {
    Period.AM: (0, 12),
    Period.PM: (12, 19),
    Period.EVE: (18, 24),
    Period.EARLY_AM: (0, 10),
    Period.LATE_AM: (10, 12),
    Period.MIDDAY: (12, 14),
    Period.EARLY_PM: (12, 15),
    Period.LATE_PM: (16, 19),
    Period.LATE_DAY: (17, 24),
}
"""Hours [from, to) of each period."""

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""Names of the days as in RFC 5545, Monday first (`date.weekday()` indexes it)."""


class Clause(Struct, frozen=True):
    """One wish: the AND of what is given. Windows include both ends; `not_after` is excluded, `not_before` included."""

    days: tuple[str, ...] = ()
    dates: tuple[date, ...] = ()
    periods: tuple[Period, ...] = ()
    at: time | None = None
    approx: bool = False
    not_before: time | None = None
    not_after: time | None = None
    window_start: date | None = None
    window_end: date | None = None

    def allows(self, start: datetime) -> bool:
        """Whether an appointment that starts at this local time fits; `at` is left to ranking when `approx`."""
        day, clock = start.date(), start.time()
        return (
            (not self.days or WEEKDAYS[day.weekday()] in self.days)
            and (not self.dates or day in self.dates)
            and (self.window_start is None or day >= self.window_start)
            and (self.window_end is None or day <= self.window_end)
            and (
                not self.periods
                or any(PERIOD_HOURS[period][0] <= clock.hour < PERIOD_HOURS[period][1] for period in self.periods)
            )
            and (self.not_before is None or clock >= self.not_before)
            and (self.not_after is None or clock < self.not_after)
            and (self.at is None or self.approx or clock == self.at)
        )


class Wish(Struct, frozen=True):
    """Everything a caller said of when; see the module's first lines for what it means together."""

    any_of: tuple[Clause, ...] = ()
    none_of: tuple[Clause, ...] = ()
    asap: bool = False
    any: bool = False
    conflict: bool = False
    """A weekday and a day number that disagree: to be asked again."""

    def __bool__(self) -> bool:
        """True when something was understood."""
        return bool(self.any_of or self.none_of or self.asap or self.any)

    def allows(self, start: datetime) -> bool:
        """Whether an appointment that starts at this local time is what the caller wishes."""
        wanted = not self.any_of or any(clause.allows(start) for clause in self.any_of)
        return wanted and not any(clause.allows(start) for clause in self.none_of)
