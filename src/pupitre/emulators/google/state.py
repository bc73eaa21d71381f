"""The whole state in memory, written through to the records. One request is one `transaction`."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct, field

from pupitre.emulators.google.clock import Clock, ClockState
from pupitre.emulators.google.model import Calendar, Channel, Event, Grant, Quota
from pupitre.emulators.storage import Records


class Meta(Struct):
    """Everything that is one of a kind."""

    clock: ClockState = field(default_factory=ClockState)
    version: int = 0
    seeded: bool = False
    service_key: str = ""
    """PEM of the service account's private key."""
    freebusy_errors: dict[str, str] = field(default_factory=dict)
    """Calendar id -> reason, as ordered."""
    webhook_routes: dict[str, str] = field(default_factory=dict)
    """https host -> base address that gets its pushes."""
    revoked: list[str] = field(default_factory=list)
    """Refresh tokens that nobody renews with any more."""
    delegated: dict[str, list[str]] = field(default_factory=dict)
    """World -> e-mails that the service account may act for."""
    stamp_ms: int = 0
    """The last write's stamp while the clock runs by itself."""
    quota: Quota = field(default_factory=Quota)


class State:
    """Calendars by id, events by calendar and id, channels and tokens by id."""

    def __init__(self, folder: Path | None) -> None:
        self._records = Records(folder)
        self._dirty: dict[tuple[str, str], Callable[[], bytes] | None] = {}
        self._wanted: list[str] = []
        self.meta = next((msgspec.json.decode(b, type=Meta) for b in self._records.load("meta")), Meta())
        self.clock = Clock(self.meta.clock)
        self.calendars = {c.id: c for c in map(_calendar, self._records.load("calendar"))}
        self.channels = {c.id: c for c in map(_channel, self._records.load("channel"))}
        self.grants = {g.token: g for g in map(_grant, self._records.load("grant"))}
        self.calls: deque[str] = deque(maxlen=10_000)
        """The last calls by method and calendar, oldest first; not kept across a restart."""
        self.events: dict[str, dict[str, Event]] = {}
        for event in map(_event, self._records.load("event")):
            self.events.setdefault(event.calendar, {})[event.id] = event

    def close(self) -> None:
        self._records.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything that was kept inside is on disk when it ends, also when it ends with a refusal."""
        try:
            yield
        finally:
            if self._dirty:
                self.meta.clock = self.clock.state
                self._dirty["meta", "meta"] = lambda: msgspec.json.encode(self.meta)
            dirty, self._dirty = self._dirty, {}
            self._records.write({place: encode and encode() for place, encode in dirty.items()})

    def stamp(self) -> tuple[int, int]:
        """A new version and the present in ms, both above all earlier ones' as far as the clock allows."""
        self.meta.version += 1
        now = self.clock.now_ms()
        if self.clock.state.frozen_ms is None:
            now = max(now, self.meta.stamp_ms + 1)
            self.meta.stamp_ms = now
        self.clock.tick()
        return self.meta.version, now

    def keep_meta(self) -> None:
        self._dirty["meta", "meta"] = lambda: msgspec.json.encode(self.meta)

    def keep_calendar(self, calendar: Calendar) -> None:
        self.calendars[calendar.id] = calendar
        self._dirty["calendar", calendar.id] = lambda: msgspec.json.encode(calendar)

    def keep_event(self, event: Event) -> None:
        """Keep it and remember that its calendar's watchers want to know."""
        self.events.setdefault(event.calendar, {})[event.id] = event
        self._dirty["event", f"{event.calendar} {event.id}"] = lambda: msgspec.json.encode(event)
        self.changed(f"events:{event.calendar}")

    def keep_channel(self, channel: Channel) -> None:
        self.channels[channel.id] = channel
        self._dirty["channel", channel.id] = lambda: msgspec.json.encode(channel)

    def keep_grant(self, grant: Grant) -> None:
        self.grants[grant.token] = grant
        self._dirty["grant", grant.token] = lambda: msgspec.json.encode(grant)

    def drop_calendar(self, calendar_id: str) -> None:
        """Forget a calendar and its events as if they had never been."""
        del self.calendars[calendar_id]
        self._dirty["calendar", calendar_id] = None
        for event_id in self.events.pop(calendar_id, {}):
            self._dirty["event", f"{calendar_id} {event_id}"] = None

    def drop_channel(self, channel_id: str) -> None:
        del self.channels[channel_id]
        self._dirty["channel", channel_id] = None

    def drop_grants(self, *, expired_before_ms: int | None = None) -> None:
        """Forget tokens that were given out: all, or those that are of no use any more."""
        for token, grant in list(self.grants.items()):
            if expired_before_ms is None or grant.expires_ms <= expired_before_ms:
                del self.grants[token]
                self._dirty["grant", token] = None

    def changed(self, resource: str) -> None:
        """A watched resource changed: its channels are told once the transaction is over."""
        if resource not in self._wanted:
            self._wanted.append(resource)

    def take_changes(self) -> list[str]:
        """The resources that changed since the last call."""
        changes, self._wanted = self._wanted, []
        return changes


def _calendar(body: bytes) -> Calendar:
    return msgspec.json.decode(body, type=Calendar)


def _event(body: bytes) -> Event:
    return msgspec.json.decode(body, type=Event)


def _channel(body: bytes) -> Channel:
    return msgspec.json.decode(body, type=Channel)


def _grant(body: bytes) -> Grant:
    return msgspec.json.decode(body, type=Grant)
