"""events.list and events.instances: which events, in which order, how many at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from pupitre.emulators.google import errors, series, sync
from pupitre.emulators.google.call import Call
from pupitre.emulators.google.event_search import check_constraints, matches
from pupitre.emulators.google.event_view import render
from pupitre.emulators.google.events import require
from pupitre.emulators.google.model import Calendar, Event
from pupitre.emulators.google.times import Point, parse_instant, stamp_text, to_ms
from pupitre.emulators.google.wire import Json, Reply

_DEFAULT_PAGE = 250
_LARGEST_PAGE = 2500
_UPDATED_MEMORY = timedelta(days=30)
"""How far back `updatedMin` may reach (field reports; undocumented)."""

_NO_SYNC_AFTER = ("iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "updatedMin")
"""Queries whose result cannot be kept up to date by a sync token."""
_NOT_WITH_SYNC_TOKEN = (*_NO_SYNC_AFTER, "timeMin", "timeMax")

Key = tuple[Any, ...]


class _Found(Struct, frozen=True):
    event: Event
    bare: bool = False
    """Shown as a tombstone without content."""


def list_(call: Call) -> Reply:
    calendar = call.calendar("freeBusyReader")
    if call.text("orderBy") == "startTime" and not call.flag("singleEvents"):
        message = "The requested ordering is not available for the particular query."
        raise errors.invalid(message, parameter="orderBy")
    if call.text("syncToken") is not None:
        return _changes(call, calendar)
    check_constraints(call)
    after, before = window(call)
    oldest = call.text("updatedMin")
    if oldest is not None and parse_instant(oldest) < call.state.clock.now() - _UPDATED_MEMORY:
        message = "The requested minimum modification time lies too far in the past."
        raise errors.refuse(410, "updatedMinTooLongAgo", message, domain="calendar", parameter="updatedMin")
    found = [f for f in _candidates(call, calendar, after, before) if _is_shown(call, f.event)]
    order = _ORDERS[call.text("orderBy")]
    may_sync = not any(name in call.query for name in _NO_SYNC_AFTER)
    return _page(call, calendar, found, lambda e: order(e, calendar), sync_allowed=may_sync)


def instances(call: Call) -> Reply:
    """Occurrences of one series. An occurrence's own id is answered too, with that occurrence."""
    calendar = call.calendar("freeBusyReader")
    event = require(call, calendar)
    after, before = window(call)
    if event.cancelled and not call.flag("showDeleted"):
        occurrences: list[Event] = []
    elif event.recurring:
        occurrences = series.unfold(call.state, calendar, event, after, before)
    else:
        occurrences = [event] if event.master else []
    wanted = call.text("originalStart")
    found = [
        _Found(e)
        for e in occurrences
        if (call.flag("showDeleted") or not e.cancelled) and (wanted is None or _starts_at(e, calendar, wanted))
    ]
    return _page(call, calendar, found, lambda e: _by_start(e, calendar), sync_allowed=False)


def window(call: Call) -> tuple[datetime | None, datetime | None]:
    """The bounds that were asked for. Raises 400 when nothing lies between them."""
    low, high = (parse_instant(text) if (text := call.text(name)) else None for name in ("timeMin", "timeMax"))
    if low is not None and high is not None and high <= low:
        raise errors.empty_range("timeMax")
    return low, high


def _starts_at(event: Event, calendar: Calendar, text: str) -> bool:
    original = Point.of(event.body["originalStartTime"])
    try:
        return original.begins(calendar.time_zone) == parse_instant(text)
    except ValueError:
        return original.day is not None and original.day.isoformat() == text


def _candidates(call: Call, calendar: Calendar, after: datetime | None, before: datetime | None) -> Iterable[_Found]:
    """Everything in the window, deleted or not; series unfolded or not as asked."""
    for event in list(call.state.events.get(calendar.id, {}).values()):
        if not call.flag("singleEvents"):
            if _in_window(call, calendar, event, after, before):
                yield _Found(event)
        elif event.recurring:
            for one in [] if event.cancelled else series.unfold(call.state, calendar, event, after, before):
                if one.id not in call.state.events[calendar.id]:
                    yield _Found(one)
        elif series.overlaps(event, calendar, after, before):
            yield _Found(event)


def _in_window(call: Call, calendar: Calendar, event: Event, after: datetime | None, before: datetime | None) -> bool:
    if not event.recurring or (after is None and before is None):
        return series.overlaps(event, calendar, after, before)
    until = before or datetime.max.replace(tzinfo=UTC) - timedelta(days=366)
    if "UNTIL" not in str(event.body["recurrence"]) and "COUNT" not in str(event.body["recurrence"]):
        until = before or max(after or event.start.begins(calendar.time_zone), call.state.clock.now()) + timedelta(366)
    return bool(series.unfold(call.state, calendar, event, after, until))


def _is_shown(call: Call, event: Event) -> bool:
    if not matches(call, event):
        return False
    oldest = call.text("updatedMin")
    if oldest is not None:
        return event.updated_ms >= to_ms(parse_instant(oldest))
    if not event.cancelled or call.flag("showDeleted"):
        return True
    if event.master is None or call.flag("singleEvents"):
        return False
    parent = call.state.events[event.calendar].get(event.master)
    return parent is not None and not parent.cancelled


