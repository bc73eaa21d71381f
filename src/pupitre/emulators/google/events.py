"""Making and reading events: get, insert, import, quickAdd."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pupitre.emulators.google import errors, guests, series
from pupitre.emulators.google.call import Call
from pupitre.emulators.google.conference import take_conference
from pupitre.emulators.google.event_rules import check_id, stored_body
from pupitre.emulators.google.event_view import render
from pupitre.emulators.google.model import Calendar, Event
from pupitre.emulators.google.schema import check_shape
from pupitre.emulators.google.times import Point
from pupitre.emulators.google.wire import Json, Reply

_BASE32HEX = "0123456789abcdefghijklmnopqrstuv"
_ID_LENGTH = 26


def require(call: Call, calendar: Calendar) -> Event:
    """The event of the path. Raises 404; a cancelled event is found."""
    event = series.find(call.state, calendar, call.path["eventId"])
    if event is None:
        raise errors.not_found()
    return event


def answer(call: Call, calendar: Calendar, event: Event, **changed: str) -> Reply:
    """The event as an answer, with its ETag; `changed` overrides fields."""
    return Reply(200, {**render(call, calendar, event), **changed}, {"ETag": event.etag})


def get(call: Call) -> Reply:
    calendar = call.calendar("freeBusyReader")
    return answer(call, calendar, require(call, calendar))


def insert(call: Call) -> Reply:
    calendar = call.calendar("writer")
    check_shape("Event", call.body)
    check_invitations(call, call.body)
    event_id = _chosen_id(call, calendar)
    uid = call.body.get("iCalUID") or f"{event_id}@google.com"
    return answer(call, calendar, _make(call, calendar, event_id, uid, call.body))


def import_(call: Call) -> Reply:
    """A private copy of an event that lives elsewhere; the same iCalUID again updates the copy."""
    calendar = call.calendar("writer")
    check_shape("Event", call.body)
    uid = call.body.get("iCalUID")
    if not uid:
        raise errors.required("Missing iCalUID.")
    body = {**call.body, "eventType": "default"}
    events = call.state.events.get(calendar.id, {})
    known = next((e for e in events.values() if e.body.get("iCalUID") == uid and e.master is None), None)
    if known is None:
        return answer(call, calendar, _make(call, calendar, _id_of_uid(uid, events), uid, body, imported=True))
    before = known.shape()
    fresh = stored_body(body, calendar)
    carried = ("creator", "organizer", "iCalUID", "privateCopy")
    known.body = {**fresh, **{k: known.body[k] for k in carried if k in known.body}}
    known.version, known.updated_ms = call.state.stamp()
    series.reshape(call.state, calendar, known, before)
    call.state.keep_event(known)
    return answer(call, calendar, known)


def quick_add(call: Call) -> Reply:
    """An event of one hour from a text; of times, `tomorrow`, `yyyy-mm-dd` and `3pm`, `15:30` are understood."""
    calendar = call.calendar("writer")
    text = call.text("text") or ""
    now = call.state.clock.now().astimezone(ZoneInfo(calendar.time_zone))
    start = _quick_start(text, now.replace(second=0, microsecond=0))
    body = {
        "summary": text,
        "start": Point(instant=start, zone=calendar.time_zone).stored(),
        "end": Point(instant=start + timedelta(hours=1), zone=calendar.time_zone).stored(),
    }
    event_id = new_id()
    return answer(call, calendar, _make(call, calendar, event_id, f"{event_id}@google.com", body))


def new_id() -> str:
    return "".join(secrets.choice(_BASE32HEX) for _ in range(_ID_LENGTH))


def check_invitations(call: Call, body: Json) -> None:
    """Raise 403 when a service account that acts for nobody invites somebody."""
    if body.get("attendees") and not call.person.may_invite:
        raise errors.service_account_invites()


def _chosen_id(call: Call, calendar: Calendar) -> str:
    """The client's id, or a new one. An id is burnt for ever, also by an event that was deleted."""
    chosen = call.body.get("id")
    if chosen is None:
        return new_id()
    if not isinstance(chosen, str):
        raise errors.invalid("Invalid resource id value.")
    check_id(chosen)
    if chosen in call.state.events.get(calendar.id, {}):
        raise errors.duplicate()
    return chosen


def _id_of_uid(uid: str, taken: dict[str, Event]) -> str:
    local = uid.removesuffix("@google.com")
    if local != uid and re.fullmatch(r"[a-v0-9]{5,1024}", local, re.ASCII) and local not in taken:
        return local
    digest = int.from_bytes(hashlib.sha256(uid.encode()).digest())
    return "_" + "".join(_BASE32HEX[digest >> (5 * i) & 31] for i in range(_ID_LENGTH))


def _make(call: Call, calendar: Calendar, event_id: str, uid: str, raw: Json, *, imported: bool = False) -> Event:
    body = stored_body(raw, calendar)
    body.pop("conferenceData", None)
    body |= take_conference(call, raw, {})
    if not call.flag("supportsAttachments"):
        body.pop("attachments", None)
    body["sequence"] = raw.get("sequence") or 0
    body["iCalUID"] = uid
    body["creator"] = {"email": call.person.email}
    body["organizer"] = _organizer(calendar)
    if imported:
        body["privateCopy"] = True
        if raw.get("organizer", {}).get("email"):
            body["organizer"] = {k: v for k, v in raw["organizer"].items() if k in ("email", "displayName")}
    version, now = call.state.stamp()
    event = Event(
        id=event_id, calendar=calendar.id, body=body, order=version, version=version, created_ms=now, updated_ms=now
    )
    call.state.keep_event(event)
    guests.spread(call.state, event)
    return event


def _organizer(calendar: Calendar) -> Json:
    name = {} if calendar.primary else {"displayName": calendar.body.get("summary", calendar.id)}
    return {"email": calendar.id, **name}


def _quick_start(text: str, now: datetime) -> datetime:
    day = re.search(r"\b(\d{4})-(\d\d)-(\d\d)\b", text)
    clock = re.search(r"\b(\d{1,2})(?::(\d\d))?\s*(am|pm)\b|\b(\d{1,2}):(\d\d)\b", text, re.IGNORECASE)
    start = now
    try:
        if day:
            start = start.replace(year=int(day[1]), month=int(day[2]), day=int(day[3]))
        elif re.search(r"\btomorrow\b", text, re.IGNORECASE):
            start += timedelta(days=1)
        if clock and clock[3]:
            hour = int(clock[1]) % 12 + (12 if clock[3].lower() == "pm" else 0)
            start = start.replace(hour=hour, minute=int(clock[2] or 0))
        elif clock:
            start = start.replace(hour=int(clock[4]), minute=int(clock[5]))
    except ValueError as error:
        raise errors.invalid("Invalid value for: text") from error
    return start
