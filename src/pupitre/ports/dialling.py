"""Calls that the desk has made: what it asks of a voice gateway, and what our own store keeps of it. One tenant's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from pupitre.dialogue.effects import ReminderOutcome
from pupitre.model import BackendId


class Order(Struct, frozen=True):
    """One call to be made. The same reminder and dial again is the same call."""

    reminder_id: str
    dial: int
    """1 for the first, 2 for the first repetition…"""
    to: str
    """E.164."""


class Dialer(Protocol):
    """A voice gateway that makes calls, and then speaks `/ivr` with `direction: outbound`."""

    async def dial(self, order: Order) -> None:
        """Have the patient called; returns when the gateway has taken the order, long before anybody answers.

        Asked again for the same reminder and dial, nobody is called twice. Raises Refused, Unavailable.
        """
        ...


class OutboundCall(Struct, frozen=True):
    """One call to a patient. It rings, or is talked in, until `ended_at`."""

    reminder_id: str
    appointment_id: BackendId
    phone: str
    """E.164."""
    at: datetime
    outcome: str | None = None
    """A `ReminderOutcome`, `busy`, or `failed` when the gateway could not call."""
    ended_at: datetime | None = None


class OutboundCalls(Protocol):
    """Calls made for reminders, and numbers that are not to be called. All raise Unavailable."""

    async def begin(self, reminder_id: str, appointment_id: BackendId, phone: str, at: datetime) -> None:
        """Note a call before the gateway is asked for it. One that rings for this reminder already is left as it is."""
        ...

    async def end(self, reminder_id: str, outcome: str, at: datetime) -> bool:
        """What the ringing call of this reminder brought; False when none was ringing."""
        ...

    async def ringing(self) -> Sequence[OutboundCall]:
        """Calls that have not ended, oldest first: as many lines are taken."""
        ...

    async def since(self, since: datetime, limit: int = 1000) -> Sequence[OutboundCall]:
        """Calls begun since then, oldest first."""
        ...

    async def to_number(self, phone: str, since: datetime) -> int:
        """How often the number was called since then."""
        ...

    async def forbid(self, phone: str, at: datetime, call_id: str | None = None) -> None:
        """The patient asked, in this call, never to be called at this number again."""
        ...

    async def forbidden(self, phone: str) -> bool:
        """Whether the number is not to be called."""
        ...


class Outcomes(Protocol):
    """A record that keeps what the last reminder call of an appointment brought."""

    async def note_outcome(self, appointment_id: BackendId, outcome: ReminderOutcome) -> None:
        """Keep it. Raises NotFound, Unavailable."""
        ...
