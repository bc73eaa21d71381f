"""What has changed in a calendar since a token (guide on synchronisation)."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from msgspec import Struct

from pupitre.backends.google import calls
from pupitre.backends.google.client import Client
from pupitre.backends.google.faults import meaning_of
from pupitre.backends.google.reading import ours_in
from pupitre.backends.google.wire import Event, EventPage, decode
from pupitre.ports import Unavailable

_NO_SUCH_TOKEN = (HTTPStatus.BAD_REQUEST, HTTPStatus.GONE)
"""410: it has expired (fullSyncRequired). 400: it is none of Google's."""


class Reading(Struct, frozen=True):
    events: Sequence[Event]
    token: str
    complete: bool


async def read(client: Client, calendar: str, since: str | None) -> Reading:
    """All pages, each event once in its last version; from the beginning where Google refuses the token.

    Raises NotFound, Refused, Unavailable: a page that cannot be had spoils the whole reading.
    """
    page: str | None = None
    events: dict[str, Event] = {}
    while True:
        answer = await client.send(calls.changes(calendar, since, page), heed=_NO_SUCH_TOKEN)
        if not answer.ok:
            if since is None:
                raise Unavailable(str(meaning_of(answer, "GET events")))
            since, page, events = None, None, {}
            continue
        found = decode(answer, EventPage)
        events |= {event.id: event for event in ours_in(found)}
        if found.next_page_token:
            page = found.next_page_token
        elif found.next_sync_token:
            return Reading(tuple(events.values()), found.next_sync_token, complete=since is None)
        else:
            raise Unavailable("Google ended a list of events with neither a page nor a sync token")
