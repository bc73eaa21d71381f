"""Offers: what the agents can still give, held for the caller who hears it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from msgspec.structs import replace

from pupitre.booking.standing import without
from pupitre.booking.world import World
from pupitre.dialogue.effects import ProposeSlots
from pupitre.dialogue.events import SlotsProposed
from pupitre.model import Agent, Appointment, AppointmentStatus, BackendId, Interval, Slot
from pupitre.ports import Busy, Claims, NotFound, Unavailable
from pupitre.slots import Candidate, NoSlot, Offers, Rules, merge, propose

_ROUNDS = 6
"""How often offers are made anew when other callers are quicker to hold them."""


async def propose_slots(
    world: World,
    call_id: str,
    effect: ProposeSlots,
    *,
    owner_id: BackendId | None = None,
    eligible: Sequence[BackendId] | None = None,
    duration: timedelta | None = None,
    hold: bool = True,
) -> SlotsProposed:
    """At most three offers, held for the call in place of its earlier ones; or the reason why there is none.

    `owner_id` is the patient's own agent; `eligible` narrows whose time is offered. A planning that cannot be read is
    never "fully booked". Raises Unavailable when our own store is down.
    """
    rules = world.rules if duration is None else replace(world.rules, duration=duration)
    try:
        agents = [agent for agent in await world.directory.agents() if eligible is None or agent.id in eligible]
        moving = await _moving(world, effect.moving)
        window = _around(rules.window(world.now()), rules)
        busy = await world.free_busy.busy(agents, window) if agents else Busy({})
    except Unavailable as error:
        world.notice("planning", str(error))
        return SlotsProposed(world.now(), reason=NoSlot.UNAVAILABLE)
    for agent_id, why in busy.unreadable.items():
        world.notice(f"agent {agent_id}", why)
    readable = [agent for agent in agents if agent.id not in busy.unreadable]
    if agents and not readable:
        return SlotsProposed(world.now(), reason=NoSlot.UNAVAILABLE)
    preferred = moving.slot.agent_id if moving is not None else owner_id
    stays = () if moving is None else (moving.slot,)
    for _ in range(_ROUNDS):
        claims = await world.reservations.claimed(window, world.now(), call_id=call_id)
        candidates = [_candidate(world, agent, busy, claims, moving, preferred) for agent in readable]
        offers = _elsewhere(moving, propose(candidates, effect.wish, rules, world.now(), (*effect.refused, *stays)))
        if not hold or not offers.slots:
            break
        held = await world.reservations.hold(call_id, offers.slots, world.now(), world.now() + world.policy.hold)
        if len(held) == len(offers.slots):
            break
        # Somebody was quicker. What was got is offered if it never works out.
        offers = Offers(tuple(held), offers.nearest, None if held else NoSlot.HELD)
    return SlotsProposed(world.now(), offers.slots, offers.nearest, offers.reason)


async def renew(world: World, call_id: str) -> None:
    """Something happened in the call: its offers are held a while longer. Raises Unavailable."""
    await world.reservations.renew(call_id, world.now(), world.now() + world.policy.hold)


async def pick(world: World, call_id: str, slot: Slot) -> None:
    """One offer is picked: the others are free for everybody. Raises Unavailable."""
    await world.reservations.keep(call_id, slot)


async def release(world: World, call_id: str) -> None:
    """The call is over: nothing is held for it any more; what it committed to stands. Raises Unavailable."""
    await world.reservations.release(call_id)


async def _moving(world: World, appointment_id: BackendId | None) -> Appointment | None:
    """The appointment to be moved, if it still takes up its time."""
    if appointment_id is None:
        return None
    try:
        appointment = await world.records.read(appointment_id)
    except NotFound:
        return None
    return None if appointment.status is AppointmentStatus.CANCELED else appointment


def _elsewhere(moving: Appointment | None, offers: Offers) -> Offers:
    """To move an appointment to where it stands is no offer."""
    slots = tuple(slot for slot in offers.slots if moving is None or slot.start != moving.slot.start)
    return offers if slots or not offers.slots else Offers(reason=NoSlot.FULLY_BOOKED)


def _candidate(
    world: World, agent: Agent, busy: Busy, claims: Claims, moving: Appointment | None, preferred: BackendId | None
) -> Candidate:
    taken = [*busy.intervals.get(agent.id, ()), *_of(claims.reserved, agent)]
    if moving is not None and moving.slot.agent_id == agent.id:
        taken = without(taken, moving.slot.interval)
    return Candidate(
        agent.id,
        busy=merge(taken),
        held=merge(_of(claims.held, agent)),
        hours=world.hours_of(agent.id),
        preferred=agent.id == preferred,
    )


def _of(claims: Mapping[BackendId, Sequence[Interval]], agent: Agent) -> Sequence[Interval]:
    return claims.get(agent.id, ())


def _around(window: Interval, rules: Rules) -> Interval:
    """The window with the buffers of its first and last slots."""
    return Interval(window.start - rules.buffer_before, window.end + rules.buffer_after)
