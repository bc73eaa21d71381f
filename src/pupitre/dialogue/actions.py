"""What the desk asks the voice gateway to do (contract §1). Every reply ends in exactly one of the last four."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Say(Struct, frozen=True, tag=True):
    text: str
    rate: Literal["slow"] | None = None
    barge_in: bool | None = None


class Listen(Struct, frozen=True, tag=True):
    """Wait for speech or keys. `max_digits` and `finish_on` describe the keypad part."""

    timeout_ms: int
    barge_in: bool = True
    max_digits: int = 1
    finish_on: str | None = None
    hints: tuple[str, ...] = ()


class Transfer(Struct, frozen=True, tag=True):
    """Hand the caller to a person: `brief` and `url` are for that person, `caller_id` is the caller's own number."""

    target: str
    timeout_ms: int
    brief: str | None = None
    url: str | None = None
    priority: Literal["emergency"] | None = None
    caller_id: str | None = None


class Hangup(Struct, frozen=True, tag=True):
    pass


class Continue(Struct, frozen=True, tag=True):
    """Play what precedes, wait this long, then post a `continue` event."""

    after_ms: int


Action = Say | Listen | Transfer | Hangup | Continue
Ending = Listen | Transfer | Hangup | Continue
