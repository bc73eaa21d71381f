"""What an event may contain: checks of a whole body, and its form as it is stored.

A body arrives here complete: as sent by insert or update, or already merged by patch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pupitre.emulators.google import errors, recurrence
from pupitre.emulators.google.event_times import read_times
from pupitre.emulators.google.model import Calendar
from pupitre.emulators.google.schema import check_shape, known_part
from pupitre.emulators.google.wire import Json

_READ_ONLY = frozenset({
    "kind", "etag", "htmlLink", "created", "updated", "creator", "organizer", "hangoutLink", "locked", "gadget",
    "recurringEventId", "originalStartTime", "attendeesOmitted", "id", "iCalUID",
})  # fmt: skip
"""Fields of a body that a write does not take over; ids are handled by insert and import."""

_CHOICES: Mapping[str, frozenset[str]] = {
    "status": frozenset({"confirmed", "tentative", "cancelled"}),
    "transparency": frozenset({"opaque", "transparent"}),
    "visibility": frozenset({"default", "public", "private", "confidential"}),
    "eventType": frozenset({"birthday", "default", "focusTime", "fromGmail", "outOfOffice", "workingLocation"}),
}
_RESPONSES = frozenset({"needsAction", "declined", "tentative", "accepted"})
_MARKS = frozenset({"self", "organizer", "asyncOperation"})
"""What an answer says of an attendee and a write cannot."""
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;.]+(\.[^@\s<>,;.]+)+")
_ID = re.compile(r"[a-v0-9]{5,1024}", re.ASCII)

_MOST_ATTENDEES = 200
_MOST_REMINDERS = 5
_REMINDER_MINUTES = range(40320 + 1)
_MOST_PROPERTIES = 300
_MOST_PROPERTY_BYTES = 32 * 1024
_LONGEST_KEY = 44
_LONGEST_VALUE = 1024


def check_id(event_id: str) -> str:
    """An id that a client chose: base32hex, 5 to 1024 characters. Raises Refusal."""
    if not _ID.fullmatch(event_id):
        raise errors.invalid("Invalid resource id value.")
    return event_id


def stored_body(body: Json, calendar: Calendar) -> Json:
    """The writable part of a complete body, checked and in the form it is stored in. Raises Refusal."""
    check_shape("Event", body)
    kept = {k: v for k, v in known_part("Event", body).items() if k not in _READ_ONLY}
    kept.setdefault("status", "confirmed")
    kept.setdefault("eventType", "default")
    for name, allowed in _CHOICES.items():
        if name in kept and kept[name] not in allowed:
            raise errors.invalid(f"Invalid value for: {name}")
    start, end = read_times(kept, calendar.time_zone)
    kept["start"], kept["end"] = start.stored(), end.stored()
    if kept.get("recurrence"):
        recurrence.check(kept["recurrence"], start, start.zone or calendar.time_zone)
    else:
        kept.pop("recurrence", None)
    if "attendees" in kept:
        kept["attendees"] = _attendees(kept["attendees"])
    kept["reminders"] = _reminders(kept.get("reminders") or {"useDefault": True})
    _keep_properties(kept)
    _check_type(kept, calendar, all_day=start.day is not None)
    if not _is_https(kept.get("source", {}).get("url", "https://")):
        raise errors.invalid("Invalid source URL.")
    return kept


def _is_https(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _attendees(raw: list[Json]) -> list[Json]:
    """One entry per address; who has not said anything has not answered."""
    if len(raw) > _MOST_ATTENDEES:
        raise errors.refuse(
            400, "calendarLimits", f"The maximum number of attendees is {_MOST_ATTENDEES}.", domain="calendar"
        )
    kept: dict[str, Json] = {}
    for attendee in raw:
        email = attendee.get("email")
        if not email:
            raise errors.required("Missing attendee email.")
        if not _EMAIL.fullmatch(email):
            raise errors.invalid("Invalid attendee email.")
        entry = {k: v for k, v in attendee.items() if v is not None and k not in _MARKS}
        entry.setdefault("responseStatus", "needsAction")
        if entry["responseStatus"] not in _RESPONSES:
            raise errors.invalid("Invalid value for: responseStatus")
        kept.setdefault(email.lower(), {**entry, "email": email.lower()})
    return list(kept.values())


def _reminders(raw: Json) -> Json:
    overrides = raw.get("overrides") or []
    if raw.get("useDefault") and overrides:
        raise errors.refuse(
            400,
            "cannotUseDefaultRemindersAndSpecifyOverride",
            "Cannot specify both default reminders and overrides at the same time.",
            domain="calendar",
        )
    if len(overrides) > _MOST_REMINDERS:
        raise errors.invalid(f"The maximum number of override reminders is {_MOST_REMINDERS}.")
    for reminder in overrides:
        if reminder.get("method") not in ("email", "popup") or reminder.get("minutes") not in _REMINDER_MINUTES:
            raise errors.invalid("Invalid value for: reminders.overrides")
    return {"useDefault": bool(raw.get("useDefault")), **({"overrides": overrides} if overrides else {})}


def _keep_properties(kept: Json) -> None:
    """Keys that are too long vanish and values that are too long are cut, without a word.

    developers.google.com/workspace/calendar/api/guides/extended-properties
    """
    groups: Json = {}
    sent = kept.pop("extendedProperties", None) or {}
    for group in ("private", "shared"):
        raw = sent.get(group) or {}
        pairs = {
            key: value[:_LONGEST_VALUE] for key, value in raw.items() if value is not None and len(key) <= _LONGEST_KEY
        }
        if pairs:
            groups[group] = pairs
    everything = [(k, v) for pairs in groups.values() for k, v in pairs.items()]
    size = sum(len(k.encode()) + len(v.encode()) for k, v in everything)
    if len(everything) > _MOST_PROPERTIES or size > _MOST_PROPERTY_BYTES:
        raise errors.invalid("Extended properties limit exceeded.")
    if groups:
        kept["extendedProperties"] = groups


def _check_type(kept: Json, calendar: Calendar, *, all_day: bool) -> None:
    """The rules of developers.google.com/workspace/calendar/api/guides/calendar-status."""
    kind = kept["eventType"]
    if kind == "default":
        return
    if kind == "fromGmail":
        raise errors.invalid("Invalid value for: eventType")
    if not calendar.primary:
        message = f"Events of type {kind} can only be created on primary calendars."
        raise errors.refuse(400, "eventTypeRestriction", message, domain="calendar")
    if kind in ("outOfOffice", "focusTime") and all_day:
        message = f"Events of type {kind} cannot be all-day events."
        raise errors.refuse(400, "eventTypeRestriction", message, domain="calendar")
    if kind == "workingLocation":
        properties = kept.get("workingLocationProperties", {})
        if kept.get("transparency") != "transparent" or kept.get("visibility") != "public" or not properties:
            message = "A working location event must be transparent, public and have working location properties."
            raise errors.refuse(400, "malformedWorkingLocationEvent", message, domain="calendar")
    if kind == "birthday" and not all_day:
        raise errors.invalid("Birthday events must be all-day events.")
