"""Changing events: patch, update, delete, move. Each honours If-Match and tells the guests' copies."""

from __future__ import annotations

import copy

from pupitre.emulators.google import errors, guests, series
from pupitre.emulators.google.call import Call
from pupitre.emulators.google.conference import take_conference
from pupitre.emulators.google.event_rules import stored_body
from pupitre.emulators.google.events import answer, check_invitations, require
from pupitre.emulators.google.model import Calendar, Event
from pupitre.emulators.google.schema import check_shape
from pupitre.emulators.google.wire import Json, Reply

_DERIVED = ("creator", "organizer", "iCalUID", "recurringEventId", "originalStartTime", "privateCopy")
"""What a change never touches."""


def patch(call: Call) -> Reply:
    """Objects merge, null deletes, arrays are replaced."""
    calendar, event = _to_change(call)
    check_shape("Event", call.body)
    if event.cancelled and "status" not in call.body:
        raise errors.forbidden()
    sent = copy.deepcopy(call.body)
    if sent.get("attendeesOmitted"):
        sent["attendees"] = _answers(event.body.get("attendees", []), sent.get("attendees") or [])
    return _change(call, calendar, event, merge(event.body, sent))


def update(call: Call) -> Reply:
    """What is left out is dropped."""
    calendar, event = _to_change(call)
    if event.cancelled:
        raise errors.forbidden()
    sent = copy.deepcopy(call.body)
    if sent.get("attendeesOmitted"):
        sent["attendees"] = _answers(event.body.get("attendees", []), sent.get("attendees") or [])
    return _change(call, calendar, event, {"eventType": event.body["eventType"], **sent})


def delete(call: Call) -> Reply:
    calendar = call.calendar("writer")
    event = require(call, calendar)
    if event.cancelled:
        raise errors.deleted()
    call.check_etag(event.etag)
    _cancel(call, calendar, event)
    return Reply(204)


def move(call: Call) -> Reply:
    """The event lives on under its id in the destination; the source keeps a bare tombstone.

    The answer may say `cancelled` although the move worked (seen at Google), so this one always does: read the event
    again on the destination.
    """
    source = call.calendar("writer")
    event = require(call, source)
    target = call.calendar("writer", calendar_id=call.text("destination"))
    call.check_etag(event.etag)
    if event.cancelled:
        raise errors.not_found()
    if event.master is not None:
        message = "Cannot change the organizer of an instance."
        raise errors.refuse(400, "cannotChangeOrganizerOfInstance", message, domain="calendar")
    if event.body["eventType"] != "default" or guests.is_guest_copy(source, event):
        message = "Cannot change the organizer of this event."
        raise errors.refuse(403, "cannotChangeOrganizer", message, domain="calendar")
    if target.id == source.id:
        raise errors.invalid_parameter("destination", "Invalid value for: destination")
    moving = [event, *series.exceptions(call.state, source.id, event.id)]
    at_target = call.state.events.get(target.id, {})
    if any(e.id in at_target and not at_target[e.id].moved_away for e in moving):
        raise errors.duplicate()
    moved = [_carry(call, target, e) for e in moving]
    return answer(call, target, moved[0], status="cancelled")


def _carry(call: Call, target: Calendar, event: Event) -> Event:
    version, now = call.state.stamp()
    body = copy.deepcopy(event.body)
    body["organizer"] = {"email": target.id}
    if not target.primary:
        body["organizer"]["displayName"] = target.body.get("summary", target.id)
    carried = Event(
        id=event.id,
        calendar=target.id,
        body=body,
        order=version,
        version=version,
        created_ms=event.created_ms,
        updated_ms=now,
    )
    event.body["status"] = "cancelled"
    event.bare = event.moved_away = True
    event.version, event.updated_ms = version, now
    call.state.keep_event(event)
    call.state.keep_event(carried)
    guests.spread(call.state, carried)
    return carried


def _to_change(call: Call) -> tuple[Calendar, Event]:
    calendar = call.calendar("writer")
    event = require(call, calendar)
    call.check_etag(event.etag)
    if event.moved_away:
        raise errors.forbidden()
    return calendar, event


def merge(before: Json, sent: Json) -> Json:
    """Patch semantics (developers.google.com/workspace/calendar/api/guides/performance#patch)."""
    merged = dict(before)
    for name, value in sent.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict) and isinstance(merged.get(name), dict):
            merged[name] = merge(merged[name], value)
        else:
            merged[name] = value
    return merged


