"""How a stored event looks to the person who asks for it."""

from __future__ import annotations

import base64
import copy

from pupitre.emulators.google.call import Call, quoted, rank
from pupitre.emulators.google.model import Calendar, Event
from pupitre.emulators.google.times import Point, stamp_text
from pupitre.emulators.google.wire import Json

_UNSAID_DEFAULTS = {
    "transparency": "opaque",
    "visibility": "default",
    "guestsCanInviteOthers": True,
    "guestsCanModify": False,
    "guestsCanSeeOtherGuests": True,
    "anyoneCanAddSelf": False,
    "privateCopy": False,
    "endTimeUnspecified": False,
}
"""Fields that an answer leaves out while they have these values."""

_FREE_BUSY_FIELDS = frozenset({"eventType", "recurringEventId", "originalStartTime", "transparency", "recurrence"})


def render(call: Call, calendar: Calendar, event: Event, *, bare_tombstones: bool = False) -> Json:
    """The event resource for this call: its time zone, its number of attendees, its person's rights."""
    zone = call.text("timeZone") or calendar.time_zone
    head = {"kind": "calendar#event", "etag": event.etag, "id": event.id, "status": event.body["status"]}
    if event.cancelled and (event.bare or event.master is not None or bare_tombstones):
        return head | _origin(event, zone)
    role = call.role_on(calendar)
    body = copy.deepcopy(event.body)
    times = {"start": event.start.rendered(zone), "end": event.end.rendered(zone)}
    hidden = body.get("visibility") in ("private", "confidential") and rank(role) < rank("writer")
    if rank(role) < rank("reader") or (hidden and not _is_guest(call, event)):
        kept = {k: v for k, v in body.items() if k in _FREE_BUSY_FIELDS}
        return head | kept | times | _origin(event, zone) | {"visibility": "private", **_stamps(event)}
    for name, default in _UNSAID_DEFAULTS.items():
        if body.get(name) == default:
            del body[name]
    for who in ("creator", "organizer"):
        _mark_self(body[who], calendar)
    _show_attendees(call, calendar, event, body)
    link = base64.urlsafe_b64encode(f"{event.id} {calendar.id}".encode()).decode().rstrip("=")
    return {
        **head,
        "htmlLink": f"https://www.google.com/calendar/event?eid={link}",
        **_stamps(event),
        **{k: v for k, v in body.items() if k != "status"},
        **times,
        **_origin(event, zone),
    }


def _stamps(event: Event) -> Json:
    return {"created": stamp_text(event.created_ms), "updated": stamp_text(event.updated_ms)}


def _origin(event: Event, zone: str) -> Json:
    """What ties an occurrence to its series."""
    if event.master is None:
        return {}
    original = Point.of(event.body["originalStartTime"]).rendered(zone)
    return {"recurringEventId": event.master, "originalStartTime": original}


def _mark_self(who: Json, calendar: Calendar) -> None:
    if who.get("email") == calendar.id:
        who["self"] = True


def _is_guest(call: Call, event: Event) -> bool:
    return any(a["email"] == call.person.email for a in event.body.get("attendees", ()))


def _show_attendees(call: Call, calendar: Calendar, event: Event, body: Json) -> None:
    attendees: list[Json] = body.get("attendees", [])
    for attendee in attendees:
        _mark_self(attendee, calendar)
        if attendee["email"] == event.organizer:
            attendee["organizer"] = True
    own = [a for a in attendees if a.get("self")]
    if body.get("guestsCanSeeOtherGuests") is False and event.organizer != calendar.id:
        attendees = [a for a in attendees if a.get("self") or a.get("organizer")]
        body["attendees"] = attendees
    most = call.number("maxAttendees")
    if most is not None and len(attendees) > most:
        body["attendees"] = own
        body["attendeesOmitted"] = True
    if not body.get("attendees"):
        body.pop("attendees", None)


def resource_uri(calendar: Calendar) -> str:
    """The address under which this calendar's events are watched."""
    return f"https://www.googleapis.com/calendar/v3/calendars/{quoted(calendar.id)}/events?alt=json"
