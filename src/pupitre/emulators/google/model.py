"""What the emulated service keeps: calendars with their sharing, events, people, channels."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct, field

from pupitre.emulators.google.times import Point
from pupitre.emulators.google.wire import Json

SCOPE_PREFIX = "https://www.googleapis.com/auth/"

ROLES = ("none", "freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")
"""Weakest first; a role includes those before it."""


class Person(Struct, frozen=True):
    """Who a bearer token speaks for."""

    email: str
    scopes: tuple[str, ...]
    """Without the common prefix: `calendar.events`."""
    kind: str = "user"
    """user | service_account | service_account_impersonating"""
    expired: bool = False
    calendar_user: bool = True

    @property
    def may_invite(self) -> bool:
        return self.kind != "service_account"


class Grant(Struct):
    """An access token that the token endpoint gave out."""

    token: str
    person: Person
    expires_ms: int
    refreshed_by: str | None = None
    """The refresh token that asked for it."""


class Rule(Struct):
    """One entry of a calendar's access control list."""

    role: str
    scope_type: str
    scope_value: str = ""
    etag_ms: int = 0
    version: int = 0

    @property
    def id(self) -> str:
        return "default" if self.scope_type == "default" else f"{self.scope_type}:{self.scope_value}"


class Entry(Struct):
    """What one person set for a calendar in his own calendar list."""

    listed: bool
    body: Json = field(default_factory=dict)
    version: int = 0


class Calendar(Struct):
    id: str
    owner: str
    time_zone: str
    primary: bool = False
    body: Json = field(default_factory=dict)
    """summary, description, location and whatever else its owner wrote."""
    acl: dict[str, Rule] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    """Calendar list entries by e-mail, for those who changed theirs."""
    etag_ms: int = 0
    version: int = 0
    sync_epoch: int = 0
    """Sync tokens of an earlier epoch are expired."""
    world: str = ""
    """The world it was loaded with; a world is emptied as a whole."""
    deleted: bool = False


class Shape(Struct, frozen=True):
    """When an event takes place: what instances are made from."""

    start: Json
    end: Json
    recurrence: tuple[str, ...] = ()
    updated_ms: int = 0

    @property
    def starts(self) -> Point:
        return Point.of(self.start)

    @property
    def ends(self) -> Point:
        return Point.of(self.end)


class FormerShape(Struct, frozen=True):
    """A shape that an event had until a version."""

    until: int
    shape: Shape


class Event(Struct):
    """One copy of an event, on one calendar."""

    id: str
    calendar: str
    body: Json
    """The resource but for what is derived when it is read: etag, updated, created, self marks, rendered times."""
    order: int
    """Versions are one count for everything: this one is the creation's."""
    version: int
    created_ms: int
    updated_ms: int
    bare: bool = False
    """A tombstone of which only the id is left."""
    moved_away: bool = False
    """Left behind by events.move; the event may come back."""
    former: list[FormerShape] = field(default_factory=list)

    @property
    def cancelled(self) -> bool:
        return self.body.get("status") == "cancelled"

    @property
    def recurring(self) -> bool:
        return bool(self.body.get("recurrence"))

    @property
    def master(self) -> str | None:
        return self.body.get("recurringEventId")

    @property
    def organizer(self) -> str:
        email: str = self.body["organizer"]["email"]
        return email

    @property
    def start(self) -> Point:
        return Point.of(self.body["start"])

    @property
    def end(self) -> Point:
        return Point.of(self.body["end"])

    @property
    def etag(self) -> str:
        """Google's event etag is twice the microseconds of `updated`, quoted."""
        return f'"{self.updated_ms * 2000}"'

    def shape(self) -> Shape:
        return Shape(
            self.body["start"], self.body["end"], tuple(self.body.get("recurrence", ())), updated_ms=self.updated_ms
        )


class Channel(Struct):
    """A subscription to a resource's changes."""

    id: str
    resource_id: str
    resource_uri: str
    resource: str
    """events:<calendar> | acl:<calendar> | calendarList:<email> | settings:<email>"""
    address: str
    owner: str
    expires_ms: int
    token: str | None = None
    sent: int = 0
    """The last message number."""
    stopped: bool = False


class Quota(Struct):
    """Calls allowed in a sliding minute; None: not counted."""

    per_minute_user: int | None = None
    per_minute_project: int | None = None


HORIZON = timedelta(days=730)
"""How far a series without end is unfolded when nobody gave an upper bound, from its start or last change."""
HORIZON_OF_ENDING = 5 * HORIZON
"""The same for a series with COUNT or UNTIL."""
