"""watch and stop: subscriptions to changes (developers.google.com/workspace/calendar/api/guides/push)."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from urllib.parse import urlsplit

from pupitre.emulators.google import errors
from pupitre.emulators.google.call import Call, quoted
from pupitre.emulators.google.event_view import resource_uri
from pupitre.emulators.google.model import Channel
from pupitre.emulators.google.schema import check_shape
from pupitre.emulators.google.wire import Json, Reply

PROJECT = "519837204635"
_DEFAULT_LIFE = timedelta(days=7)
_LONGEST_LIFE = timedelta(days=30)
_LONGEST_ID = 64
_LONGEST_TOKEN = 256
_API = "https://www.googleapis.com/calendar/v3"


def watch_events(call: Call) -> Reply:
    calendar = call.calendar("freeBusyReader")
    return _watch(call, f"events:{calendar.id}", resource_uri(calendar))


def watch_acl(call: Call) -> Reply:
    calendar = call.calendar("owner")
    return _watch(call, f"acl:{calendar.id}", f"{_API}/calendars/{quoted(calendar.id)}/acl?alt=json")


def watch_calendar_list(call: Call) -> Reply:
    return _watch(call, f"calendarList:{call.person.email}", f"{_API}/users/me/calendarList?alt=json")


def watch_settings(call: Call) -> Reply:
    return _watch(call, f"settings:{call.person.email}", f"{_API}/users/me/settings?alt=json")


def stop(call: Call) -> Reply:
    """End a channel at once; its id stays used for ever."""
    check_shape("Channel", call.body)
    channel_id = call.body.get("id")
    channel = call.state.channels.get(str(channel_id))
    if channel is None or channel.stopped or channel.resource_id != call.body.get("resourceId"):
        raise errors.refuse(404, "notFound", f"Channel '{channel_id}' not found for project '{PROJECT}'")
    if channel.owner != call.person.email:
        raise errors.refuse(404, "notFound", f"Channel '{channel_id}' not found for project '{PROJECT}'")
    channel.stopped = True
    call.state.keep_channel(channel)
    return Reply(204)


def _watch(call: Call, resource: str, uri: str) -> Reply:
    check_shape("Channel", call.body)
    body = call.body
    channel_id = body.get("id")
    if not channel_id:
        raise errors.required("Missing channel id.")
    if len(channel_id) > _LONGEST_ID:
        raise errors.refuse(400, "channelIdTooLong", "Channel id is too long.")
    if body.get("type") not in ("web_hook", "webhook"):
        raise errors.invalid("Unknown channel type.")
    address = body.get("address")
    if not address:
        raise errors.required("Missing webhook address.")
    if not _is_https(address):
        message = f"WebHook callback must be HTTPS: {address}"
        raise errors.refuse(400, "push.webhookUrlNotHttps", message)
    if len(body.get("token") or "") > _LONGEST_TOKEN:
        raise errors.refuse(400, "channelTokenTooLong", "Channel token is too long.")
    if channel_id in call.state.channels:
        raise errors.refuse(400, "channelIdNotUnique", f"Channel id {channel_id} not unique")
    channel = Channel(
        id=channel_id,
        resource_id=_resource_id(resource),
        resource_uri=uri,
        resource=resource,
        address=address,
        owner=call.person.email,
        expires_ms=_expiration(call),
        token=body.get("token"),
    )
    call.state.keep_channel(channel)
    answer: Json = {
        "kind": "api#channel",
        "id": channel.id,
        "resourceId": channel.resource_id,
        "resourceUri": channel.resource_uri,
        **({"token": channel.token} if channel.token else {}),
        "expiration": str(channel.expires_ms),
    }
    return Reply(200, answer)


def _is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def _resource_id(resource: str) -> str:
    """One id per resource: all channels on a calendar share it."""
    return base64.urlsafe_b64encode(hashlib.sha256(resource.encode()).digest()[:20]).decode().rstrip("=")


def _expiration(call: Call) -> int:
    """In ms: what was asked for by `expiration` or `params.ttl` (seconds), cut to what is allowed."""
    now = call.state.clock.now_ms()
    longest = now + _LONGEST_LIFE // timedelta(milliseconds=1)
    ttl, until = (call.body.get("params") or {}).get("ttl"), call.body.get("expiration")
    try:
        if until is not None:
            wanted = int(until)
        elif ttl is not None:
            wanted = now + int(ttl) * 1000
        else:
            wanted = now + _DEFAULT_LIFE // timedelta(milliseconds=1)
    except (TypeError, ValueError) as error:
        raise errors.invalid("Invalid channel expiration.") from error
    if wanted <= now:
        raise errors.invalid("Invalid channel expiration: it lies in the past.")
    return min(wanted, longest)
