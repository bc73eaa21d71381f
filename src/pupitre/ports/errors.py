"""Errors, by what to do next:

    DeskError
    ├── Unavailable     try later: down, slow, rate limited
    ├── Conflict        it changed behind our back: read again and compare
    │   ├── Stale       the same, in our own store
    │   └── SlotTaken   somebody else has that time: offer others
    ├── Refused         no for good: a person must look
    ├── NotFound        it is not there (any more)
    └── ConfigError     the operator must correct a setting; printed as one sentence of advice

Adapters translate foreign exceptions into these at the seam, `from` kept.
"""

from __future__ import annotations


class DeskError(Exception):
    """Something went wrong that the desk has a plan for. The message is for the journal, never for a caller."""


class Unavailable(DeskError):
    """The backend cannot answer now. `retry_after` is its own advice in seconds, where it gave one."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Conflict(DeskError):
    """What was to be changed has been changed by somebody else (HTTP 412 and its kin)."""


class Stale(Conflict):
    """Our own store has a newer version than the one that was read."""


class SlotTaken(Conflict):
    """Somebody else has that time of that agent: the database said so."""


class Refused(DeskError):
    """The backend said no, and will say no again."""


class NotFound(DeskError):
    """The thing asked for does not exist, or no longer."""


class ConfigError(DeskError):
    """A setting is wrong. The message names file, key and fix."""
