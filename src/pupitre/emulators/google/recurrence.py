"""Series: when their occurrences begin. Wall time is kept over changes of the clock, as in RFC 5545."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from pupitre.emulators.google.errors import invalid
from pupitre.emulators.google.model import HORIZON, HORIZON_OF_ENDING, Shape
from pupitre.emulators.google.times import Point, from_ms

_LINE = re.compile(r"(RRULE|EXRULE|RDATE|EXDATE)((?:;[^:]*)?):(.+)", re.IGNORECASE | re.DOTALL)
_UNTIL = re.compile(r"UNTIL=(\d{8})(?:T(\d{6})(Z?))?", re.IGNORECASE)
_LONGEST_OFFSET = timedelta(days=1)
"""Wall time and UTC are never further apart."""

INSTANT = timedelta(seconds=1)
"""The unit of time in events."""


def check(lines: Sequence[str], start: Point, zone_name: str) -> None:
    """Raise Refusal unless these lines describe a series."""
    if not any(line.upper().startswith(("RRULE", "RDATE")) for line in lines):
        raise invalid("Invalid recurrence rule.")
    shape = Shape(start.stored(), start.stored(), tuple(lines))
    try:
        rules = _rules(shape, zone_name)
        first = next(iter(rules), None)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise invalid("Invalid recurrence rule.") from error
    if first is None:
        raise invalid("Invalid recurrence rule.")


def starts(shape: Shape, zone_name: str, after: datetime, before: datetime) -> Iterator[Point]:
    """Starts of the occurrences that end after `after` and start before `before`, in order.

    `zone_name` is the calendar's: it is where days begin, and the series' zone if it names none. What is no series has
    one occurrence.
    """
    length = duration(shape, zone_name)
    if not shape.recurrence:
        candidates: Iterator[Point] = iter([shape.starts])
    else:
        zone = ZoneInfo(shape.starts.zone or zone_name)
        low = (after - length - _LONGEST_OFFSET).astimezone(zone).replace(tzinfo=None)
        high = (before + _LONGEST_OFFSET).astimezone(zone).replace(tzinfo=None)
        candidates = (
            _point(local, shape.starts, zone) for local in _rules(shape, zone_name).between(low, high, inc=True)
        )
    for point in candidates:
        begins = point.begins(zone_name)
        if begins + length > after and begins < before:
            yield point


def all_starts(shape: Shape, zone_name: str) -> Iterator[Point]:
    """Starts of all occurrences up to the horizon, which lies further away for a series that ends."""
    begins = shape.starts.begins(zone_name)
    ends = re.search(r"(COUNT|UNTIL)=", "".join(shape.recurrence), re.IGNORECASE)
    horizon = max(begins, from_ms(shape.updated_ms)) + (HORIZON_OF_ENDING if ends else HORIZON)
    yield from starts(shape, zone_name, begins - INSTANT, horizon)


def duration(shape: Shape, zone_name: str) -> timedelta:
    """From start to end of each occurrence; of an all-day event, in days of the calendar at its first one."""
    return shape.ends.begins(zone_name) - shape.starts.begins(zone_name)


def end_of(shape: Shape, start: Point) -> Point:
    """The end of the occurrence that starts there."""
    first, last = shape.starts, shape.ends
    if start.day is not None and first.day is not None and last.day is not None:
        return Point(day=start.day + (last.day - first.day), zone=last.zone)
    return Point(instant=start.moment() + (last.moment() - first.moment()), zone=last.zone)


def occurrence_id(series_id: str, original: Point) -> str:
    """`{id}_{yyyymmdd}` of an all-day series, else `{id}_{yyyymmdd}T{hhmmss}Z`."""
    if original.day is not None:
        return f"{series_id}_{original.day:%Y%m%d}"
    return f"{series_id}_{original.moment():%Y%m%dT%H%M%SZ}"


def split_occurrence_id(event_id: str) -> tuple[str, str] | None:
    """The series' id and the stamp, if this is the id of an occurrence."""
    found = re.fullmatch(r"(.+)_(\d{8}(?:T\d{6}Z)?)", event_id, re.ASCII)
    return (found[1], found[2]) if found else None


def original_of(stamp: str, zone_name: str | None) -> Point | None:
    """The original start that an occurrence's id names; None when it is no time."""
    try:
        if "T" not in stamp:
            return Point(day=datetime.strptime(stamp, "%Y%m%d").replace(tzinfo=UTC).date(), zone=zone_name)
        instant = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Point(instant=instant, zone=zone_name)


def _point(local: datetime, like: Point, zone: ZoneInfo) -> Point:
    if like.day is not None:
        return Point(day=local.date(), zone=like.zone)
    return Point(instant=local.replace(tzinfo=zone).astimezone(UTC), zone=like.zone)


def _rules(shape: Shape, zone_name: str) -> rruleset:
    zone = ZoneInfo(shape.starts.zone or zone_name)
    local_start = shape.starts.local(zone.key)
    rules = rruleset()
    for line in shape.recurrence:
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise ValueError(line)
        name, attributes, value = found[1].upper(), found[2], found[3]
        if name in ("RRULE", "EXRULE"):
            rule = _rule(value, local_start, zone)
            if name == "RRULE":
                rules.rrule(rule)
            else:
                rules.exrule(rule)
            continue
        for text in value.split(","):
            moment = _listed(text.strip(), attributes, zone)
            if shape.starts.day is None and "VALUE=DATE" in attributes.upper().replace("DATE-TIME", ""):
                moment = datetime.combine(moment.date(), local_start.time())
            if name == "RDATE":
                rules.rdate(moment)
            else:
                rules.exdate(moment)
    if any(line.upper().startswith("RDATE") for line in shape.recurrence):
        rules.rdate(local_start)
    return rules


def _rule(value: str, local_start: datetime, zone: ZoneInfo) -> rrule:
    """An RRULE over wall time; UNTIL, given in UTC, becomes wall time too. Raises ValueError."""
    if re.search(r"FREQ=(SECONDLY|MINUTELY|HOURLY)|INTERVAL=0*(;|$)", value, re.IGNORECASE):
        raise ValueError(value)

    def local_until(found: re.Match[str]) -> str:
        day, clock, utc = found.groups()
        if clock is None:
            return f"UNTIL={day}T235959"
        moment = datetime.strptime(day + clock, "%Y%m%d%H%M%S")  # noqa: DTZ007 -- its zone is the next line's matter
        if utc:
            moment = moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        return f"UNTIL={moment:%Y%m%dT%H%M%S}"

    rule = rrulestr(_UNTIL.sub(local_until, value), dtstart=local_start)
    if not isinstance(rule, rrule):
        raise TypeError(value)
    return rule


def _listed(text: str, attributes: str, zone: ZoneInfo) -> datetime:
    """One time of an RDATE or EXDATE line, as wall time in the series' zone. Raises ValueError, KeyError."""
    if re.fullmatch(r"\d{8}", text, re.ASCII):
        return datetime.combine(datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date(), time())
    moment = datetime.strptime(text.rstrip("Zz"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 -- its zone follows
    named = re.search(r"TZID=([^;:]+)", attributes, re.IGNORECASE)
    if text[-1] in "Zz":
        return moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    if named:
        return moment.replace(tzinfo=ZoneInfo(named[1])).astimezone(zone).replace(tzinfo=None)
    return moment
