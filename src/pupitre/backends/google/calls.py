"""The requests of the API that the desk makes, by the names of the discovery document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import msgspec

from pupitre.backends.google.wire import EVENT_FIELDS, Request
from pupitre.model import CalendarRef, Interval
from pupitre.ports import Channel

Query = tuple[tuple[str, str], ...]
Json = Mapping[str, object]

_ONE = (("fields", EVENT_FIELDS),)
_MANY = (("fields", f"items({EVENT_FIELDS}),nextPageToken,nextSyncToken"),)
_PAGE = (("maxResults", "2500"),)
"""The most that events.list gives at once."""


def rfc3339(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _request(
    method: str, path: str, calendar: str | None, query: Query = (), body: Json | None = None, etag: str | None = None
) -> Request:
    return Request(
        method,
        path,
        calendar,
        query,
        {"If-Match": etag} if etag else {},
        None if body is None else msgspec.json.encode(body),
    )


def _events(calendar: str, *more: str) -> str:
    return "/".join(["/calendars", quote(calendar, safe=""), "events", *(quote(part, safe="") for part in more)])


def free_busy(window: Interval, calendars: Sequence[str]) -> Request:
    """freebusy.query in UTC; the first calendar's account asks for them all."""
    body = {
        "timeMin": rfc3339(window.start),
        "timeMax": rfc3339(window.end),
        "items": [{"id": calendar} for calendar in calendars],
    }
    request = _request("POST", "/freeBusy", None, body=body)
    return msgspec.structs.replace(request, calendar=calendars[0])


def insert(calendar: str, event: Json, notify: str) -> Request:
    return _request("POST", _events(calendar), calendar, (*_ONE, ("sendUpdates", notify)), event)


def get(calendar: str, event_id: str, fields: str = EVENT_FIELDS) -> Request:
    return _request("GET", _events(calendar, event_id), calendar, (("fields", fields),))


def patch(ref: CalendarRef, event: Json, notify: str) -> Request:
    return _request(
        "PATCH",
        _events(ref.calendar_id, ref.event_id),
        ref.calendar_id,
        (*_ONE, ("sendUpdates", notify)),
        event,
        ref.etag,
    )


def delete(ref: CalendarRef, notify: str) -> Request:
    query = (("sendUpdates", notify),)
    return _request("DELETE", _events(ref.calendar_id, ref.event_id), ref.calendar_id, query, etag=ref.etag)


def move(ref: CalendarRef, destination: str, notify: str) -> Request:
    query = (*_ONE, ("destination", destination), ("sendUpdates", notify))
    return _request("POST", _events(ref.calendar_id, ref.event_id, "move"), ref.calendar_id, query, etag=ref.etag)


def changes(calendar: str, since: str | None, page: str | None) -> Request:
    """events.list; without a filter and without an order, for any of these would cost the next sync token."""
    query: Query = _MANY + _PAGE
    if since is not None:
        query += (("syncToken", since),)
    if page is not None:
        query += (("pageToken", page),)
    return _request("GET", _events(calendar), calendar, query)


def find(calendar: str, external_uid: str) -> Request:
    """events.list by the one property that finds an event: the sources disagree on how two of them combine."""
    query = (*_MANY, *_PAGE, ("privateExtendedProperty", f"external_uid={external_uid}"))
    return _request("GET", _events(calendar), calendar, query)


def look(calendar: str) -> Request:
    """events.list for what it says about the calendar; calendars.get would need a scope more."""
    return _request("GET", _events(calendar), calendar, (("fields", "accessRole,timeZone"), ("maxResults", "1")))


def watch(calendar: str, channel_id: str, address: str, token: str, life: timedelta) -> Request:
    body = {
        "id": channel_id,
        "type": "web_hook",
        "address": address,
        "token": token,
        "params": {"ttl": str(int(life.total_seconds()))},
    }
    return _request("POST", _events(calendar, "watch"), calendar, body=body)


def stop(channel: Channel, calendar: str | None) -> Request:
    return _request("POST", "/channels/stop", calendar, body={"id": channel.id, "resourceId": channel.resource_id})
