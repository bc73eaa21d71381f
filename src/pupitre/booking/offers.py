"""Offers: what the agents can still give, held for the caller who hears it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from pupitre.booking.standing import without
from pupitre.booking.world import World
from pupitre.dialogue.effects import ProposeSlots
from pupitre.dialogue.events import SlotsProposed
from pupitre.model import Agent, Appointment, AppointmentStatus, BackendId, Interval, Slot
from pupitre.ports import Busy, Claims, NotFound, Unavailable
from pupitre.slots import Candidate, NoSlot, Offers, Rules, merge, propose

_ROUNDS = 20
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
    window = _around(rules.window(world.now()), rules)
    # Read before the planning: what leaves our claims in between is in the planning by then.
    claims = await world.reservations.claimed(window, world.now(), call_id=call_id)
    try:
        agents = [agent for agent in await world.directory.agents() if eligible is None or agent.id in eligible]
        moving = await _moving(world, effect.moving)
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
    ground = _Ground(rules, window, readable, _with(busy, claims), moving, preferred)
    if not hold:
        offers = _offers(world, effect, ground, claims)
    else:
        async with world.offering:
            offers = await _held(world, call_id, effect, ground)
    return SlotsProposed(world.now(), offers.slots, offers.nearest, offers.reason)


class _Ground(Struct, frozen=True):
    """What offers are chosen from."""

    rules: Rules
    window: Interval
    agents: Sequence[Agent]
    busy: Mapping[BackendId, Sequence[Interval]]
    moving: Appointment | None
    preferred: BackendId | None


async def _held(world: World, call_id: str, effect: ProposeSlots, ground: _Ground) -> Offers:
    """Offers that are held for the call; those of other processes may be quicker, and then others are chosen."""
    until = world.now() + world.policy.hold
    got: Sequence[Slot] = ()
    for _ in range(_ROUNDS):
        claims = await world.reservations.claimed(ground.window, world.now(), call_id=call_id)
        offers = _offers(world, effect, ground, claims)
        if not offers.slots:
            return offers
        got = await world.reservations.hold(call_id, offers.slots, world.now(), until)
        if len(got) == len(offers.slots):
            return offers
    return Offers(tuple(got), offers.nearest, None if got else NoSlot.HELD)


def _offers(world: World, effect: ProposeSlots, ground: _Ground, claims: Claims) -> Offers:
    moving = ground.moving
    candidates = [_candidate(world, agent, ground, claims) for agent in ground.agents]
    refused = effect.refused if moving is None else (*effect.refused, moving.slot)
    return _elsewhere(moving, propose(candidates, effect.wish, ground.rules, world.now(), refused))


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


def _candidate(world: World, agent: Agent, ground: _Ground, claims: Claims) -> Candidate:
    taken = [*_of(ground.busy, agent), *_of(claims.reserved, agent)]
    if ground.moving is not None and ground.moving.slot.agent_id == agent.id:
        taken = without(taken, ground.moving.slot.interval)
    return Candidate(
        agent.id,
        busy=merge(taken),
        held=merge(_of(claims.held, agent)),
        hours=world.hours_of(agent.id),
        preferred=agent.id == ground.preferred,
    )


def _with(busy: Busy, claims: Claims) -> Mapping[BackendId, Sequence[Interval]]:
    return {agent: [*spans, *claims.reserved.get(agent, ())] for agent, spans in busy.intervals.items()}


def _of(spans: Mapping[BackendId, Sequence[Interval]], agent: Agent) -> Sequence[Interval]:
    return spans.get(agent.id, ())


def _around(window: Interval, rules: Rules) -> Interval:
    """The window with the buffers of its first and last slots."""
    return Interval(window.start - rules.buffer_before, window.end + rules.buffer_after)
