"""What goes over the wire: requests, answers, and the shapes of JSON in them, as far as the desk looks at it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import msgspec
from msgspec import Struct, field

from pupitre.ports import Unavailable

T = TypeVar("T")


class Request(Struct, frozen=True):
    method: str
    url: str
    """A path below the API's root, or a whole address."""
    calendar: str | None = None
    """The calendar it is about: decides whose token and which rate limit."""
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = {}
    body: bytes | None = None

    @property
    def what(self) -> str:
        """For messages: no ids, no query."""
        return f"{self.method} {self.url.partition('?')[0].rstrip('/').rpartition('/')[2]}"


class Answer(Struct, frozen=True):
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 -- RFC 9110 §15.3


Transport = Callable[[Request], Awaitable[Answer]]
"""One exchange: any status is an answer. Raises Unavailable when there is none."""


class EventTime(Struct, frozen=True, rename="camel"):
    date_time: str | None = None
    date: str | None = None
    time_zone: str | None = None


class Properties(Struct, frozen=True):
    private: Mapping[str, str] = {}


class Organizer(Struct, frozen=True):
    is_self: bool = field(name="self", default=False)
    """Whether it is the calendar in which this copy of the event stands."""


class Event(Struct, frozen=True, rename="camel"):
    """What we look at in an event; a tombstone may hold the id alone."""

    id: str
    etag: str = ""
    status: str = "confirmed"
    start: EventTime = EventTime()
    end: EventTime = EventTime()
    extended_properties: Properties = Properties()
    recurring_event_id: str | None = None
    organizer: Organizer | None = None
    """A tombstone may have lost it."""

    @property
    def is_guests_copy(self) -> bool:
        """Whether the event is another calendar's, shown here because its owner was invited. It has the same id."""
        return self.organizer is not None and not self.organizer.is_self

    @property
    def cancelled(self) -> bool:
        return self.status == "cancelled"


EVENT_FIELDS = "id,etag,status,start,end,extendedProperties/private,recurringEventId,organizer/self"
"""A partial response: the desk never learns what else agents have in their events."""


class EventPage(Struct, frozen=True, rename="camel"):
    items: tuple[msgspec.Raw, ...] = ()
    next_page_token: str | None = None
    next_sync_token: str | None = None


class CalendarAnswer(Struct, frozen=True, rename="camel"):
    """What a list of events says about their calendar."""

    access_role: str = ""
    time_zone: str = ""


class Period(Struct, frozen=True):
    start: str
    end: str


class Reason(Struct, frozen=True):
    reason: str = ""
    message: str = ""


class FreeBusyCalendar(Struct, frozen=True):
    busy: tuple[Period, ...] | None = None
    errors: tuple[Reason, ...] = ()


class FreeBusyAnswer(Struct, frozen=True):
    calendars: Mapping[str, FreeBusyCalendar] = {}


class ChannelAnswer(Struct, frozen=True, rename="camel"):
    id: str
    resource_id: str
    expiration: str | None = None
    """Milliseconds since 1970, as text."""


def decode(answer: Answer, form: type[T]) -> T:
    """The JSON of an answer that says yes. Raises Unavailable: whoever answers so is not Google."""
    try:
        return msgspec.json.decode(answer.body, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unavailable(f"the calendar's address answers, but not as Google does: {error}") from error
