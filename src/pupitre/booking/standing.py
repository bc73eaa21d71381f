"""Where things stand before anything is written: the appointment to change, and whether the slot is still free."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from pupitre.booking.duties import give_way, recorded, take_over
from pupitre.booking.keys import record_key
from pupitre.booking.world import World
from pupitre.model import Agent, Appointment, AppointmentStatus, Intent, Interval, Slot, Source
from pupitre.ports import Commitment, NotFound, Refused, Unavailable
from pupitre.slots import Candidate, may_commit, merge

_AT_ONCE_SECONDS = 3.0
"""Real time within which a first attempt reaches the backends; later, another process may have been there before."""


class Standing(Struct, frozen=True):
    """The appointment as it stood before the commitment touched it; None when there is nothing left to change."""

    before: Appointment | None


class Reserved(Struct, frozen=True):
    """Who gives the slot; None when the slot cannot be had any more."""

    agent: Agent | None


async def look(world: World, asked: Commitment) -> Standing:
    """Take over what earlier commitments still wanted of the appointment, then read it, once and for all.

    In this order: read before an earlier one has ended, it would be seen without the event that one is inserting.
    """
    await take_over(world, asked)
    kept = await world.commitments.read(asked.id)
    before = kept.before
    if before is None:
        assert asked.appointment_id is not None
        follows = await recorded(world, asked)
        try:
            before = await world.records.read(asked.appointment_id)
        except NotFound:
            return Standing(None)
        if before.status is AppointmentStatus.CANCELED and asked.intent is Intent.RESCHEDULE:
            return Standing(None)
        before = replace(before, patient_name=None)
        await world.commitments.save(replace(kept, before=before, follows=follows))
        await give_way(world, asked)
    return Standing(before)


async def maybe_there_before(world: World, asked: Commitment) -> bool:
    """Whether the commitment may have reached the backends already: in another attempt or process, or in this one
    before a crash that took the engine's memory of it.
    """
    again = asked.attempt > 1 or asked.recorded_at is not None
    return again or await world.commitments.waited(asked.id) > _AT_ONCE_SECONDS


async def reserve(world: World, asked: Commitment, now: Standing | None) -> Reserved:
    """Reserve the slot in our store, then ask the planning again: somebody may have put a meeting there."""
    slot = asked.slot
    assert slot is not None
    agent = await world.agent(slot.agent_id)
    if agent is None or not await world.reservations.reserve(asked.id, asked.call_id, slot, world.now()):
        return Reserved(None)
    landed = await maybe_there_before(world, asked) and await _landed(world, asked, slot)
    if landed or await _still_free(world, asked, agent, slot, now):
        return Reserved(agent)
    await world.reservations.free(asked.id)
    return Reserved(None)


async def _landed(world: World, asked: Commitment, slot: Slot) -> bool:
    """Whether an earlier attempt reached the record: what looks busy then is our own appointment."""
    if asked.appointment_id is None or asked.intent is Intent.BOOK:
        return asked.recorded_at is not None or await world.records.made(record_key(world, asked)) is not None
    stands = (await world.records.read(asked.appointment_id)).slot
    before = asked.before.slot if asked.before is not None else slot
    if asked.recorded_at is not None and stands not in (slot, before):
        raise Refused("a person has moved the appointment in the record since")
    return stands == slot


async def _still_free(world: World, asked: Commitment, agent: Agent, slot: Slot, now: Standing | None) -> bool:
    rules = world.rules
    around = Interval(slot.start - rules.buffer_before, slot.end + rules.buffer_after)
    busy = await world.free_busy.busy([agent], around)
    if agent.id in busy.unreadable:
        raise Unavailable(f"the planning of agent {agent.id} cannot be read: {busy.unreadable[agent.id]}")
    taken = list(busy.intervals.get(agent.id, ()))
    if now is not None and now.before is not None and now.before.slot.agent_id == agent.id:
        taken = without(taken, now.before.slot.interval)
    candidate = Candidate(agent.id, merge(taken), hours=world.hours_of(agent.id))
    if asked.source is Source.AGENT:
        return not any(interval.overlaps(around) for interval in taken if interval.end > interval.start)
    return may_commit(slot, candidate, rules)


def without(busy: list[Interval], own: Interval) -> list[Interval]:
    """Busy time but for an appointment's own: a move may overlap where it stands now."""
    left = []
    for interval in busy:
        if not interval.overlaps(own):
            left.append(interval)
            continue
        left += [Interval(interval.start, own.start), Interval(own.end, interval.end)]
    return [interval for interval in left if interval.end - interval.start > timedelta()]
