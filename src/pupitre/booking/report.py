"""What one reconciliation did, as it is kept and told."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from pupitre.model import BackendId


class Did(StrEnum):
    """What was done about an appointment; the names are those of reports."""

    NOTHING = "nothing"
    LATER = "later"
    """A commitment is at work on it, or its calendar cannot be read now: it is looked at again."""
    REPAIRED = "repaired"
    CARRIED_TO_PLANNING = "carried to the planning"
    CARRIED_TO_RECORD = "carried to the record"
    CONFLICT = "conflict"
    HEALED = "healed"


class Line(Struct, frozen=True):
    """What was done about one appointment."""

    appointment_id: BackendId
    did: Did


class Report(Struct, frozen=True):
    """What one reconciliation did."""

    at: datetime
    followed: int = 0
    """Appointments that are followed."""
    calendars: int = 0
    """Calendars that were read."""
    lines: tuple[Line, ...] = ()
    """Those about which something was done."""
    waiting: int = 0
    """Those that are to be looked at again."""
    oldest_waiting: datetime | None = None
    """Since when the first of them waits."""
    troubles: tuple[str, ...] = ()
    announced: bool = False
    """Whether the planning's announcement of a change began it."""

    @property
    def quiet(self) -> bool:
        """Nothing was done, and nothing is left to do."""
        return not (self.lines or self.waiting or self.troubles)
