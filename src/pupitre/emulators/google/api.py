"""From an HTTP request to the method that answers it: credentials, scopes, parameters, body, in Google's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from pupitre.emulators.google import (
    acl,
    calendar_list,
    calendars,
    channels,
    discovery,
    errors,
    event_changes,
    events,
    freebusy,
    listing,
    people,
    settings,
)
from pupitre.emulators.google.call import Call
from pupitre.emulators.google.fields import select
from pupitre.emulators.google.model import Person
from pupitre.emulators.google.quota import Counted
from pupitre.emulators.google.state import State
from pupitre.emulators.google.wire import Json, Reply

SERVICE_PATH = "/calendar/v3/"

METHODS: Mapping[str, Callable[[Call], Reply]] = {
    "acl.delete": acl.delete,
    "acl.get": acl.get,
    "acl.insert": acl.insert,
    "acl.list": acl.list_,
    "acl.patch": acl.patch,
    "acl.update": acl.update,
    "acl.watch": channels.watch_acl,
    "calendarList.delete": calendar_list.delete,
    "calendarList.get": calendar_list.get,
    "calendarList.insert": calendar_list.insert,
    "calendarList.list": calendar_list.list_,
    "calendarList.patch": calendar_list.patch,
    "calendarList.update": calendar_list.update,
    "calendarList.watch": channels.watch_calendar_list,
    "calendars.clear": calendars.clear,
    "calendars.delete": calendars.delete,
    "calendars.get": calendars.get,
    "calendars.insert": calendars.insert,
    "calendars.patch": calendars.patch,
    "calendars.transferOwnership": calendars.transfer_ownership,
    "calendars.update": calendars.update,
    "channels.stop": channels.stop,
    "colors.get": settings.colors,
    "events.delete": event_changes.delete,
    "events.get": events.get,
    "events.import": events.import_,
    "events.insert": events.insert,
    "events.instances": listing.instances,
    "events.list": listing.list_,
    "events.move": event_changes.move,
    "events.patch": event_changes.patch,
    "events.quickAdd": events.quick_add,
    "events.update": event_changes.update,
    "events.watch": channels.watch_events,
    "freebusy.query": freebusy.query,
    "settings.get": settings.get,
    "settings.list": settings.list_,
    "settings.watch": channels.watch_settings,
}


class Asked(Struct, frozen=True):
    """A request below the service path."""

    http_method: str
    raw_path: str
    """After the service path, still percent-encoded."""
    query_string: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


def answer(state: State, asked: Asked, counted: Counted) -> Reply | None:
    """The answer; None when no method has this path (Google sends a page of HTML then)."""
    found = discovery.match(asked.http_method, asked.raw_path)
    if found is None:
        return None
    method, path = found
    state.calls.append(" ".join([method.id, *([path["calendarId"]] if "calendarId" in path else [])]))
    query = parse_qsl(asked.query_string, keep_blank_values=True)
    try:
        person = _person(state, asked.headers, query)
        if not method.scopes & frozenset(person.scopes):
            raise errors.insufficient_scopes(f"calendar.{method.id}")
        parameters = discovery.check_query(method, query)
        counted.count(state, str(parameters.get("quotaUser") or person.email))
        call = Call(
            state=state,
            person=person,
            method=method,
            path=path,
            query=parameters,
            body=_json(asked.body) if method.request else {},
            if_match=asked.headers.get("if-match"),
        )
        reply = METHODS[method.id](call)
        if _is_unchanged(reply, asked.headers.get("if-none-match")):
            return Reply(304, None, reply.headers)
        if reply.body is not None and (fields := call.text("fields")):
            return Reply(reply.status, select(reply.body, fields, method.response), reply.headers)
    except errors.Refusal as refusal:
        return refusal.reply()
    return reply


def read(http_method: str, raw_path: str, query_string: str, headers: Mapping[str, str], body: bytes) -> Asked:
    """The request that is meant: POST may stand for another verb, which X-HTTP-Method-Override names.

    For networks that let no PATCH through (guides/performance), and for queries that are too long for an address:
    these come as the form of a POST that means GET, as Google's own clients send them.
    """
    meant = headers.get("x-http-method-override", "").strip().upper() if http_method == "POST" else ""
    if meant == "GET":
        form = body.decode("latin-1") if body else ""
        query_string, body = "&".join(part for part in (query_string, form) if part), b""
    return Asked(meant or http_method, raw_path, query_string, headers, body)


def _person(state: State, headers: Mapping[str, str], query: Sequence[tuple[str, str]]) -> Person:
    """Whom the bearer token speaks for, in the header or (as Odoo sends it) in the query. Raises 401."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = next((v for k, v in query if k in ("access_token", "oauth_token")), "")
    if not token:
        raise errors.login_required()
    person = people.bearer(state, token.strip())
    if person is None:
        raise errors.invalid_credentials()
    return person


def _json(body: bytes) -> Json:
    if not body.strip():
        return {}
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise errors.parse_error() from error
    if not isinstance(found, dict):
        raise errors.parse_error()
    return found


def _is_unchanged(reply: Reply, known: str | None) -> bool:
    etag = reply.headers.get("ETag")
    if known is None or etag is None or reply.status != HTTPStatus.OK:
        return False
    return etag in [e.strip().removeprefix("W/") for e in known.split(",")]
