"""freeBusy.query: when calendars are busy, without saying why.

Overlapping time is merged and sorted. Back-to-back events stay apart and an event that crosses a bound is not cut:
nothing says that Google does either, so a client must do both itself.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pupitre.emulators.google import errors, series
from pupitre.emulators.google.call import Call
from pupitre.emulators.google.model import Calendar, Event
from pupitre.emulators.google.schema import check_shape
from pupitre.emulators.google.state import State
from pupitre.emulators.google.times import BadTime, parse_instant, zone
from pupitre.emulators.google.wire import Json, Reply

_LONGEST = timedelta(days=90, hours=1)
"""A quarter whose ends may lie on both sides of a clock change; the real limit is undocumented."""

_MOST_CALENDARS = 50
_MOST_IN_GROUP = 100

Interval = tuple[datetime, datetime]


def query(call: Call) -> Reply:
    check_shape("FreeBusyRequest", call.body)
    if not call.person.calendar_user:
        raise errors.not_a_calendar_user()
    low, high = (_bound(call.body, name) for name in ("timeMin", "timeMax"))
    if high <= low:
        raise errors.empty_range("timeMax")
    if high - low > _LONGEST:
        raise errors.refuse(400, "timeRangeTooLong", "The requested time range is too long.", domain="calendar")
    zone_name = call.body.get("timeZone") or "UTC"
    if zone(zone_name) is None:
        raise errors.invalid("Invalid time zone.")
    most = _limit(call.body, "calendarExpansionMax", _MOST_CALENDARS)
    _limit(call.body, "groupExpansionMax", _MOST_IN_GROUP)
    items = list(dict.fromkeys(_id(item) for item in call.body.get("items") or []))
    calendars = {
        wanted: _answer(call, wanted, low, high, zone_name)
        if most is None or place < most
        else _error("tooManyCalendarsRequested")
        for place, wanted in enumerate(items)
    }
    bounds = {"timeMin": _bound_text(low), "timeMax": _bound_text(high)}
    return Reply(200, {"kind": "calendar#freeBusy", **bounds, "calendars": calendars})


def busy(state: State, calendar: Calendar, low: datetime, high: datetime) -> list[Interval]:
    """Busy time that touches the window: merged where it overlaps, sorted, not clipped."""
    spans: list[Interval] = []
    for event in state.events.get(calendar.id, {}).values():
        if event.recurring and not event.cancelled:
            stored = state.events[calendar.id]
            found = [e for e in series.unfold(state, calendar, event, low, high) if e.id not in stored]
        else:
            found = [event] if series.overlaps(event, calendar, low, high) else []
        spans += [
            (e.start.begins(calendar.time_zone), e.end.begins(calendar.time_zone))
            for e in found
            if _blocks(calendar, e)
        ]
    merged: list[Interval] = []
    for start, end in sorted(s for s in spans if s[1] > s[0]):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _blocks(calendar: Calendar, event: Event) -> bool:
    """An event blocks unless it is transparent, cancelled, a place of work, or an invitation that was declined."""
    if event.cancelled or event.body.get("transparency") == "transparent":
        return False
    if event.body["eventType"] in ("workingLocation", "birthday"):
        return False
    own = next((a for a in event.body.get("attendees", ()) if a["email"] == calendar.id), None)
    return own is None or own["responseStatus"] != "declined"


def _answer(call: Call, wanted: str, low: datetime, high: datetime, zone_name: str) -> Json:
    """One calendar; what cannot be read is an error beside an empty list, which does not mean free."""
    ordered = call.state.meta.freebusy_errors
    calendar_id = call.person.email if wanted == "primary" else wanted
    if calendar_id in ordered:
        return _error(ordered[calendar_id])
    try:
        calendar = call.calendar("freeBusyReader", calendar_id=calendar_id)
    except errors.Refusal:
        return _error("notFound")
    spans = busy(call.state, calendar, low, high)
    return {"busy": [{"start": _text(a, zone_name), "end": _text(b, zone_name)} for a, b in spans]}


def _error(reason: str) -> Json:
    return {"errors": [{"domain": "global", "reason": reason}], "busy": []}


def _id(item: Json) -> str:
    wanted = item.get("id")
    if not wanted:
        raise errors.required("Missing calendar id.")
    return str(wanted)


def _bound(body: Json, name: str) -> datetime:
    text = body.get(name)
    if text is None:
        raise errors.required(f"Missing {name} parameter.")
    try:
        return parse_instant(text)
    except BadTime as error:
        raise errors.refuse(400, "badRequest", "Bad Request") from error


def _limit(body: Json, name: str, most: int) -> int | None:
    wanted: int | None = body.get(name)
    if wanted is not None and not 1 <= wanted <= most:
        raise errors.invalid(f"Invalid value for: {name}")
    return wanted


def _bound_text(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S}.000Z"


def _text(instant: datetime, zone_name: str) -> str:
    if zone_name in ("UTC", "Etc/UTC", "GMT"):
        return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
    return instant.astimezone(ZoneInfo(zone_name)).isoformat()
