"""What a call will most likely need is looked up while its caller is greeted: who has his number, and what they have
booked, one round trip each, side by side.

An effect that asks for it later is answered from here, once. The conversation knows nothing of it: what it hears, and
when, is what it asks for, so that nothing is told earlier and the journal is the same. Kept in this process only;
what is not here, too old or failed is looked up as if nothing had been.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pupitre.booking.world import World
from pupitre.dialogue.call import Call
from pupitre.model import Appointment, BackendId, Patient
from pupitre.ports import DeskError, UpcomingByPhone, Who

T = TypeVar("T")

_FRESH_SECONDS = 60.0
"""Real time after which what was looked up is no longer trusted."""


@dataclass(slots=True)
class _Looked:
    """What is looked up for one call; None once it has been told."""

    number: str
    patients: asyncio.Task[Sequence[Patient]] | None
    appointments: asyncio.Task[Sequence[Appointment] | None] | None
    at: float = field(default_factory=time.monotonic)
    known: Sequence[BackendId] = ()
    """The patients of the number, once they have been told."""

    def cancel(self) -> None:
        for task in (self.patients, self.appointments):
            if task is not None:
                task.cancel()


class Ahead:
    """What one tenant's calls have had looked up."""

    def __init__(self, world: Callable[[], Awaitable[World]], by_phone: Callable[[], UpcomingByPhone | None]) -> None:
        self._world = world
        self._by_phone = by_phone
        self._calls: dict[str, _Looked] = {}

    def begin(self, call: Call) -> None:
        """A call has begun: look up whose it may be. Returns at once; where the backend is at hand, does nothing."""
        self.end(call.call_id)  # of the same id, in a sandbox that was emptied since
        self._drop_old()
        by_phone, number = self._by_phone(), call.from_e164
        if by_phone is None or number is None or call.direction != "inbound":
            return

        async def patients() -> Sequence[Patient]:
            return await (await self._world()).directory.lookup_patient(Who(phone=number))

        async def appointments() -> Sequence[Appointment] | None:
            return await by_phone.upcoming_by_phone(number, (await self._world()).now())

        self._calls[call.call_id] = _Looked(number, _begun(patients()), _begun(appointments()))

    def end(self, call_id: str) -> None:
        """The call is over: nobody needs it any more."""
        if looked := self._calls.pop(call_id, None):
            looked.cancel()

    async def patients(self, call_id: str, who: Who) -> Sequence[Patient] | None:
        """Who has the caller's number; None when it must be looked up."""
        looked = self._fresh(call_id)
        if looked is None or looked.patients is None or who != Who(phone=looked.number):
            return None
        task, looked.patients = looked.patients, None
        found = await _outcome(task)
        looked.known = tuple(patient.id for patient in found or ())
        return found

    def names(self, call_id: str) -> Sequence[str]:
        """Who has the caller's number, as far as it is known by now; nobody is waited for."""
        looked = self._fresh(call_id)
        task = looked.patients if looked else None
        if task is None or not task.done() or task.cancelled() or task.exception():
            return ()
        return [patient.name for patient in task.result()]

    async def upcoming(self, call_id: str, patient_id: BackendId) -> Sequence[Appointment] | None:
        """What the patient, found by the caller's number, has booked; None when it must be looked up."""
        looked = self._fresh(call_id)
        if looked is None or looked.appointments is None or patient_id not in looked.known:
            return None
        task, looked.appointments = looked.appointments, None
        found = await _outcome(task)
        return None if found is None else [one for one in found if one.patient_id == patient_id]

    def _fresh(self, call_id: str) -> _Looked | None:
        looked = self._calls.get(call_id)
        return looked if looked is not None and looked.at > time.monotonic() - _FRESH_SECONDS else None

    def _drop_old(self) -> None:
        oldest = time.monotonic() - _FRESH_SECONDS
        for call_id in [one for one, looked in self._calls.items() if looked.at < oldest]:
            self.end(call_id)


def _begun(work: Awaitable[T]) -> asyncio.Task[T]:
    task = asyncio.ensure_future(work)
    assert isinstance(task, asyncio.Task)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may ever ask for it
    return task


async def _outcome(task: asyncio.Task[T]) -> T | None:
    """What it brought; None when it failed, so that it is tried again. Who waits may stop waiting, and it goes on."""
    try:
        return await asyncio.shield(task)
    except DeskError:
        return None