def _changes(call: Call, calendar: Calendar) -> Reply:
    """Everything that changed since the token was made; deletions always, as bare tombstones."""
    token = sync.sync_token(call.text("syncToken") or "", f"events:{calendar.id}", calendar.sync_epoch)
    for name in _NOT_WITH_SYNC_TOKEN:
        if name in call.query:
            message = f"Sync token cannot be used together with {name}."
            raise errors.invalid(message, parameter=name)
    if call.query.get("showDeleted") is False:
        raise errors.invalid("Sync token cannot be used with showDeleted=false.", parameter="showDeleted")
    changed = sorted(
        (e for e in call.state.events.get(calendar.id, {}).values() if e.version > token.version),
        key=lambda e: e.version,
    )
    found = [
        _Found(one, bare=one.cancelled)
        for event in changed
        for one in (_one_by_one(call, calendar, event, token.version) if token.single_events else [event])
        if not call.several("eventTypes") or one.body["eventType"] in call.several("eventTypes")
    ]
    return _page(call, calendar, found, _by_version, sync_allowed=True, single_events=token.single_events)


def _one_by_one(call: Call, calendar: Calendar, event: Event, version: int) -> list[Event]:
    """A changed event as a client sees it that unfolds series: occurrences that are there, tombstones of those lost."""
    stored = call.state.events[calendar.id]
    now = series.unfold(call.state, calendar, event, None, None) if event.recurring and not event.cancelled else []
    present = [e for e in now if e.id not in stored] if event.recurring else [event]
    known = {e.id for e in (now or present)}
    lost = sorted(series.ids_at(event, calendar, version) - known) if event.master is None else []
    tombstones = [
        msgspec.structs.replace(event, id=one, body={**event.body, "status": "cancelled"}, bare=True)
        for one in lost
        if one == event.id or one not in stored
    ]
    return present + tombstones


def _by_creation(event: Event, calendar: Calendar) -> Key:
    return event.order, event.start.begins(calendar.time_zone).isoformat(), event.id


def _by_start(event: Event, calendar: Calendar) -> Key:
    return event.start.begins(calendar.time_zone).isoformat(), event.order, event.id


def _by_update(event: Event, calendar: Calendar) -> Key:
    return event.updated_ms, event.version, *_by_creation(event, calendar)


def _by_version(event: Event) -> Key:
    return event.version, event.id


_ORDERS: dict[str | None, Callable[[Event, Calendar], Key]] = {
    None: _by_creation,
    "startTime": _by_start,
    "updated": _by_update,
}


def _page(
    call: Call,
    calendar: Calendar,
    found: list[_Found],
    key: Callable[[Event], Key],
    *,
    sync_allowed: bool,
    single_events: bool = False,
) -> Reply:
    """One page: the items after the page token, and the token for what follows."""
    fingerprint = _fingerprint(call)
    token = sync.page_token(call.text("pageToken"), fingerprint)
    version = token.version if token else call.state.meta.version
    ordered = sorted(((key(f.event), f) for f in found), key=lambda pair: pair[0])
    rest = [(k, f) for k, f in ordered if token is None or k > token.key]
    size = min(call.number("maxResults") or _DEFAULT_PAGE, _LARGEST_PAGE)
    shown, more = rest[:size], rest[size:]
    items = [render(call, calendar, f.event, bare_tombstones=f.bare) for _, f in shown]
    body: Json = {
        "kind": "calendar#events",
        "summary": calendar.body.get("summary", calendar.id),
        "updated": stamp_text(max((f.event.updated_ms for f in found), default=calendar.etag_ms)),
        "timeZone": call.text("timeZone") or calendar.time_zone,
        "accessRole": call.role_on(calendar),
        "defaultReminders": [],
        "items": items,
    }
    if "description" in calendar.body:
        body["description"] = calendar.body["description"]
    if more:
        body["nextPageToken"] = sync.encode(sync.PageToken(fingerprint, shown[-1][0], version))
    elif sync_allowed:
        single = single_events or call.flag("singleEvents")
        resource = f"events:{calendar.id}"
        body["nextSyncToken"] = sync.encode(sync.SyncToken(resource, calendar.sync_epoch, version, single))
    body["etag"] = list_etag(body)
    return Reply(200, body, {"ETag": body["etag"]})


def list_etag(body: Json) -> str:
    """Lists have an etag of another form than events: it stands for the whole answer."""
    return f'"p{hashlib.sha256(msgspec.json.encode(body)).hexdigest()[:16]}"'


def _fingerprint(call: Call) -> str:
    """Of the request without what may differ from page to page."""
    same = {k: v for k, v in call.query.items() if k not in ("pageToken", "maxResults", "fields", "prettyPrint")}
    whole = [call.method.id, dict(call.path), same]
    return hashlib.sha256(msgspec.json.encode(whole, order="deterministic")).hexdigest()[:12]
