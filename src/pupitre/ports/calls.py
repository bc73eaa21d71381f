"""Calls and their journal, as the desk keeps them: one tenant's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from pupitre.dialogue.actions import Action
from pupitre.dialogue.call import Call
from pupitre.dialogue.effects import Effect
from pupitre.dialogue.events import CallerEvent, WorldEvent


class Reply(Struct, frozen=True):
    """What the gateway is told. Folding all deltas of a call over {} gives its context as of the last reply."""

    actions: tuple[Action, ...]
    state: str
    context_delta: dict[str, object]


Performed = WorldEvent | Callable[[], Awaitable[WorldEvent]]
"""What came of an effect; or the rest of it, which is done in the turn that tells the caller, or never."""


class Step(Struct, frozen=True):
    """One question to the world inside a turn, and what came back."""

    effect: Effect
    outcome: WorldEvent


class JournalTurn(Struct, frozen=True):
    """One turn as it was decided: enough to decide it again."""

    event: CallerEvent
    before: str
    """The state the call was in."""
    after: str
    steps: tuple[Step, ...]
    reply: Reply
    event_id: str | None = None
    opening: bool = False
    """The call began without a start of its own: this reply also says what one would have begun with."""
    trouble: str | None = None
    """What went wrong when the caller was handed over for it: the kind of error."""


class CallStore(Protocol):
    """The current state of each call, and its journal. All raise Unavailable."""

    def turn(self, call_id: str) -> AbstractAsyncContextManager[None]:
        """Held while one event of the call is handled: its other events wait, in whatever process they arrive."""
        ...

    async def load(self, call_id: str) -> tuple[Call, int] | None:
        """The call and its version, or None when it is unknown."""
        ...

    async def reply_to(self, call_id: str, event_id: str) -> Reply | None:
        """What was answered to this event, or None when it is new."""
        ...

    async def first_reply(self, call_id: str) -> Reply | None:
        """What was answered to the call's start."""
        ...

    async def save(self, call: Call, turns: Sequence[JournalTurn], version: int) -> None:
        """Replace the version that was read (0: none) and add to the journal, in one write that is on disk on return.

        Raises Stale.
        """
        ...

    async def journal(self, call_id: str) -> Sequence[JournalTurn]:
        """Every turn, in order; empty for an unknown call."""
        ...

    async def silent(self, since: datetime, limit: int) -> Sequence[str]:
        """Ids of calls in progress whose last event is older than that."""
        ...

    async def pin(self, configuration: bytes) -> str:
        """Keep a tenant's configuration for the calls that start under it; its id, the same for the same bytes."""
        ...

    async def pinned(self, configuration_id: str) -> bytes:
        """The configuration of that id. Raises NotFound."""
        ...
