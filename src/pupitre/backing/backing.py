"""A tenant's backends, whatever its mode."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pupitre.dialogue.call import Call
from pupitre.ports import Directory, FreeBusy, Outcomes, WatchedAgenda, WatchedRecords


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
    pings: Mapping[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)
    """How to ask whether each backend is there."""
    check_ups: Mapping[str, CheckUp] = field(default_factory=dict)
    """What `pupitre doctor` looks at, by name."""
    closers: Sequence[Callable[[], Awaitable[None]]] = ()

    async def close(self) -> None:
        """Let go of connections."""
        for close in self.closers:
            await close()
