"""A tenant's backends, whatever its mode."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pupitre.dialogue.call import Call
from pupitre.ports import Agenda, Directory, FreeBusy, Records


@dataclass(frozen=True, slots=True)
class Backing:
    """One tenant's backends."""

    directory: Directory
    records: Records
    free_busy: FreeBusy
    agenda: Agenda | None = None
    """None where the record is the planning."""
    external_uid: str = "{tenant}:event:{id}"
    screen_pop: Callable[[Call], str | None] = lambda _call: None
    """The address that opens the caller's file, for the person who takes a transfer."""
    pings: Mapping[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)
    """How to ask whether each backend is there."""
    closers: Sequence[Callable[[], Awaitable[None]]] = ()

    async def close(self) -> None:
        """Let go of connections."""
        for close in self.closers:
            await close()
