"""Calls that the desk has made: what it asks of a voice gateway, and what our own store keeps of it. One tenant's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from pupitre.dialogue.effects import ReminderOutcome
from pupitre.model import BackendId
from pupitre.ports.errors import Unavailable
from pupitre.ports.keeping import Due, Reminder


class Unsure(Unavailable):
    """The gateway was asked and did not answer: it may have taken the order, or not."""


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

        Asked again for the same reminder and dial, nobody is called twice. Raises Refused, Unavailable, Unsure.
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
    picked_up_at: datetime | None = None
    ended_at: datetime | None = None


class Caps(Struct, frozen=True):
    """How much a tenant may have dialled at once, by all processes together."""

    lines: int | None
    """Calls at the same time; None where ringing takes no line."""
    starts_per_minute: int


class Traffic(Struct, frozen=True):
    """What a tenant's calls take at this moment."""

    lines: int
    begun: int
    """Calls that began within the last minute."""


class OutboundCalls(Protocol):
    """Calls made for reminders, and numbers that are not to be called. All raise Unavailable."""

    async def begin(self, reminder: Reminder, phone: str, at: datetime, caps: Caps, unheard: Due | None) -> bool:
        """Note a call before the gateway is asked for it: its reminder is dialled once more, `unheard` is put.

        All of it or nothing, and nothing beyond the caps, whatever other processes do: False then.
        Raises Stale when the reminder is not scheduled any more, or was dialled since it was read.
        """
        ...

    async def pick_up(self, reminder_id: str, at: datetime, unheard: Due | None) -> None:
        """Somebody took the ringing call of this reminder; `unheard` is put with it."""
        ...

    async def end(self, reminder: Reminder, outcome: str, at: datetime, unheard: str, again: Due | None) -> bool:
        """What the ringing call of this reminder brought; False when none was ringing.

        In the same write the reminder is kept as given, its row of due work of the kind `unheard` taken out, and
        `again` put.
        """
        ...

    async def of(self, reminder_id: str) -> OutboundCall | None:
        """The call that rings for this reminder, or is talked in."""
        ...

    async def traffic(self, at: datetime) -> Traffic:
        """Lines taken, and calls begun in the minute before."""
        ...

    async def begun(self, at: datetime, most: int) -> Sequence[datetime]:
        """When those of that minute began, oldest first; the latest of them when there are more than so many."""
        ...

    async def lately(self, since: datetime, most: int) -> Sequence[str | None]:
        """What the latest calls since then brought, at most so many, latest first."""
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
