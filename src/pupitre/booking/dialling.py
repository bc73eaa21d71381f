"""Dials what is due: one durable job per dial, which looks whether the phone may ring, notes the call, and then asks
the gateway for it.

A job that is run again after a crash finds the call it noted and asks for the same one, which the gateway knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, timedelta
from functools import partial
from itertools import count

from msgspec import Struct
from msgspec.structs import replace

from pupitre.booking import reminder_calls
from pupitre.booking.due import Begin
from pupitre.booking.engine import BRIEFLY, OUR_STORE, Job, JobState, Steps, Work
from pupitre.booking.may_ring import End, Ring, Wait, may_ring
from pupitre.booking.reminder_calls import UNHEARD_KIND
from pupitre.booking.reminders import DUE_KIND
from pupitre.booking.telephone import Telephone
from pupitre.booking.world import World
from pupitre.dialogue.effects import TaskKind
from pupitre.ports import Due, NotFound, Order, Refused, Reminder, ReminderStatus, Unavailable

_LONGEST_SECONDS = 60.0
_RECORD_DOWN = timedelta(minutes=2)


class Looked(Struct, frozen=True):
    """What a look at the reminder brought: the number of the dial to ask for, or none."""

    dial: int = 0


def works(worlds: Mapping[str, World]) -> Mapping[str, Work]:
    """What the engine needs to dial for these tenants. The mapping may still grow."""

    async def dialled(do: Steps, job: Job) -> None:
        await dial(do, job, worlds[job.tenant])

    return {DUE_KIND: dialled}


async def begin(world: World, row: Due) -> None:
    """A reminder is due. See `due.Begin`."""
    stamp = f"{row.due.astimezone(UTC):%Y%m%dT%H%M%S}"
    for attempt in count(1):
        job = Job(f"{world.tenant}/{DUE_KIND}/{row.subject}/{stamp}/{attempt}", DUE_KIND, world.tenant, row.subject)
        # One that has ended and left its row is of an emptied sandbox, or of a process that died at that moment.
        if await world.engine.state(job) is not JobState.ENDED:
            break
    if not await world.engine.run(job, _LONGEST_SECONDS):
        raise Unavailable("a reminder is still being dialled")


async def unheard(world: World, row: Due) -> None:
    """Of a call that the gateway took, nothing was heard: nobody answered."""
    with suppress(NotFound):
        await reminder_calls.unanswered(world, row.subject, "no_answer")


KINDS: Mapping[str, Begin] = {DUE_KIND: begin, UNHEARD_KIND: unheard}


async def dial(do: Steps, job: Job, world: World) -> None:
    """One dial of one reminder."""
    telephone = world.telephone
    if telephone is None:
        return
    try:
        looked = await do.step(Looked, "look", partial(look, world, telephone, job.subject), BRIEFLY)
    except NotFound:
        return
    except Unavailable:
        await do.step(Looked, "later", partial(later, world, job.subject), OUR_STORE)
        return
    if not looked.dial:
        return
    try:
        await do.step(Looked, "ask", partial(ask, telephone, job.subject, looked.dial), BRIEFLY)
    except (Refused, Unavailable):
        await do.step(Looked, "failed", partial(failed, world, job.subject), OUR_STORE)


async def look(world: World, telephone: Telephone, reminder_id: str) -> Looked:
    """Look whether the phone may ring, and note the call if it may. Raises NotFound, Unavailable."""
    async with telephone.turn:
        reminder = await world.reminders.read(reminder_id)
        if reminder.status is ReminderStatus.DIALLED:
            return Looked(reminder.dials)
        if reminder.status is not ReminderStatus.SCHEDULED or reminder.dial_at > world.now():
            return Looked()
        match await may_ring(world, telephone, reminder):
            case Ring(phone):
                return await _take_line(world, telephone, reminder, phone)
            case Wait(until, moved):
                if moved:
                    await world.reminders.put([replace(reminder, dial_at=until)])
                await world.due.put([Due(world.tenant, reminder.id, DUE_KIND, reminder.id, until)])
            case End() as end:
                await _end(world, telephone, reminder, end)
        return Looked()


async def ask(telephone: Telephone, reminder_id: str, dial_number: int) -> Looked:
    """Ask the gateway for the call that was noted. Raises Refused, Unavailable."""
    for call in await telephone.calls.ringing():
        if call.reminder_id == reminder_id and telephone.dialer is not None:
            await telephone.dialer.dial(Order(reminder_id, dial_number, call.phone))
    return Looked(dial_number)


async def later(world: World, reminder_id: str) -> Looked:
    """The record could not be read: nobody is called unread."""
    await world.due.put([Due(world.tenant, reminder_id, DUE_KIND, reminder_id, world.now() + _RECORD_DOWN)])
    return Looked()


async def failed(world: World, reminder_id: str) -> Looked:
    """The gateway did not take the call."""
    with suppress(NotFound):
        await reminder_calls.unanswered(world, reminder_id, "failed")
    return Looked()


async def _take_line(world: World, telephone: Telephone, reminder: Reminder, phone: str) -> Looked:
    now = world.now()
    dialled = replace(reminder, status=ReminderStatus.DIALLED, dials=reminder.dials + 1)
    await telephone.calls.begin(reminder.id, reminder.appointment_id, phone, now)
    await world.reminders.put([dialled])
    if telephone.rules.unheard is not None:
        row = Due(world.tenant, reminder.id, UNHEARD_KIND, reminder.id, now + telephone.rules.unheard)
        await world.due.put([row])
    return Looked(dialled.dials)


async def _end(world: World, telephone: Telephone, reminder: Reminder, end: End) -> None:
    await world.reminders.put([replace(reminder, status=end.status)])
    telephone.told(end.status)
    if end.report is not None:
        about = f"{world.now().astimezone(world.rules.zone).date()}" if end.once_a_day else reminder.id
        appointment_id = None if end.once_a_day else reminder.appointment_id
        key, kind = f"reminder:{about}:{TaskKind.REMINDER_FAILED}", TaskKind.REMINDER_FAILED
        await world.tasks.leave(key, kind, end.report, world.now(), appointment_id=appointment_id)
