"""The emulator's present: the real one, until it is set by hand; then it stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec import Struct


class Clock(Struct):
    """What of it survives a restart is all of it."""

    frozen: datetime | None = None
    offset: timedelta = timedelta()
    """Added to the real time while the clock runs."""

    def now(self) -> datetime:
        """Naive UTC, as Odoo keeps it."""
        return (self.frozen or datetime.now(UTC) + self.offset).replace(tzinfo=None)

    def set(self, instant: datetime) -> None:
        """Stand still at this aware instant. Raises ValueError for a naive one."""
        if instant.tzinfo is None:
            raise ValueError("the instant needs an offset")
        self.frozen = instant.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        if self.frozen is not None:
            self.frozen += by
        else:
            self.offset += by

    def run(self) -> None:
        """Follow real time again."""
        self.frozen, self.offset = None, timedelta()
