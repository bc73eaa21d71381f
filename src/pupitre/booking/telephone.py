"""What one tenant's reminders are dialled with: the gateway, the calls made so far, and the rules of calling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from msgspec import Struct

from pupitre.ports import Caps, Dialer, OutboundCalls, Outcomes

_AT_ONCE = 2


class DialRules(Struct, frozen=True):
    """A tenant's rules of calling. Those of a reminder of a day or more differ from those of hours."""

    lines: int | None = 10
    """Calls at the same time; None where ringing takes no line."""
    starts_per_minute: int = 60
    per_number_a_day: int = 10
    dials: int = 3
    """In all, the first included; all on the same day."""
    spacing: timedelta = timedelta(minutes=60)
    spacing_of_hours: timedelta = timedelta(minutes=15)
    latest: timedelta = timedelta(hours=2)
    """So long before the appointment it is too late for yesterday's reminder…"""
    latest_of_hours: timedelta = timedelta(minutes=10)
    """…and so long before, for one of that hour."""
    unheard: timedelta | None = timedelta(minutes=5)
    """A call of which the gateway tells nothing for so long was not answered; None: it rings on."""
    resting: timedelta = timedelta(minutes=5)
    """When most calls of the last minutes could not be made, nothing is dialled for so long."""
    few: int = 5
    """Calls that prove nothing about the gateway yet."""

    @property
    def caps(self) -> Caps:
        """What all processes together keep to."""
        return Caps(self.lines, self.starts_per_minute)


def untold(_outcome: str) -> None:
    """Nobody counts."""


@dataclass(frozen=True, slots=True)
class Telephone:
    """See the module's first lines. Without a dialer nothing is dialled."""

    calls: OutboundCalls
    dialer: Dialer | None
    rules: DialRules = field(default_factory=DialRules)
    outcomes: Outcomes | None = None
    """The record, where it keeps outcomes."""
    told: Callable[[str], None] = untold
    """Told the outcome of each call."""
    at_once: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, _AT_ONCE))
    """Jobs that this process begins side by side: callers who are talking come first."""