def _answers(listed: list[Json], sent: list[Json]) -> list[Json]:
    """`attendeesOmitted`: only those who are sent change, and only in what is sent."""
    by_email = {a["email"]: a for a in listed}
    for attendee in sent:
        email = str(attendee.get("email", "")).lower()
        by_email[email] = {**by_email.get(email, {}), **attendee, "email": email}
    return list(by_email.values())


def _change(call: Call, calendar: Calendar, event: Event, raw: Json) -> Reply:
    """Write the complete new body `raw`."""
    if raw.get("attendees") != event.body.get("attendees"):
        check_invitations(call, raw)
    if raw.get("eventType", "default") != event.body["eventType"]:
        raise errors.invalid("Event type cannot be changed.")
    if event.master is not None and raw.get("recurrence"):
        raise errors.invalid("Cannot turn an instance of a recurring event into a recurring event itself.")
    sequence = _sequence(event, raw)
    body = stored_body(raw, calendar)
    body.pop("conferenceData", None)
    body |= take_conference(call, call.body, event.body)
    if not call.flag("supportsAttachments"):
        body.pop("attachments", None)
        body |= {"attachments": event.body["attachments"]} if "attachments" in event.body else {}
    body |= {k: event.body[k] for k in _DERIVED if k in event.body}
    body["sequence"] = sequence
    guest = guests.is_guest_copy(calendar, event)
    if guest and event.cancelled and body["status"] != "cancelled":
        raise errors.forbidden()
    if guest:
        guests.check_guest_change(event, body)
    if body["status"] == "cancelled" and not event.cancelled:
        _cancel(call, calendar, event, body)
    elif body != event.body:
        if _takes_place(body) != _takes_place(event.body) and sequence == event.body.get("sequence", 0):
            body["sequence"] = sequence + 1
        _write(call, calendar, event, body)
    written = series.find(call.state, calendar, event.id)
    return answer(call, calendar, written or event)


def _sequence(event: Event, raw: Json) -> int:
    known: int = event.body.get("sequence", 0)
    sent = raw.get("sequence")
    if sent is None:
        return known
    if sent < known:
        raise errors.invalid(
            "Invalid sequence value. The specified sequence number is below the current sequence number of the"
            " resource. Re-fetch the resource and use its sequence number on the following request."
        )
    return int(sent)


def _takes_place(body: Json) -> tuple[object, ...]:
    return body.get("start"), body.get("end"), body.get("recurrence"), body["status"] == "cancelled"


def _write(call: Call, calendar: Calendar, event: Event, body: Json) -> Event:
    """Store the new body; an occurrence that existed only by its rule becomes an exception."""
    state = call.state
    former, shape = event.body, event.shape()
    was_stored = event.id in state.events.get(calendar.id, {})
    version, now = state.stamp()
    reminders_only = {**former, "reminders": None} == {**body, "reminders": None}
    written = copy.copy(event)
    written.body = body
    written.version = version
    written.order = event.order if was_stored else version
    written.former = list(event.former) if was_stored else []
    if not reminders_only:
        written.updated_ms = max(now, event.updated_ms + 1)
    state.keep_event(written)
    if was_stored and event.master is None and _takes_place(former) != _takes_place(body):
        series.reshape(state, calendar, written, shape)
        state.keep_event(written)
    if guests.is_guest_copy(calendar, event):
        guests.carry_back(state, written)
    else:
        guests.spread(state, written, former=former)
    return written


def _cancel(call: Call, calendar: Calendar, event: Event, body: Json | None = None) -> None:
    """The event, and with a series its changed occurrences, become tombstones.

    With sendUpdates=none (the default) guests never learn of it: their copies stay.
    """
    cancelled = {**(body or copy.deepcopy(event.body)), "status": "cancelled"}
    cancelled["sequence"] = max(cancelled.get("sequence", 0), event.body.get("sequence", 0) + 1)
    changed = series.exceptions(call.state, calendar.id, event.id)
    written = _write(call, calendar, event, cancelled)
    for occurrence in changed:
        if not occurrence.cancelled:
            _write(call, calendar, occurrence, {**occurrence.body, "status": "cancelled"})
    told = call.text("sendUpdates") in ("all", "externalOnly") or call.flag("sendNotifications")
    if told and not guests.is_guest_copy(calendar, event):
        guests.withdraw(call.state, written)
