"""The emulator's present: the real one, until it is set by hand; then it stands still but for 1 ms per write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from pupitre.emulators.google.times import from_ms, to_ms


class ClockState(Struct):
    """What of the clock survives a restart."""

    frozen_ms: int | None = None
    offset_ms: int = 0
    """Added to the real time while the clock runs."""


class Clock:
    """Milliseconds are its unit: Google's `updated` has three decimals."""

    def __init__(self, state: ClockState) -> None:
        self.state = state

    def now_ms(self) -> int:
        if self.state.frozen_ms is not None:
            return self.state.frozen_ms
        return to_ms(datetime.now(UTC)) + self.state.offset_ms

    def now(self) -> datetime:
        return from_ms(self.now_ms())

    def tick(self) -> None:
        """A write happened: the frozen clock moves on by 1 ms, so that two writes never bear one stamp."""
        if self.state.frozen_ms is not None:
            self.state.frozen_ms += 1

    def set(self, instant: datetime) -> None:
        """Freeze at this instant, past or future."""
        self.state = ClockState(frozen_ms=to_ms(instant))

    def advance(self, by: timedelta) -> None:
        """Move a frozen clock, or the running one's distance from real time."""
        step = by // timedelta(milliseconds=1)
        if self.state.frozen_ms is not None:
            self.state.frozen_ms += step
        else:
            self.state.offset_ms += step

    def run(self) -> None:
        """Follow real time again."""
        self.state = ClockState()
