"""Recurring events and their occurrences, changed ones and those that exist only by the rule."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import datetime

from pupitre.emulators.google import recurrence
from pupitre.emulators.google.model import HORIZON_OF_ENDING, Calendar, Event, FormerShape, Shape
from pupitre.emulators.google.state import State
from pupitre.emulators.google.times import Point, from_ms


def find(state: State, calendar: Calendar, event_id: str) -> Event | None:
    """The stored event, or the occurrence of a stored series that this id names. An occurrence is made on the spot."""
    events = state.events.get(calendar.id, {})
    if event_id in events:
        return events[event_id]
    parts = recurrence.split_occurrence_id(event_id)
    series = events.get(parts[0]) if parts else None
    if parts is None or series is None or not series.recurring:
        return None
    original = recurrence.original_of(parts[1], series.start.zone)
    if original is None or (original.day is None) != (series.start.day is None):
        return None
    return occurrence(series, original) if _occurs(series.shape(), calendar, original) else None


def occurrence(series: Event, original: Point) -> Event:
    """The occurrence as the rule makes it."""
    body = copy.deepcopy(series.body)
    body.pop("recurrence", None)
    body["start"] = original.stored()
    body["end"] = recurrence.end_of(series.shape(), original).stored()
    body["recurringEventId"] = series.id
    body["originalStartTime"] = original.stored()
    return Event(
        id=recurrence.occurrence_id(series.id, original),
        calendar=series.calendar,
        body=body,
        order=series.order,
        version=series.version,
        created_ms=series.created_ms,
        updated_ms=series.updated_ms,
    )


def exceptions(state: State, calendar_id: str, series_id: str) -> list[Event]:
    """The occurrences that were changed or cancelled one by one."""
    return [e for e in state.events.get(calendar_id, {}).values() if e.master == series_id]


def unfold(
    state: State, calendar: Calendar, series: Event, after: datetime | None, before: datetime | None
) -> list[Event]:
    """All occurrences, changed and cancelled ones too, that end after `after` and start before `before`."""
    changed = {e.id: e for e in exceptions(state, calendar.id, series.id)}
    points: Iterator[Point]
    if before is None:
        points = recurrence.all_starts(series.shape(), calendar.time_zone)
    else:
        low = after or series.start.begins(calendar.time_zone)
        furthest = max(low, series.start.begins(calendar.time_zone), from_ms(series.updated_ms)) + HORIZON_OF_ENDING
        points = recurrence.starts(series.shape(), calendar.time_zone, low, min(before, furthest))
    made = (occurrence(series, point) for point in points)
    found = [e for e in made if e.id not in changed]
    found += changed.values()
    return [e for e in found if overlaps(e, calendar, after, before)]


def overlaps(event: Event, calendar: Calendar, after: datetime | None, before: datetime | None) -> bool:
    """Whether it ends after the one and starts before the other; both bounds exclusive, None is no bound."""
    return (after is None or event.end.begins(calendar.time_zone) > after) and (
        before is None or event.start.begins(calendar.time_zone) < before
    )


def reshape(state: State, calendar: Calendar, series: Event, before: Shape) -> None:
    """The event takes place at other times than `before`: remember those, and cancel changed occurrences that are lost.

    The event has its new body and version already.
    """
    series.former.append(FormerShape(until=series.version, shape=before))
    for changed in exceptions(state, calendar.id, series.id):
        original = Point.of(changed.body["originalStartTime"])
        kept = series.recurring and (original.day is None) == (series.start.day is None)
        if not changed.cancelled and not (kept and _occurs(series.shape(), calendar, original)):
            version, now = state.stamp()
            changed.body["status"] = "cancelled"
            changed.version, changed.updated_ms = version, now
            state.keep_event(changed)


def ids_at(series: Event, calendar: Calendar, version: int) -> set[str]:
    """The ids under which the event was listed one by one when the state had this version; empty before it was made."""
    if series.order > version:
        return set()
    shape = next((f.shape for f in series.former if f.until > version), series.shape())
    if not shape.recurrence:
        return {series.id}
    return {recurrence.occurrence_id(series.id, p) for p in recurrence.all_starts(shape, calendar.time_zone)}


def _occurs(shape: Shape, calendar: Calendar, original: Point) -> bool:
    begins = original.begins(calendar.time_zone)
    around = recurrence.starts(shape, calendar.time_zone, begins - recurrence.INSTANT, begins + recurrence.INSTANT)
    return any(point.begins(calendar.time_zone) == begins for point in around)
