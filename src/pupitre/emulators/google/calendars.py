"""calendars.*: the calendars themselves."""

from __future__ import annotations

import secrets

from pupitre.emulators.google import errors, event_changes
from pupitre.emulators.google.call import Call
from pupitre.emulators.google.model import Calendar, Rule
from pupitre.emulators.google.schema import check_shape
from pupitre.emulators.google.state import State
from pupitre.emulators.google.times import zone
from pupitre.emulators.google.wire import Json, Reply

_WRITABLE = ("summary", "description", "location", "labelProperties", "workingHours", "conferenceProperties")


def make_calendar(
    state: State, calendar_id: str, owner: str, time_zone: str, *, primary: bool, body: Json, world: str
) -> Calendar:
    """A new, empty calendar, shared with nobody but its owner."""
    version, now = state.stamp()
    calendar = Calendar(
        id=calendar_id,
        owner=owner,
        time_zone=time_zone,
        primary=primary,
        body=body,
        etag_ms=now,
        version=version,
        sync_epoch=version,
        world=world,
    )
    share(state, calendar, Rule("owner", "user", owner))
    return calendar


def share(state: State, calendar: Calendar, rule: Rule) -> None:
    """Add or replace a rule."""
    rule.version, rule.etag_ms = state.stamp()
    calendar.acl[rule.id] = rule
    state.keep_calendar(calendar)
    state.changed(f"acl:{calendar.id}")
    state.changed(f"calendarList:{rule.scope_value}")


def render(calendar: Calendar) -> Json:
    owner = {} if calendar.primary else {"dataOwner": calendar.owner}
    return {
        "kind": "calendar#calendar",
        "etag": f'"{calendar.etag_ms * 2000}"',
        "id": calendar.id,
        **calendar.body,
        "timeZone": calendar.time_zone,
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
        **owner,
    }


def _answer(calendar: Calendar) -> Reply:
    body = render(calendar)
    return Reply(200, body, {"ETag": body["etag"]})


def get(call: Call) -> Reply:
    return _answer(call.calendar("freeBusyReader"))


def insert(call: Call) -> Reply:
    if not call.person.calendar_user:
        raise errors.not_a_calendar_user()
    body, time_zone = _checked(call.body, "UTC")
    if not body.get("summary"):
        raise errors.required("Missing summary.")
    calendar_id = f"c_{secrets.token_hex(32)}@group.calendar.google.com"
    email = call.person.email
    return _answer(make_calendar(call.state, calendar_id, email, time_zone, primary=False, body=body, world=""))


def patch(call: Call) -> Reply:
    calendar = call.calendar("owner")
    return _change(call, calendar, event_changes.merge({**calendar.body, "timeZone": calendar.time_zone}, call.body))


def update(call: Call) -> Reply:
    calendar = call.calendar("owner")
    kept = {"labelProperties": calendar.body["labelProperties"]} if "labelProperties" in calendar.body else {}
    return _change(call, calendar, {**kept, **call.body})


def delete(call: Call) -> Reply:
    calendar = call.calendar("owner")
    if calendar.primary:
        raise errors.forbidden("Cannot delete a primary calendar.")
    call.check_etag(render(calendar)["etag"])
    calendar.deleted = True
    calendar.version, calendar.etag_ms = call.state.stamp()
    call.state.keep_calendar(calendar)
    _tell_lists(call.state, calendar)
    return Reply(204)


def clear(call: Call) -> Reply:
    """Delete all events of a primary calendar."""
    calendar = call.calendar("owner")
    if not calendar.primary:
        raise errors.invalid("Invalid Value")
    for event in list(call.state.events.get(calendar.id, {}).values()):
        if not event.cancelled:
            event.body["status"] = "cancelled"
            event.version, event.updated_ms = call.state.stamp()
            call.state.keep_event(event)
    return Reply(204)


def transfer_ownership(call: Call) -> Reply:
    """Give a secondary calendar to another person."""
    calendar = call.calendar("owner")
    heir = call.text("newDataOwner") or ""
    if calendar.primary:
        raise errors.forbidden("Cannot transfer a primary calendar.")
    if heir not in call.state.calendars:
        raise errors.not_found()
    calendar.owner = heir
    calendar.version, calendar.etag_ms = call.state.stamp()
    share(call.state, calendar, Rule("owner", "user", heir))
    return Reply(204)


def _checked(raw: Json, default_zone: str) -> tuple[Json, str]:
    check_shape("Calendar", raw)
    time_zone = raw.get("timeZone") or default_zone
    if zone(time_zone) is None:
        raise errors.invalid("Invalid time zone.")
    return {k: raw[k] for k in _WRITABLE if raw.get(k) is not None}, time_zone


def _change(call: Call, calendar: Calendar, raw: Json) -> Reply:
    """A change that changes nothing leaves the etag as it was."""
    call.check_etag(render(calendar)["etag"])
    body, time_zone = _checked(raw, calendar.time_zone)
    body.setdefault("summary", calendar.body.get("summary", calendar.id))
    if (body, time_zone) != (calendar.body, calendar.time_zone):
        calendar.body, calendar.time_zone = body, time_zone
        calendar.version, calendar.etag_ms = call.state.stamp()
        call.state.keep_calendar(calendar)
        _tell_lists(call.state, calendar)
    return _answer(calendar)


def _tell_lists(state: State, calendar: Calendar) -> None:
    for rule in calendar.acl.values():
        state.changed(f"calendarList:{rule.scope_value}")
