"""When the phone may still ring for a reminder (booking.md §Reminders). Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from pupitre.booking.reminders import split
from pupitre.booking.telephone import DialRules
from pupitre.booking.world import Policy
from pupitre.ports import Reminder
from pupitre.slots import Rules

_SUNDAY = 6
_SOON = timedelta(minutes=10)
"""Spacing of the last dials of a day, when the usual one would pass its end."""


def permitted(at: datetime, offset: str, rules: Rules, policy: Policy) -> datetime:
    """The first instant from then on at which the phone may ring for a reminder of this offset."""
    opens, closes = time(policy.permitted_from), time(policy.permitted_to)
    whole_days, _ = split(offset)
    local = at.astimezone(rules.zone)
    while True:
        day = local.date()
        shut = whole_days and (day.weekday() == _SUNDAY or day in rules.holidays)
        if not shut and local.time() < opens:
            return datetime.combine(day, opens, rules.zone)
        if not shut and local.time() < closes:
            return local
        local = datetime.combine(day + timedelta(days=1), time(), rules.zone)


def too_late(at: datetime, reminder: Reminder, rules: Rules, dialling: DialRules) -> bool:
    """Whether a call at that instant would come too close to the appointment, or on another day than the last one."""
    days, _ = split(reminder.offset)
    latest = reminder.starts.astimezone(UTC) - (dialling.latest if days else dialling.latest_of_hours)
    other_day = at.astimezone(rules.zone).date() != reminder.dial_at.astimezone(rules.zone).date()
    return at > latest or (reminder.dials > 0 and other_day)


def may_dial(at: datetime, reminder: Reminder, rules: Rules, policy: Policy, dialling: DialRules) -> bool:
    """Whether it may ring once more at that instant."""
    on_time = permitted(at, reminder.offset, rules, policy) == at and not too_late(at, reminder, rules, dialling)
    return on_time and reminder.dials < dialling.dials


def next_dial(now: datetime, reminder: Reminder, rules: Rules, policy: Policy, dialling: DialRules) -> datetime | None:
    """When to try again after a call that nobody took; None when there is no more time, or it was tried enough."""
    days, _ = split(reminder.offset)
    for spacing in (dialling.spacing if days else dialling.spacing_of_hours, _SOON):
        at = (now.astimezone(UTC) + spacing).astimezone(rules.zone)
        if may_dial(at, reminder, rules, policy, dialling):
            return at
    return None
