"""A tenant's backends, whatever its mode."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pupitre.dialogue.call import Call
from pupitre.ports import (
    DeskError,
    Directory,
    FreeBusy,
    Outcomes,
    ToDos,
    UpcomingByPhone,
    WatchedAgenda,
    WatchedRecords,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check-up looked at. An `error` keeps the desk from working; a `warning` will one day, or for some."""

    level: Literal["ok", "warning", "error"]
    said: str


CheckUp = Callable[[], Awaitable[Sequence[Finding]]]
"""Looks at a backend and changes nothing; raises DeskError when it cannot."""


class Record(WatchedRecords, Outcomes, Protocol):
    """A system of record that can be followed and keeps what reminder calls brought."""


@dataclass(frozen=True, slots=True)
class Backing:
    """One tenant's backends."""

    directory: Directory
    records: Record
    free_busy: FreeBusy
    agenda: WatchedAgenda | None = None
    """None where the record is the planning."""
    external_uid: str = "{tenant}:event:{id}"
    screen_pop: Callable[[Call], str | None] = lambda _call: None
    """The address that opens the caller's file, for the person who takes a transfer."""
    todos: ToDos | None = None
    """Where people who work in the record see what waits for them."""
    by_phone: UpcomingByPhone | None = None
    """What can be asked at the start of a call; None where asking later costs nothing."""
    wake: Callable[[], Awaitable[object]] | None = None
    """Logs in and asks what the backend is, so that the first call need not wait for it; raises DeskError."""
    pings: Mapping[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)
    """How to ask whether each backend is there."""
    check_ups: Mapping[str, CheckUp] = field(default_factory=dict)
    """What `pupitre doctor` looks at, by name."""
    closers: Sequence[Callable[[], Awaitable[None]]] = ()

    async def wake_up(self) -> None:
        """`wake`, as far as it goes: who is not there now is asked again by whoever needs it."""
        if self.wake is not None:
            with suppress(DeskError):
                await self.wake()

    async def close(self) -> None:
        """Let go of connections."""
        for close in self.closers:
            await close()
