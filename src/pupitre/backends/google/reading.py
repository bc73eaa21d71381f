"""Events as they stand: by id in one calendar, by uid in all of them. None of these writes anything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from http import HTTPStatus
from typing import TypeVar

import msgspec

from pupitre.backends.google import calls
from pupitre.backends.google.client import Client
from pupitre.backends.google.events import UID, looks_ours, ref_of
from pupitre.backends.google.wire import Event, EventPage, decode
from pupitre.model import Agent, BackendId, CalendarRef
from pupitre.ports import NotFound, Refused, Unavailable

T = TypeVar("T")

KnownAgents = Callable[[], Awaitable[Sequence[Agent]]]
"""Everybody whose time may be booked, as `Directory.agents` says it. Raises Unavailable."""

GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class Calendars:
    """Which calendar is whose: what the directory says, and every agent that was ever asked about."""

    def __init__(self, agents: KnownAgents) -> None:
        self._agents = agents
        self._seen: dict[str, BackendId] = {}

    def of(self, agent: Agent) -> str:
        """The agent's calendar. Raises Refused when he has none."""
        if not agent.calendar:
            raise Refused(f"agent {agent.id} has no calendar; write its id into the directory (x_gcal_calendar_id)")
        self._seen[agent.calendar] = agent.id
        return agent.calendar

    async def owner(self, calendar: str) -> BackendId:
        """The agent of this calendar; the calendar's own id where no agent has it. Raises Unavailable."""
        if calendar not in self._seen:
            await self.all()
        return self._seen.get(calendar, calendar)

    async def all(self) -> Sequence[str]:
        """Every calendar there is. Raises Unavailable."""
        self._seen |= {agent.calendar: agent.id for agent in await self._agents() if agent.calendar}
        return tuple(self._seen)


async def get(client: Client, calendar: str, event_id: str) -> Event | None:
    """The event, tombstones included; None when this calendar never had it, or forgot it."""
    answer = await client.send(calls.get(calendar, event_id), heed=GONE)
    return decode(answer, Event) if answer.ok else None


async def alive_by_id(client: Client, calendars: Iterable[str], event_id: str) -> CalendarRef | None:
    """Where this event lives: a move keeps the id. Calendars that are not shared with the desk are passed over."""

    async def look(calendar: str) -> CalendarRef | None:
        found = await get(client, calendar, event_id)
        return None if found is None or found.cancelled or found.is_guests_copy else ref_of(calendar, found)

    return next(filter(None, await _everywhere(look, calendars)), None)


async def alive_by_uid(client: Client, calendars: Iterable[str], uid: str) -> Sequence[tuple[str, Event]]:
    """All living events of this uid with their calendars. Calendars not shared with the desk are passed over."""

    async def look(calendar: str) -> Sequence[tuple[str, Event]]:
        page = decode(await client.send(calls.find(calendar, uid)), EventPage)
        return [(calendar, event) for event in ours_in(page) if event.extended_properties.private.get(UID) == uid]

    found = await _everywhere(look, calendars)
    return [pair for pairs in found if pairs for pair in pairs if not pair[1].cancelled]


async def _everywhere(look: Callable[[str], Awaitable[T]], calendars: Iterable[str]) -> Sequence[T]:
    """Look into all of them at once. Raises Unavailable when one could not be read just now."""
    results = await asyncio.gather(*(look(calendar) for calendar in calendars), return_exceptions=True)
    found: list[T] = []
    for result in results:
        if isinstance(result, NotFound | Refused):
            continue
        if isinstance(result, BaseException):
            raise result
        found.append(result)
    return found


def ours_in(page: EventPage) -> Sequence[Event]:
    """The events of a page that may be ours. One that cannot be read keeps no other from being seen."""
    events: list[Event] = []
    for item in page.items:
        event = _event(item)
        if event is not None and looks_ours(event):
            events.append(event)
    return events


class _Identity(msgspec.Struct, frozen=True):
    id: str
    etag: str = ""


def _event(item: msgspec.Raw) -> Event | None:
    """The event; of a malformed one what can be known, without times, so that nobody relies on them."""
    try:
        return msgspec.json.decode(item, type=Event)
    except msgspec.ValidationError:
        pass
    try:
        identity = msgspec.json.decode(item, type=_Identity)
    except msgspec.ValidationError:
        return None
    return Event(identity.id, identity.etag)


def unless_gone(found: Event | None) -> Event | None:
    """The event if it lives."""
    return None if found is None or found.cancelled else found


def not_clear(what: str) -> Unavailable:
    return Unavailable(f"Google keeps giving {what} a new etag although nothing has changed in it")
