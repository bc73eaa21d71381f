"""Dials what is due: looks whether the phone may ring, notes the call, and has a durable job ask the gateway for it.

Whoever begins again after a crash finds the call that was noted and asks for the same one, which the gateway knows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, timedelta
from functools import partial
from itertools import count

from msgspec import Struct
from msgspec.structs import replace

from pupitre.booking import reminder_calls
from pupitre.booking.due import Begin
from pupitre.booking.engine import BRIEFLY, OUR_STORE, Job, JobState, Kept, Steps, Work
from pupitre.booking.lines import busy_until
from pupitre.booking.may_ring import End, Ring, Wait, may_ring
from pupitre.booking.reminder_calls import OUTCOME_KIND, UNHEARD_KIND
from pupitre.booking.reminders import DUE_KIND
from pupitre.booking.telephone import Telephone
from pupitre.booking.world import World
from pupitre.dialogue.effects import TaskKind
from pupitre.ports import Due, NotFound, Order, Refused, Reminder, ReminderStatus, Unavailable, Unsure

_LONGEST_SECONDS = 60.0
_RECORD_DOWN = timedelta(minutes=2)
_AT_ONCE = timedelta(seconds=1)
_ASK_AGAIN = timedelta(seconds=15)
_UNSURE = timedelta(minutes=2)
"""After so long without an answer of the gateway it has not taken the call."""


class Looked(Struct, frozen=True):
    """What a look at the reminder brought: the number of the dial to ask for, or none."""

    dial: int = 0


class Asked(Struct, frozen=True):
    """Whether the gateway took the call; None: it did not say."""

    taken: bool | None = None


def works(worlds: Mapping[str, World]) -> Mapping[str, Work]:
    """What the engine needs to dial for these tenants. The mapping may still grow."""

    async def dialled(do: Steps, job: Job) -> None:
        await dial(do, job, worlds[job.tenant])

    return {DUE_KIND: dialled}


async def begin(world: World, row: Due) -> None:
    """A reminder is due. See `due.Begin`."""
    telephone = world.telephone
    if telephone is None:
        return
    try:
        looked = await Steps(_unkept).step(Looked, "look", partial(look, world, telephone, row.subject), BRIEFLY)
    except NotFound:
        return
    except Unavailable:
        # The record could not be read: nobody is called unread.
        await world.due.put([Due(world.tenant, row.subject, DUE_KIND, row.subject, world.now() + _RECORD_DOWN)])
        return
    if looked.dial:
        async with telephone.at_once:
            await _order(world, row)


async def _unkept(_name: str, run: Callable[[], Awaitable[Kept]]) -> Kept:
    """Looking needs no keeping: looked again, it finds the call that it noted."""
    return await run()


async def _order(world: World, row: Due) -> None:
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


async def outcome(world: World, row: Due) -> None:
    """The record was down when a call ended."""
    await reminder_calls.tell_record(world, row.subject)


KINDS: Mapping[str, Begin] = {DUE_KIND: begin, UNHEARD_KIND: unheard, OUTCOME_KIND: outcome}


async def dial(do: Steps, job: Job, world: World) -> None:
    """Have the gateway make the call that was noted.

    Nothing is kept but that the job has begun: asked again, the gateway knows the call, and what ended is not ringing.
    """
    telephone = world.telephone
    if telephone is None:
        return
    try:
        asked = await do.last(Asked, partial(ask, world, telephone, job.subject), BRIEFLY)
    except NotFound:  # of a sandbox that was emptied
        return
    except (Refused, Unavailable):
        asked = Asked(taken=False)
    if asked.taken is None:
        await do.last(Looked, partial(unsure, world, telephone, job.subject), OUR_STORE)
    elif not asked.taken:
        await do.last(Looked, partial(failed, world, job.subject), OUR_STORE)


async def look(world: World, telephone: Telephone, reminder_id: str) -> Looked:
    """Look whether the phone may ring, and note the call if it may. Raises NotFound, Unavailable."""
    reminder = await world.reminders.read(reminder_id)
    if reminder.status is ReminderStatus.DIALLED:
        return Looked(reminder.dials)
    if reminder.status is not ReminderStatus.SCHEDULED or reminder.dial_at > world.now():
        return Looked()
    until = await busy_until(world, telephone, reminder) if telephone.dialer else None
    match Wait(until) if until else await may_ring(world, telephone, reminder):
        case Ring(phone):
            return await _take_line(world, telephone, reminder, phone)
        case Wait(until, moved):
            if moved:
                await world.reminders.put([replace(reminder, dial_at=until)])
            await world.due.put([Due(world.tenant, reminder.id, DUE_KIND, reminder.id, until)])
        case End() as end:
            await _end(world, telephone, reminder, end)
    return Looked()


async def ask(world: World, telephone: Telephone, reminder_id: str) -> Asked:
    """Ask the gateway for the call that was noted. Raises Refused, Unavailable."""
    reminder, call = await world.reminders.read(reminder_id), await telephone.calls.of(reminder_id)
    if call is None or telephone.dialer is None:
        return Asked(taken=True)
    try:
        await telephone.dialer.dial(Order(reminder_id, reminder.dials, call.phone))
    except Unsure:
        return Asked()
    return Asked(taken=True)


async def unsure(world: World, telephone: Telephone, reminder_id: str) -> Looked:
    """The gateway may have taken the call: it is asked for the same one again, for a while."""
    call, now = await telephone.calls.of(reminder_id), world.now()
    if call is None or call.picked_up_at is not None:
        return Looked()
    if now - call.at >= _UNSURE:
        return await failed(world, reminder_id)
    await world.due.put([Due(world.tenant, reminder_id, DUE_KIND, reminder_id, now + _ASK_AGAIN)])
    return Looked()


async def failed(world: World, reminder_id: str) -> Looked:
    """The gateway did not take the call."""
    with suppress(NotFound):
        await reminder_calls.unanswered(world, reminder_id, "failed")
    return Looked()


async def _take_line(world: World, telephone: Telephone, reminder: Reminder, phone: str) -> Looked:
    now, rules, unheard = world.now(), telephone.rules, None
    if rules.unheard is not None:
        unheard = Due(world.tenant, reminder.id, UNHEARD_KIND, reminder.id, now + rules.unheard)
    if await telephone.calls.begin(reminder, phone, now, rules.caps, unheard):
        return Looked(reminder.dials + 1)
    # Another process was quicker.
    until = await busy_until(world, telephone, reminder) or now + _AT_ONCE
    await world.due.put([Due(world.tenant, reminder.id, DUE_KIND, reminder.id, until)])
    return Looked()


async def _end(world: World, telephone: Telephone, reminder: Reminder, end: End) -> None:
    await world.reminders.put([replace(reminder, status=end.status)])
    telephone.told(end.status)
    if end.report is not None:
        about = f"{world.now().astimezone(world.rules.zone).date()}" if end.once_a_day else reminder.id
        appointment_id = None if end.once_a_day else reminder.appointment_id
        key, kind = f"reminder:{about}:{TaskKind.REMINDER_FAILED}", TaskKind.REMINDER_FAILED
        await world.tasks.leave(key, kind, end.report, world.now(), appointment_id=appointment_id)
