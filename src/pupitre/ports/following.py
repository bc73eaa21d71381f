"""What our own store keeps to hold record and planning in step."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from pupitre.model import Appointment, BackendId, Slot
from pupitre.ports.world import Channel


class Followed(Struct, frozen=True):
    """An appointment that is kept in step."""

    appointment: Appointment
    """As the record last showed it; no name in it."""
    agreed: Slot | None = None
    """Where record and planning last agreed that it stands; None before they did."""
    noticed_at: datetime | None = None
    """When it was noticed that one of the two sides has changed; None once it is settled."""


class FollowedCalendar(Struct, frozen=True):
    """How far an agent's calendar has been read."""

    agent_id: BackendId
    calendar: str
    token: str | None = None
    """Where to read on; None: from the beginning."""
    read_at: datetime | None = None
    """When it was last read to its end."""
    failing_since: datetime | None = None
    trouble: str | None = None
    """Why it cannot be read."""
    channel: Channel | None = None
    """What announces its changes."""
    channel_token: str | None = None
    """What each announcement has to carry."""
    heard_at: datetime | None = None
    """When the channel last said something; None: never, so that its silence proves nothing."""


class Following(Protocol):
    """One tenant's. All raise Unavailable."""

    async def appointments(self, now: datetime) -> Sequence[Followed]:
        """All that are followed and not over."""
        ...

    async def put(self, followed: Sequence[Followed], since: datetime | None = None) -> None:
        """Keep these as they are now, and with them how far the record has been read, in one write."""
        ...

    async def leave(self, appointment_id: BackendId) -> None:
        """Follow it no longer."""
        ...

    async def forget(self, now: datetime) -> None:
        """Follow no longer what is over."""
        ...

    async def since(self) -> datetime | None:
        """How far the record has been read, by its own clock."""
        ...

    async def calendars(self) -> Sequence[FollowedCalendar]:
        """Every agent's."""
        ...

    async def put_calendar(self, calendar: FollowedCalendar, followed: Sequence[Followed] = ()) -> None:
        """How far it has been read, together with what that brought, in one write."""
        ...

    async def drop_calendar(self, agent_id: BackendId) -> None:
        """It is nobody's any more."""
        ...

    async def close_tasks(self, appointment_id: BackendId, by: str, now: datetime) -> None:
        """What waited for a person about this appointment's synchronisation has been seen to."""
        ...

    async def close_task(self, key: str, by: str, now: datetime) -> None:
        """What waited for a person under this key has been seen to."""
        ...

    async def tell(self, report: bytes) -> None:
        """Keep what the last reconciliation did."""
        ...

    async def told(self) -> bytes | None:
        """What the last reconciliation did."""
        ...

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Waits until no other reconciliation of the tenant runs. A help, not a guard: all it does is idempotent."""
        ...
