"""Step 4: what is written into the agents' planning, where it stands apart from the record."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from pupitre.booking.keys import external_uid
from pupitre.booking.standing import Standing
from pupitre.booking.world import World
from pupitre.model import Agent, Appointment, AppointmentStatus, CalendarRef, Slot
from pupitre.ports import Agenda, Conflict, NotFound, PlanningEvent, Refused, Unavailable

_FRESH_ETAGS = 2
"""How often a refused etag is read again before the planning is left alone for a while."""


class Planned(Struct, frozen=True):
    """Where the planning keeps the event, if it does; `conflict` says in words what a person did to it."""

    ref: CalendarRef | None = None
    conflict: str = ""


async def insert(world: World, appointment: Appointment) -> Planned:
    """The event of a booking, under the id that its external uid gives it."""
    if world.agenda is None or appointment.status is AppointmentStatus.CANCELED:
        return Planned(appointment.ref)
    agent = await _giver(world, appointment.slot)
    return Planned(await world.agenda.insert(appointment, agent, external_uid(world, appointment.id)))


async def move(world: World, now: Standing, appointment: Appointment, agent: Agent) -> Planned:
    """The event at its new time. A refused etag is not yet a conflict: only a changed time or a deletion is."""
    agenda, before = world.agenda, now.before
    if agenda is None or before is None:
        return Planned(appointment.ref)
    key = external_uid(world, appointment.id)
    appointment = replace(appointment, external_uid=key)
    ref = before.ref or await agenda.insert(appointment, agent, key)
    moved = await _try(agenda, ref, appointment, agent, key) if before.ref else None
    for _ in range(_FRESH_ETAGS):
        if moved is not None:
            return Planned(moved)
        event = await _as_it_stands(agenda, ref, agent)
        if event is None or event.cancelled or event.slot is None:
            return Planned(ref, "conflict: the event was deleted in the planning")
        ref = event.ref
        if _same_time(event.slot, appointment.slot):
            return Planned(ref)
        if not _same_time(event.slot, before.slot):
            return Planned(ref, f"conflict: the event was moved to {event.slot.start.isoformat()} in the planning")
        moved = await _try(agenda, ref, appointment, agent, key)
    if moved is None:
        raise Unavailable("the planning refuses the etag it has just given")
    return Planned(moved)


async def cancel(world: World, now: Standing) -> Planned:
    """Our event off the calendar, whatever its hour."""
    agenda, before = world.agenda, now.before
    if agenda is None or before is None:
        return Planned()
    ref = before.ref
    if ref is None:
        if before.external_uid is None:
            return Planned()
        key = external_uid(world, before.id)
        ref = await agenda.insert(replace(before, external_uid=key), await _giver(world, before.slot), key)
    return Planned(await agenda.cancel(ref) or ref)


async def _try(
    agenda: Agenda, ref: CalendarRef, appointment: Appointment, agent: Agent, key: str
) -> CalendarRef | None:
    """The moved event; None when what stands there must be looked at first."""
    try:
        return await agenda.move(ref, appointment, agent, key)
    except (Conflict, NotFound):
        return None


async def _as_it_stands(agenda: Agenda, ref: CalendarRef, agent: Agent) -> PlanningEvent | None:
    """Our event, in its calendar or already in the new agent's; None when it is in neither."""
    places = [ref]
    if agent.calendar is not None and agent.calendar != ref.calendar_id:
        places.append(replace(ref, calendar_id=agent.calendar))
    for place in places:
        try:
            event = await agenda.read(place)
        except NotFound:
            continue
        if not event.cancelled or place == places[-1]:
            return event
    return None


async def _giver(world: World, slot: Slot) -> Agent:
    agent = await world.agent(slot.agent_id)
    if agent is None:
        raise Refused(f"agent {slot.agent_id} can no longer be booked")
    return agent


def _same_time(one: Slot, other: Slot) -> bool:
    return one.start == other.start and one.end == other.end
