"""Reminders: when they are due, when they are dialled, and how they follow their appointment (booking.md §Reminders).

`due` is nominal: the same wall-clock hour so many days before, or so many hours before. `dial_at` is when the phone
may ring: never outside the permitted hours, and for a reminder of a day or more not on a Sunday or holiday either.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from msgspec.structs import replace

from pupitre.booking.world import Policy, World
from pupitre.model import Appointment, AppointmentStatus, Intent
from pupitre.ports import Due, Reminder, ReminderStatus
from pupitre.slots import Rules

DUE_KIND = "reminder"
"""Of the rows of due work that begin a reminder call."""

_OFFSET = re.compile(r"P(?:(?P<days>\d+)D)?(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?")
_SUNDAY = 6
_UNDONE = (ReminderStatus.CANCELED, ReminderStatus.DROPPED)


def split(offset: str) -> tuple[int, timedelta]:
    """Whole days and the rest of an ISO 8601 duration like "P1D" or "PT1H30M". Raises ValueError for anything else."""
    found = _OFFSET.fullmatch(offset)
    if found is None or not any(found.groups()):
        raise ValueError(f"{offset!r} is not an offset: write P1D for a day before, PT1H for an hour before")
    days, hours, minutes = (int(found[part] or 0) for part in ("days", "hours", "minutes"))
    return days, timedelta(hours=hours, minutes=minutes)


def due_at(start: datetime, offset: str, rules: Rules) -> datetime:
    """The nominal instant. Days are wall-clock days of the tenant's zone, hours are elapsed hours."""
    days, rest = split(offset)
    local = start.astimezone(rules.zone)
    wall = datetime.combine(local.date() - timedelta(days=days), local.time(), rules.zone)
    return (wall.astimezone(UTC) - rest).astimezone(rules.zone)


def dial_at(start: datetime, offset: str, rules: Rules, policy: Policy) -> datetime:
    """When the phone may ring for it."""
    due = due_at(start, offset, rules)
    opens, closes = time(policy.permitted_from), time(policy.permitted_to)
    day, clock = due.date(), due.time()
    whole_days, _ = split(offset)
    if clock < opens:
        clock = opens
    elif clock >= closes:
        clock = time(policy.permitted_to - 1)
    while whole_days and (day.weekday() == _SUNDAY or day in rules.holidays):
        day -= timedelta(days=1)
    return datetime.combine(day, clock, rules.zone)


def planned(appointment: Appointment, offsets: Sequence[str], rules: Rules, policy: Policy) -> list[Reminder]:
    """The reminders of an appointment, whether or not their time has passed."""
    start = appointment.slot.start
    return [
        Reminder(
            id=f"{appointment.id}-{offset}-{start.astimezone(UTC):%Y%m%dT%H%M}",
            appointment_id=appointment.id,
            patient_id=appointment.patient_id,
            offset=offset,
            starts=start,
            due=due_at(start, offset, rules),
            dial_at=dial_at(start, offset, rules, policy),
        )
        for offset in dict.fromkeys(offsets)
    ]


async def agree(world: World, appointment: Appointment, offsets: Sequence[str]) -> Sequence[Reminder]:
    """Set exactly these reminders, as the caller agreed to. Again: nothing changes. What is past is not created.

    Raises Unavailable, ValueError for an offset that is none.
    """
    now = world.now()
    known = {reminder.id: reminder for reminder in await world.reminders.of(appointment.id)}
    active = appointment.status in (AppointmentStatus.CONFIRMED, AppointmentStatus.PENDING)
    wanted = [
        reminder
        for reminder in planned(appointment, offsets, world.rules, world.policy)
        if active and reminder.dial_at >= now and reminder.dial_at < appointment.slot.start
    ]
    # One that nobody answered waits for another try at its own time, and stays while its appointment stands.
    tried = {reminder.id for reminder in planned(appointment, offsets, world.rules, world.policy) if active}
    ids = {reminder.id for reminder in wanted} | {id_ for id_ in tried & known.keys() if known[id_].dials}
    # What is agreed to, but has no time now, comes back with the next one: see `follow`.
    timeless = appointment.status is AppointmentStatus.TO_RESCHEDULE or (active and offsets and not ids)
    undone = ReminderStatus.DROPPED if timeless else ReminderStatus.CANCELED
    dropped = [
        replace(reminder, status=undone)
        for reminder in known.values()
        if reminder.id not in ids and reminder.status is ReminderStatus.SCHEDULED
    ]
    created = [reminder for reminder in wanted if reminder.id not in known or known[reminder.id].status in _UNDONE]
    if dropped or created:
        await world.reminders.put([*dropped, *created])
    await world.due.drop(world.tenant, DUE_KIND, [reminder.id for reminder in dropped])
    await world.due.put(
        [
            Due(world.tenant, reminder.id, DUE_KIND, reminder.id, reminder.dial_at)
            for reminder in wanted
            if reminder.id not in known or known[reminder.id].status in _UNDONE or _untried(known[reminder.id])
        ]
    )
    return wanted


def _untried(reminder: Reminder) -> bool:
    return reminder.status is ReminderStatus.SCHEDULED and not reminder.dials


async def follow(world: World, appointment: Appointment) -> None:
    """Let the reminders that were agreed to follow their appointment: moved with it, gone when it is not confirmed.

    What was dropped because there was no time for it comes back with the next one; what was cancelled does not.
    """
    agreed = await _agreed(world, appointment)
    if agreed:
        await agree(world, appointment, agreed)


async def _agreed(world: World, appointment: Appointment) -> Sequence[str]:
    """The offsets the caller wants: also those for which it was too late before this move, or already at the booking.

    None once all are cancelled: they were declined.
    """
    rows = await world.reminders.of(appointment.id)
    live = [row for row in rows if row.status is not ReminderStatus.CANCELED]
    if not live:
        return ()
    starts = {row.starts for row in live}
    left_behind = [row for row in rows if row.starts not in starts]
    agreed = [row.offset for row in (*live, *left_behind)]
    unknown = [offset for offset in world.policy.offsets if all(row.offset != offset for row in rows)]
    if unknown:
        for booked in await world.commitments.find(appointment_id=appointment.id):
            if booked.intent is Intent.BOOK and booked.slot is not None:
                start, asked_at = booked.slot.start, booked.asked_at
                agreed += [one for one in unknown if dial_at(start, one, world.rules, world.policy) < asked_at]
    return agreed
