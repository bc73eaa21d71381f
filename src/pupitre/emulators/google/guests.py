"""Copies of an event on the calendars of those who are invited, and what a guest may change.

The organizer's copy is the truth: what is shared flows from it to every guest who has a primary calendar here; a
guest's answer flows back into it.
"""

from __future__ import annotations

import copy

from pupitre.emulators.google import errors, series
from pupitre.emulators.google.model import Calendar, Event
from pupitre.emulators.google.state import State
from pupitre.emulators.google.wire import Json

_OWN = ("reminders", "colorId", "transparency", "visibility", "eventLabelId")
"""What each copy has for itself, besides its private extended properties and its status."""


def is_guest_copy(calendar: Calendar, event: Event) -> bool:
    """Whether somebody else organizes it."""
    return event.organizer != calendar.id


def spread(state: State, event: Event, *, former: Json | None = None) -> None:
    """Bring the guests' copies in line with the organizer's; `former` is the body before the change."""
    if event.body.get("privateCopy") or event.cancelled:
        return
    invited = {a["email"]: a for a in event.body.get("attendees", ())}
    for email, attendee in invited.items():
        calendar = _guest_calendar(state, email, event)
        if calendar is not None:
            _bring_copy(state, calendar, event, attendee, former or {})
    for attendee in (former or {}).get("attendees", ()):
        calendar = _guest_calendar(state, attendee["email"], event)
        if calendar is not None and attendee["email"] not in invited:
            _cancel_copy(state, calendar, event)


def withdraw(state: State, event: Event) -> None:
    """Cancel the copies of a deleted event."""
    for attendee in event.body.get("attendees", ()):
        calendar = _guest_calendar(state, attendee["email"], event)
        if calendar is not None:
            _cancel_copy(state, calendar, event)


def check_guest_change(before: Event, after: Json) -> None:
    """Raise 403 when a guest without the right to modify changes what belongs to all."""
    if before.body.get("guestsCanModify"):
        return
    if _shared(before.body) != _shared(after):
        raise errors.not_organizer()
    mail = before.calendar
    theirs_before, theirs_after = (
        {a["email"]: a for a in body.get("attendees", ()) if a["email"] != mail} for body in (before.body, after)
    )
    lost_or_changed = any(theirs_after.get(email) != a for email, a in theirs_before.items())
    may_add = before.body.get("guestsCanInviteOthers", True)
    if lost_or_changed or (theirs_after.keys() - theirs_before.keys() and not may_add):
        raise errors.not_organizer()


def carry_back(state: State, guest: Event) -> None:
    """A guest changed his copy: the organizer's gets his answer (and, where guests may modify, everything shared)."""
    home = state.calendars.get(guest.organizer)
    if home is None or home.deleted:
        return
    original = series.find(state, home, guest.id)
    if original is None or original.cancelled:
        return
    former = copy.deepcopy(original.body)
    mine = next((a for a in guest.body.get("attendees", ()) if a["email"] == guest.calendar), None)
    changed = copy.deepcopy(original)
    if guest.body.get("guestsCanModify"):
        changed.body.update(_shared(guest.body))
    listed = {a["email"]: a for a in former.get("attendees", ())}
    theirs = {a["email"]: a for a in guest.body.get("attendees", ())}
    added = [a for email, a in theirs.items() if email not in listed]
    if mine is None or guest.cancelled:
        mine = {**listed.get(guest.calendar, {"email": guest.calendar}), "responseStatus": "declined"}
    if guest.calendar in listed:
        listed[guest.calendar] = mine
    changed.body["attendees"] = [*listed.values(), *added]
    if changed.body == former:
        return
    version, now = state.stamp()
    if guest.id not in state.events.get(home.id, {}):
        changed.order = version
    changed.version, changed.updated_ms = version, now
    state.keep_event(changed)
    spread(state, changed, former=former)


def _shared(body: Json) -> Json:
    """What all copies have in common, attendees aside."""
    kept = {k: v for k, v in body.items() if k not in (*_OWN, "attendees", "extendedProperties", "status", "sequence")}
    for unsaid in ("creator", "organizer", "iCalUID", "hangoutLink"):
        kept.pop(unsaid, None)
    shared = body.get("extendedProperties", {}).get("shared")
    return {**kept, "extendedProperties": {"shared": shared}} if shared else kept


def _guest_calendar(state: State, email: str, event: Event) -> Calendar | None:
    calendar = state.calendars.get(email)
    usable = calendar is not None and calendar.primary and not calendar.deleted and calendar.id != event.calendar
    return calendar if usable else None


def _copy_on(state: State, calendar: Calendar, event: Event) -> Event | None:
    """The guest's copy; None when there is none, or another event bears the id there."""
    found = series.find(state, calendar, event.id)
    return found if found is not None and found.body["iCalUID"] == event.body["iCalUID"] else None


def _bring_copy(state: State, calendar: Calendar, event: Event, attendee: Json, former: Json) -> None:
    known = _copy_on(state, calendar, event)
    if known is None and event.id in state.events.get(calendar.id, {}):
        return
    newly_invited = all(a["email"] != calendar.id for a in former.get("attendees", ()))
    if known is not None and known.cancelled and attendee["responseStatus"] == "declined" and not newly_invited:
        return
    body = copy.deepcopy(event.body)
    own_properties = (known.body.get("extendedProperties", {}) if known else {}).get("private")
    properties = {
        **({"shared": body["extendedProperties"]["shared"]} if "shared" in body.get("extendedProperties", {}) else {}),
        **({"private": own_properties} if own_properties else {}),
    }
    body.pop("extendedProperties", None)
    if properties:
        body["extendedProperties"] = properties
    for name in _OWN:
        body.pop(name, None)
        if known is not None and name in known.body:
            body[name] = known.body[name]
    body.setdefault("reminders", {"useDefault": True})
    if known is not None and known.body == body:
        return
    version, now = state.stamp()
    is_stored = event.id in state.events.get(calendar.id, {})
    brought = Event(
        id=event.id,
        calendar=calendar.id,
        body=body,
        order=known.order if known and is_stored else version,
        version=version,
        created_ms=known.created_ms if known else now,
        updated_ms=now,
        former=known.former if known and is_stored else [],
    )
    state.keep_event(brought)
    if known is not None and is_stored and _moved(known, brought):
        series.reshape(state, calendar, brought, known.shape())


def _moved(before: Event, after: Event) -> bool:
    return any(before.body.get(k) != after.body.get(k) for k in ("start", "end", "recurrence"))


def _cancel_copy(state: State, calendar: Calendar, event: Event) -> None:
    known = _copy_on(state, calendar, event)
    if known is None or known.cancelled:
        return
    version, now = state.stamp()
    if known.id not in state.events.get(calendar.id, {}):
        known.order = version
    known.body["status"] = "cancelled"
    known.version, known.updated_ms = version, now
    state.keep_event(known)
