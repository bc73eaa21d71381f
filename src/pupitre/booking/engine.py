"""The durable engine's one door: a job is started once per id, runs to its end whatever dies meanwhile, and can be
waited for.

A job is an ordinary function over `Steps`. What a step brought is kept, so that after a crash the function runs again
from its first line and finds every finished step's result instead of its effect; a step that was cut off runs again,
which is why each is idempotent on its backend. Between steps a job may compute, never touch the world.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Protocol, TypeVar

import msgspec
from msgspec import Struct
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, stop_after_delay
from tenacity.stop import stop_base
from tenacity.wait import wait_exponential_jitter

from pupitre.ports import Conflict, DeskError, NotFound, Refused, Stale, Unavailable

T = TypeVar("T")


class Job(Struct, frozen=True):
    """A piece of durable work. It holds ids, never names or numbers."""

    id: str
    """Asked twice, run once."""
    kind: str
    """Which function does it."""
    tenant: str
    subject: str
    attempt: int = 1


class JobState(StrEnum):
    UNKNOWN = "unknown"
    ACTIVE = "active"
    """Running, or to be taken over from a process that died."""
    ENDED = "ended"


class Tries(Struct, frozen=True):
    """How often, and for how long, a step is tried while its backend is unavailable. Never after any other error."""

    most: int
    seconds: float
    longest_pause: float = 2.0
    """Seconds between two tries, unless the backend itself advises more."""


ONCE = Tries(1, 0)
WHILE_THE_CALLER_WAITS = Tries(16, 11, longest_pause=1)
"""Up to the record: about the caller's patience, so that an outage that is shorter costs nobody his slot."""
BRIEFLY = Tries(4, 2)
"""For what the caller need not wait for."""
OUR_STORE = Tries(12, 30)
"""For our own database: a restart of it is not worth a later retry."""

Kept = dict[str, object]
"""A step's outcome as JSON has it: `value`, or `error` with its `message`."""

Keep = Callable[[str, Callable[[], Awaitable[Kept]]], Awaitable[Kept]]
"""What an engine adds: the kept outcome of the named step, or that of running it now."""

Sleep = Callable[[float], Awaitable[None]]

_ERRORS: dict[str, type[DeskError]] = {
    error.__name__: error for error in (Unavailable, Conflict, Refused, NotFound, DeskError)
}
"""The kinds that a job tells apart."""


class _AskedToWait(stop_base):
    """The backend said itself that it will not answer within so many seconds of the first try."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __call__(self, retry_state: RetryCallState) -> bool:
        advice = _advice(retry_state)
        return advice > 0 and (retry_state.seconds_since_start or 0) + advice > self._seconds


def _advice(retry_state: RetryCallState) -> float:
    error = retry_state.outcome.exception() if retry_state.outcome else None
    return (error.retry_after or 0) if isinstance(error, Unavailable) else 0


class AtHome(Protocol):
    """Awaits something where the desk's connections live, from wherever a job runs."""

    async def __call__(self, work: Awaitable[T], /) -> T: ...


async def here(work: Awaitable[T], /) -> T:
    """At home is where it runs."""
    return await work


class Steps:
    """What a job does, step by step."""

    def __init__(self, keep: Keep, at_home: AtHome = here, sleep: Sleep = asyncio.sleep) -> None:
        self._keep = keep
        self._at_home = at_home
        self._sleep = sleep

    async def glance(self, action: Callable[[], Awaitable[T]]) -> T:
        """Read what never changes; it is not kept."""
        return await self._at_home(action())

    async def step(self, returns: type[T], name: str, action: Callable[[], Awaitable[T]], tries: Tries = ONCE) -> T:
        """Run the action, or find what it brought before a crash. Its errors are kept like its results.

        Raises whatever DeskError the action raised, Unavailable only after its tries; any other error ends the job.
        """
        return _brought(returns, await self._keep(name, lambda: self._outcome(action, tries)))

    async def last(self, returns: type[T], action: Callable[[], Awaitable[T]], tries: Tries = ONCE) -> T:
        """Run what ends the job when it succeeds: there is nothing to keep it for.

        After a crash it runs again, so it must tell by itself that it was done. Raises like `step`.
        """
        return _brought(returns, await self._at_home(self._outcome(action, tries)))

    async def _outcome(self, action: Callable[[], Awaitable[T]], tries: Tries) -> Kept:
        backoff = wait_exponential_jitter(multiplier=0.2, max=tries.longest_pause, jitter=0.2)
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type((Unavailable, Stale)),
                stop=stop_after_attempt(tries.most) | stop_after_delay(tries.seconds) | _AskedToWait(tries.seconds),
                wait=lambda state: max(backoff(state), _advice(state)),
                sleep=self._sleep,
                reraise=True,
            ):
                with attempt:
                    value = await action()
        except Stale as error:
            # Somebody else keeps writing the same row of ours: that is no conflict of the commitment's.
            return {"error": Unavailable.__name__, "message": str(error), "retry_after": None}
        except DeskError as error:
            kind = next(name for name, known in _ERRORS.items() if isinstance(error, known))
            return {"error": kind, "message": str(error), "retry_after": getattr(error, "retry_after", None)}
        return {"value": msgspec.to_builtins(value)}


def _brought(returns: type[T], kept: Kept) -> T:
    if "error" in kept:
        error = _ERRORS[str(kept["error"])]
        message = str(kept["message"])
        if error is Unavailable:
            raise Unavailable(message, retry_after=msgspec.convert(kept["retry_after"], float | None))
        raise error(message)
    return msgspec.convert(kept["value"], returns)


Work = Callable[[Steps, Job], Awaitable[None]]
"""What does a job. It may raise nothing but bugs."""


class Engine(Protocol):
    """Where jobs run."""

    async def run(self, job: Job, seconds: float = 0) -> bool:
        """Begin it unless it was ever begun, by whatever process; whether it has ended after that much real time.

        A job that was begun goes on whatever becomes of whoever waits for it. Raises Unavailable when it may not have
        begun: asking again is safe.
        """
        ...

    async def state(self, job: Job) -> JobState:
        """How it stands. Raises Unavailable."""
        ...
