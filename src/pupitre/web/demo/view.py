"""What the demo page asks of the desk, beside the public `POST /ivr` and `GET /v1/calls/{call_id}`.

Every instant here is aware and already in the tenant's zone: the page shows wall time and converts nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct

from pupitre.model import BackendId


class WeekAgent(Struct, frozen=True):
    id: BackendId
    name: str


class Span(Struct, frozen=True):
    """Half-open [start, end), within one local day."""

    start: datetime
    end: datetime


class AgentSpan(Struct, frozen=True):
    """Time of one agent that is taken, whatever for; the page never says by what."""

    agent: BackendId
    start: datetime
    end: datetime


class WeekEvent(Struct, frozen=True):
    """Where the planning has an appointment that the record has elsewhere."""

    agent: BackendId
    start: datetime
    end: datetime


class WeekAppointment(Struct, frozen=True):
    """An appointment as the record has it; `status` and `sync_state` are the values of `pupitre.model`."""

    id: BackendId
    agent: BackendId
    start: datetime
    end: datetime
    status: str
    sync_state: str
    patient_name: str | None = None
    agreement: str = "alone"
    """A `two_sides.Agreement`."""
    elsewhere: WeekEvent | None = None


class WeekHold(Struct, frozen=True):
    """An offer kept for a caller until `expires`."""

    call_id: str
    agent: BackendId
    start: datetime
    end: datetime
    expires: datetime


class Week(Struct, frozen=True):
    """One working week of all agents, as it stands at `now`."""

    tenant: str
    """The tenant's name, as callers hear it."""
    timezone: str
    now: datetime
    days: Sequence[date]
    """The days to draw, in order; those before the first and after the last are reached by asking for another week."""
    open: Sequence[Span]
    """Opening hours as they fall in this week; a day without any is closed."""
    agents: Sequence[WeekAgent]
    busy: Sequence[AgentSpan]
    """Busy time that is not one of `appointments`."""
    appointments: Sequence[WeekAppointment]
    """Those that keep an agent busy, in the record or in the planning."""
    holds: Sequence[WeekHold]


class Caller(Struct, frozen=True):
    """Somebody a visitor may phone as."""

    name: str
    phone: str
    """E.164."""
    note: str = ""
    """What makes this caller worth trying, in a few words of the visitor's language."""


class SeenTurn(Struct, frozen=True):
    """One turn as the journal has it, in words for a visitor."""

    heard: str
    """What the caller said, in quotation marks, or keyed, or a word for what else happened; empty at the start."""
    meaning: str
    """What was understood, short, but for the wish; empty when nothing was."""
    state: str
    """The state the turn ended in."""
    effects: Sequence[str]
    """What was asked of the world in this turn, one short line each."""
    at: datetime
    when: Mapping[str, object] | None = None
    """The wish that was heard in this turn, as the canonical constraint."""


class DemoView(Protocol):
    """The desk as the demo page sees it."""

    async def week(self, start: date | None) -> Week:
        """The week that `start` falls in; None: the first week in which something may be offered."""
        ...

    async def callers(self) -> Sequence[Caller]:
        """The example patients, in the order to show them."""
        ...

    async def turns(self, call_id: str) -> Sequence[SeenTurn]:
        """The call's turns so far, oldest first (`readable.seen_turn` makes them); empty for an unknown call."""
        ...

    def changes(self) -> AsyncIterator[str]:
        """One item whenever something in any week may have changed; the item names what ("hold", "appointment", …)."""
        ...
