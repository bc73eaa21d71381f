"""Whose turn it is when more reminders wait than may be dialled: the earliest appointment first.

The store keeps the caps, for all processes together; here it is only reckoned when looking again is worth it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pupitre.booking.reminders import DUE_KIND
from pupitre.booking.telephone import Telephone
from pupitre.booking.world import World
from pupitre.ports import Reminder

_MINUTE = timedelta(minutes=1)
_LOOK_AGAIN = timedelta(seconds=15)
_LONGEST = timedelta(minutes=5)
"""Nobody waits longer for a line without looking; who comes first is woken when one is given back."""
_WAITED = timedelta(days=2)
"""Nobody waits for a line longer."""


async def busy_until(world: World, telephone: Telephone, reminder: Reminder) -> datetime | None:
    """When to look again for a line; None: one is free for this reminder. Raises Unavailable."""
    now, caps = world.now(), telephone.rules.caps
    traffic = await telephone.calls.traffic(now)
    starts = max(caps.starts_per_minute - traffic.begun, 0)
    lines = None if caps.lines is None else max(caps.lines - traffic.lines, 0)
    before = await world.reminders.ahead(reminder, now - _WAITED, now)
    until = []
    if before >= starts:
        minutes, place = divmod(before - starts, caps.starts_per_minute)
        # So many may begin now, and each that has begun makes room for another a minute later.
        begun = await telephone.calls.begun(now, caps.starts_per_minute)
        until.append([*begun, *[now] * caps.starts_per_minute][place] + (minutes + 1) * _MINUTE)
    if lines is not None and before >= lines:
        rounds = 1 + (before - lines) // (caps.lines or 1)
        until.append(now + min(rounds * _LOOK_AGAIN, _LONGEST))
    return max(until, default=None)


async def wake(world: World, telephone: Telephone) -> None:
    """A line was given back: those who come first look now. Raises Unavailable."""
    caps = telephone.rules.caps
    if caps.lines is None:
        return
    now = world.now()
    traffic = await telephone.calls.traffic(now)
    free = min(caps.lines - traffic.lines, caps.starts_per_minute - traffic.begun)
    if free > 0:
        waiting = await world.reminders.waiting(now - _WAITED, now, free)
        await world.due.hasten(world.tenant, DUE_KIND, [one.id for one in waiting], now)
