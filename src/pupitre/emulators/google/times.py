"""Instants, dates and zones as the API reads and writes them. Everything inside is aware."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from pupitre.emulators.google.wire import Json

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
_YEARS = range(1600, 2600)
"""Years that an event may touch: far from the ends of what dates can be reckoned with."""
_FIRST, _LAST = datetime(_YEARS[0], 1, 1, tzinfo=UTC), datetime(_YEARS[-1], 12, 31, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadTime(ValueError):
    """The text is no RFC 3339 time."""


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo | None:
    """The IANA zone of that exact name; None when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def parse_local_or_instant(text: str) -> datetime:
    """The time of an event, RFC 3339, aware if it has an offset, else naive; to the second. Raises BadTime."""
    value = _parse(text)
    if value.year not in _YEARS:
        raise BadTime(text)
    return value


def _parse(text: str) -> datetime:
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise BadTime(text)
    day, clock, _fraction, offset = found.groups()
    try:
        return datetime.fromisoformat(f"{day}T{clock}{(offset or '').upper().replace('Z', '+00:00')}")
    except ValueError as error:
        raise BadTime(text) from error


def parse_instant(text: str) -> datetime:
    """A bound, RFC 3339 with its mandatory offset, in UTC; fractions of a second are ignored. Raises BadTime.

    What lies outside of all events is brought to their edge: clients send their language's first or last time.
    """
    value = _parse(text)
    if value.tzinfo is None:
        raise BadTime(text)
    if value.year not in _YEARS:
        return _FIRST if value.year < _YEARS[0] else _LAST
    return min(max(value.astimezone(UTC), _FIRST), _LAST)


def parse_date(text: str) -> date:
    """`yyyy-mm-dd`. Raises BadTime."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise BadTime(text)
    try:
        value = date.fromisoformat(text)
    except ValueError as error:
        raise BadTime(text) from error
    if value.year not in _YEARS:
        raise BadTime(text)
    return value


def to_ms(instant: datetime) -> int:
    """Milliseconds since 1970."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def from_ms(value: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=value)


def stamp_text(ms: int) -> str:
    """`created` and `updated`: UTC with three decimals and Z."""
    moment = from_ms(ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def at_midnight(day: date, zone_name: str) -> datetime:
    """The instant at which this day begins there."""
    return datetime.combine(day, time(), ZoneInfo(zone_name)).astimezone(UTC)


class Point(Struct, frozen=True):
    """The start or end of an event: a day, or an instant with the zone that its recurrence lives in."""

    day: date | None = None
    instant: datetime | None = None
    """In UTC."""
    zone: str | None = None

    @classmethod
    def of(cls, stored: Json) -> Point:
        """From the shape that `stored` gives."""
        if "date" in stored:
            return cls(day=date.fromisoformat(stored["date"]), zone=stored.get("timeZone"))
        return cls(instant=datetime.fromisoformat(stored["dateTime"]).astimezone(UTC), zone=stored.get("timeZone"))

    def stored(self) -> Json:
        zone_part = {"timeZone": self.zone} if self.zone else {}
        if self.day is not None:
            return {"date": self.day.isoformat(), **zone_part}
        return {"dateTime": self.moment().isoformat(), **zone_part}

    def moment(self) -> datetime:
        """The instant of a timed point."""
        if self.instant is None:
            raise ValueError("an all-day point has no instant of its own")
        return self.instant

    def begins(self, calendar_zone: str) -> datetime:
        """The instant in UTC; a day begins at midnight in the calendar's zone."""
        return self.moment() if self.day is None else at_midnight(self.day, calendar_zone)

    def local(self, zone_name: str) -> datetime:
        """Wall time without zone, in which recurrences are expanded."""
        if self.day is not None:
            return datetime.combine(self.day, time())
        return self.moment().astimezone(ZoneInfo(zone_name)).replace(tzinfo=None)

    def rendered(self, zone_name: str) -> Json:
        """As the API answers: times in this zone's offset, days unchanged (they never shift)."""
        if self.day is not None:
            return {"date": self.day.isoformat()}
        text = self.moment().astimezone(ZoneInfo(zone_name)).isoformat()
        if zone_name in ("UTC", "Etc/UTC", "GMT"):
            text = text.removesuffix("+00:00") + "Z"
        return {"dateTime": text, **({"timeZone": self.zone} if self.zone else {})}
