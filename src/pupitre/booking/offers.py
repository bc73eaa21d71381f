"""Offers: what the agents can still give, held for the caller who hears it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from pupitre.booking.standing import without
from pupitre.booking.world import World
from pupitre.dialogue.effects import ProposeSlots
from pupitre.dialogue.events import SlotsProposed
from pupitre.model import Agent, Appointment, AppointmentStatus, BackendId, Interval, Slot
from pupitre.ports import Busy, Claims, NotFound, Unavailable
from pupitre.slots import Candidate, NoSlot, Offers, Rules, may_commit, merge, propose

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
    asked = _Asked(call_id, effect, owner_id, eligible, rules)
    ground = await _look(world, asked)
    if hold:
        return await _choose(world, asked, ground)
    offers = _offers(world, asked, ground, ground.claims)
    return SlotsProposed(world.now(), offers.slots, offers.nearest, offers.reason, beyond=offers.beyond)


async def look(
    world: World, call_id: str, effect: ProposeSlots, owner_id: BackendId | None = None
) -> Callable[[], Awaitable[SlotsProposed]]:
    """`propose_slots` in two: the first reads, as long as it takes; what it answers chooses and holds, at once.

    The second belongs into the turn that tells the caller: what nobody is told is never held.
    """
    asked = _Asked(call_id, effect, owner_id, None, world.rules)
    return partial(_choose, world, asked, await _look(world, asked))


class _Asked(Struct, frozen=True):
    """Who wants offers of what."""

    call_id: str
    effect: ProposeSlots
    owner_id: BackendId | None
    eligible: Sequence[BackendId] | None
    rules: Rules


class _Ground(Struct, frozen=True):
    """What offers are chosen from, as it was found at one time."""

    claims: Claims
    """What has left them by then, the planning shows, as it is read afterwards."""
    window: Interval
    agents: Sequence[Agent] = ()
    busy: Mapping[BackendId, Sequence[Interval]] = {}
    moving: Appointment | None = None
    blind: bool = False
    """No planning could be read."""


async def _look(world: World, asked: _Asked) -> _Ground:
    """Our own claims first, then the planning: what leaves the ones in between is in the other by then."""
    window = _around(asked.rules.window(world.now()), asked.rules)
    claims = await world.reservations.claimed(window, world.now(), call_id=asked.call_id)
    ground = _Ground(claims, window)
    try:
        agents = await world.directory.agents()
        if asked.eligible is not None:
            agents = [agent for agent in agents if agent.id in asked.eligible]
        if asked.effect.agents:
            agents = [agent for agent in agents if agent.id in asked.effect.agents]
        moving = await _moving(world, asked.effect.moving)
        busy = await world.free_busy.busy(agents, window) if agents else Busy({})
    except Unavailable as error:
        world.notice("planning", str(error))
        return replace(ground, blind=True)
    for agent_id, why in busy.unreadable.items():
        world.notice(f"agent {agent_id}", why)
    readable = [agent for agent in agents if agent.id not in busy.unreadable]
    blind = bool(agents) and not readable
    return replace(ground, agents=readable, busy=busy.intervals, moving=moving, blind=blind)


async def _choose(world: World, asked: _Asked, ground: _Ground) -> SlotsProposed:
    async with world.offering:
        offers = await _held(world, asked, ground)
    eligible = tuple(agent.id for agent in ground.agents)
    return SlotsProposed(world.now(), offers.slots, offers.nearest, offers.reason, eligible, offers.beyond)


async def _held(world: World, asked: _Asked, ground: _Ground) -> Offers:
    """Offers that are held for the call.

    Callers of other processes may be quicker to hold them, and a hold may end before it is told of (the sandbox's clock
    is put forward, our process stood still): then others are chosen. An appointment made since the ground was looked
    at may have left our claims for the planning, and be in neither: then it is looked at again, in the end behind the
    hold.
    """
    got: Sequence[Slot] = ()
    for _ in range(_ROUNDS):
        until = world.now() + world.policy.hold
        claims = await world.reservations.claimed(ground.window, world.now(), call_id=asked.call_id)
        if claims.freed != ground.claims.freed:
            ground = await _look(world, asked)
            claims = ground.claims
        offers = _offers(world, asked, ground, claims)
        if not offers.slots:
            if claims.own or got:
                await world.reservations.release(asked.call_id)
            return offers
        got = await world.reservations.hold(asked.call_id, offers.slots, world.now(), until)
        if await world.reservations.freed() != ground.claims.freed:
            ground = await _look(world, asked)
            got = [slot for slot in got if _stands(world, asked, ground, slot)]
        if world.now() >= until:
            got = ()
        if len(got) == len(offers.slots):
            return offers
    return Offers(tuple(got), offers.nearest, None if got else NoSlot.HELD, offers.beyond)


def _offers(world: World, asked: _Asked, ground: _Ground, claims: Claims) -> Offers:
    if ground.blind:
        return Offers(reason=NoSlot.UNAVAILABLE)
    moving, effect = ground.moving, asked.effect
    candidates = [_candidate(world, asked, ground, claims, agent) for agent in ground.agents]
    refused = effect.refused if moving is None else (*effect.refused, moving.slot)
    return _elsewhere(moving, propose(candidates, effect.wish, asked.rules, world.now(), refused, effect.engaged))


def _stands(world: World, asked: _Asked, ground: _Ground, slot: Slot) -> bool:
    """Whether what is held now is still free in the planning."""
    nobody = Claims({}, {})
    return any(
        may_commit(slot, _candidate(world, asked, ground, nobody, agent), asked.rules)
        for agent in ground.agents
        if agent.id == slot.agent_id
    )


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


def _candidate(world: World, asked: _Asked, ground: _Ground, claims: Claims, agent: Agent) -> Candidate:
    taken = [*_of(ground.busy, agent), *_of(claims.reserved, agent)]
    preferred = asked.owner_id
    if ground.moving is not None:
        preferred = ground.moving.slot.agent_id
        if preferred == agent.id:
            taken = without(taken, ground.moving.slot.interval)
    return Candidate(
        agent.id,
        busy=merge(taken),
        held=merge(_of(claims.held, agent)),
        hours=world.hours_of(agent.id),
        preferred=agent.id == preferred,
    )


def _of(spans: Mapping[BackendId, Sequence[Interval]], agent: Agent) -> Sequence[Interval]:
    return spans.get(agent.id, ())


def _around(window: Interval, rules: Rules) -> Interval:
    """The window with the buffers of its first and last slots."""
    return Interval(window.start - rules.buffer_before, window.end + rules.buffer_after)
