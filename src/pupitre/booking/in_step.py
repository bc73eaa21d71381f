"""What keeping one tenant's record and planning in step works with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from msgspec import Struct

from pupitre.booking.report import Report
from pupitre.booking.world import World
from pupitre.ports import Following, WatchedAgenda, WatchedRecords


def _by_nobody(_report: Report) -> None:
    """What is kept of it is enough."""


class InStep(Struct, frozen=True):
    """One tenant's."""

    world: World
    records: WatchedRecords
    agenda: WatchedAgenda | None
    """None where the record is the planning: then only reminders follow what people change there."""
    following: Following
    two_way: bool = False
    """Whether what a person does in the planning is carried into the record; else a person decides."""
    every: timedelta = timedelta(minutes=15)
    announced_at: str | None = None
    """The https address that the planning posts its announcements to; None: it is only read."""
    noted: Callable[[Report], None] = _by_nobody
    """Told of each round of this process at its end, before it is kept; returns at once."""
