"""The start and end of an event as clients write them, with Google's error for each way to get it wrong."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

from pupitre.emulators.google import errors
from pupitre.emulators.google.times import BadTime, Point, parse_date, parse_local_or_instant, zone
from pupitre.emulators.google.wire import Json


def read_times(body: Json, calendar_zone: str) -> tuple[Point, Point]:
    """Start and end of a complete event body. Raises Refusal, naming start before end."""
    start, end = (_object(body, which) for which in ("start", "end"))
    both = (start, end)
    wrong = [
        which for which, raw in zip(("start", "end"), both, strict=True) if raw.get("timeZone") and not _is_zone(raw)
    ]
    if wrong:
        raise errors.Refusal(
            400,
            [errors.detail("global", "invalid", f"Invalid time zone definition for {w} time.") for w in wrong],
        )
    if any((raw.get("date") is None) == (raw.get("dateTime") is None) for raw in both) or (
        (start.get("date") is None) != (end.get("date") is None)
    ):
        raise errors.invalid("Start and end times must either both be date or both be dateTime.")
    recurring = bool(body.get("recurrence"))
    points = [_point(raw, calendar_zone, which, recurring=recurring) for raw, which in ((start, "start"), (end, "end"))]
    first, last = points
    empty = last.day <= first.day if first.day and last.day else last.begins("UTC") < first.begins("UTC")
    if empty:
        raise errors.empty_range()
    return first, last


def _object(body: Json, which: str) -> Json:
    raw = body.get(which)
    if not raw or (raw.get("date") is None and raw.get("dateTime") is None):
        raise errors.required(f"Missing {which} time.")
    found: Json = raw
    return found


def _is_zone(raw: Json) -> bool:
    return zone(raw["timeZone"]) is not None


def _point(raw: Json, calendar_zone: str, which: str, *, recurring: bool) -> Point:
    """One end of the event. An offset fixes the instant even where `timeZone` says otherwise."""
    name = raw.get("timeZone") or None
    try:
        if raw.get("date") is not None:
            return Point(day=parse_date(raw["date"]), zone=name)
        moment = parse_local_or_instant(raw["dateTime"])
    except BadTime as error:
        raise errors.invalid(f'Invalid value for: Invalid format: "{error}"') from error
    if name is None and (moment.tzinfo is None or recurring):
        raise errors.invalid(f"Missing time zone definition for {which} time.")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(str(name)))
    if name is None:
        name = "UTC" if raw["dateTime"][-1] in "Zz" else calendar_zone
    return Point(instant=moment.astimezone(UTC), zone=name)
