"""calendarList.*: the calendars that a person keeps in view, with his own colours and names for them.

A person's list holds what he owns and what is shared with him; a service account's only what it put there.
"""

from __future__ import annotations

from collections.abc import Iterator

from pupitre.emulators.google import errors, event_changes, sync
from pupitre.emulators.google.call import Call, rank, role_of
from pupitre.emulators.google.listing import list_etag
from pupitre.emulators.google.model import Calendar, Entry
from pupitre.emulators.google.schema import check_shape
from pupitre.emulators.google.wire import Json, Reply

_DEFAULTS: Json = {"colorId": "14", "backgroundColor": "#9fe1e7", "foregroundColor": "#000000"}
_WRITABLE = (
    "summaryOverride",
    "colorId",
    "backgroundColor",
    "foregroundColor",
    "hidden",
    "selected",
    "defaultReminders",
    "notificationSettings",
)


def list_(call: Call) -> Reply:
    if not call.person.calendar_user:
        raise errors.not_a_calendar_user()
    email = call.person.email
    epoch = 0
    since = call.text("syncToken")
    known = sorted(_listed(call), key=lambda c: (c.id != email, c.id))
    items = [_render(call, c) for c in known]
    if since is not None:
        if call.text("minAccessRole"):
            raise errors.invalid("Sync token cannot be used together with minAccessRole.", parameter="minAccessRole")
        token = sync.sync_token(since, f"calendarList:{email}", epoch)
        items = [_render(call, c) for c in known if _version(c, email) > token.version]
        items += [_gone(c) for c in _lost(call) if _version(c, email) > token.version]
    least = call.text("minAccessRole")
    if least:
        items = [i for i in items if rank(i["accessRole"]) >= rank(least)]
    if not call.flag("showHidden") and since is None:
        items = [i for i in items if not i.get("hidden")]
    first = sync.first_item(call.text("pageToken"))
    size = min(call.number("maxResults") or 100, 250)
    body: Json = {"kind": "calendar#calendarList", "items": items[first : first + size]}
    if first + size < len(items):
        body["nextPageToken"] = str(first + size)
    else:
        body["nextSyncToken"] = sync.encode(sync.SyncToken(f"calendarList:{email}", epoch, call.state.meta.version))
    body["etag"] = list_etag(body)
    return Reply(200, body, {"ETag": body["etag"]})


def get(call: Call) -> Reply:
    return _answer(call, _require(call))


def insert(call: Call) -> Reply:
    check_shape("CalendarListEntry", call.body)
    wanted = call.body.get("id")
    if not wanted:
        raise errors.required("Missing calendar id.")
    calendar = call.calendar("freeBusyReader", calendar_id=str(wanted))
    return _write(call, calendar, _settings(call.body))


def patch(call: Call) -> Reply:
    check_shape("CalendarListEntry", call.body)
    calendar = _require(call)
    return _write(call, calendar, _settings(event_changes.merge(_entry(call, calendar).body, call.body)))


def update(call: Call) -> Reply:
    check_shape("CalendarListEntry", call.body)
    return _write(call, _require(call), _settings(call.body))


def delete(call: Call) -> Reply:
    calendar = _require(call)
    if calendar.owner == call.person.email:
        raise errors.forbidden("Cannot remove an owned calendar from the list; delete it instead.")
    _keep(call, calendar, Entry(listed=False))
    return Reply(204)


def _listed(call: Call) -> Iterator[Calendar]:
    for calendar in call.state.calendars.values():
        if not calendar.deleted and role_of(calendar, call.person.email) != "none" and _entry(call, calendar).listed:
            yield calendar


def _lost(call: Call) -> Iterator[Calendar]:
    """Calendars that were, or may have been, on the list."""
    email = call.person.email
    for calendar in call.state.calendars.values():
        is_mine = f"user:{email}" in calendar.acl or email in calendar.entries
        if is_mine and (calendar.deleted or role_of(calendar, email) == "none" or not _entry(call, calendar).listed):
            yield calendar


def _entry(call: Call, calendar: Calendar) -> Entry:
    email = call.person.email
    known = calendar.entries.get(email)
    return known or Entry(listed=call.person.kind != "service_account" and f"user:{email}" in calendar.acl)


def _require(call: Call) -> Calendar:
    calendar = call.calendar("freeBusyReader")
    if not _entry(call, calendar).listed:
        raise errors.not_found()
    return calendar


def _settings(raw: Json) -> Json:
    return {k: raw[k] for k in _WRITABLE if raw.get(k) is not None}


def _write(call: Call, calendar: Calendar, body: Json) -> Reply:
    call.check_etag(_etag(call, calendar))
    _keep(call, calendar, Entry(listed=True, body=body))
    return _answer(call, calendar)


def _keep(call: Call, calendar: Calendar, entry: Entry) -> None:
    entry.version, _ = call.state.stamp()
    calendar.entries[call.person.email] = entry
    call.state.keep_calendar(calendar)
    call.state.changed(f"calendarList:{call.person.email}")


def _version(calendar: Calendar, email: str) -> int:
    rule, entry = calendar.acl.get(f"user:{email}"), calendar.entries.get(email)
    return max(calendar.version, rule.version if rule else 0, entry.version if entry else 0)


def _etag(call: Call, calendar: Calendar) -> str:
    return f'"{calendar.etag_ms * 2000 + _version(calendar, call.person.email)}"'


def _render(call: Call, calendar: Calendar) -> Json:
    primary = {"primary": True} if calendar.primary and calendar.id == call.person.email else {}
    return {
        "kind": "calendar#calendarListEntry",
        "etag": _etag(call, calendar),
        "id": calendar.id,
        **{k: calendar.body[k] for k in ("summary", "description", "location") if k in calendar.body},
        "timeZone": calendar.time_zone,
        **_DEFAULTS,
        "selected": True,
        "defaultReminders": [],
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
        **_entry(call, calendar).body,
        "accessRole": call.role_on(calendar),
        **primary,
    }


def _gone(calendar: Calendar) -> Json:
    return {"kind": "calendar#calendarListEntry", "id": calendar.id, "deleted": True, "accessRole": "none"}


def _answer(call: Call, calendar: Calendar) -> Reply:
    body = _render(call, calendar)
    return Reply(200, body, {"ETag": body["etag"]})
