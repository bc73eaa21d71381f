"""Step 4: what is written into the agents' planning, where it stands apart from the record."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from pupitre.booking.keys import external_uid
from pupitre.booking.standing import Standing
from pupitre.booking.world import World
from pupitre.model import Agent, Appointment, AppointmentStatus, CalendarRef, Slot
from pupitre.ports import Conflict, NotFound, Refused


class Planned(Struct, frozen=True):
    """Where the planning keeps the event, if it does; `conflict` says in words what a person did to it."""

    ref: CalendarRef | None = None
    conflict: str = ""


async def insert(world: World, appointment: Appointment, agent: Agent) -> Planned:
    """The event of a booking, under the id that its external uid gives it."""
    if world.agenda is None or appointment.status is AppointmentStatus.CANCELED:
        return Planned(appointment.ref)
    return Planned(await world.agenda.insert(appointment, agent, external_uid(world, appointment.id)))


async def move(world: World, now: Standing, appointment: Appointment, agent: Agent) -> Planned:
    """The event at its new time. What a person did to it meanwhile is a conflict; a mere new etag is not."""
    agenda, before = world.agenda, now.before
    if agenda is None or before is None:
        return Planned(appointment.ref)
    key = external_uid(world, appointment.id)
    appointment = replace(appointment, external_uid=key)
    ref = before.ref or await agenda.insert(appointment, agent, key)
    try:
        return Planned(await agenda.move(ref, appointment, agent, key, before=before.slot))
    except NotFound:
        return Planned(ref, "conflict: the event was deleted in the planning")
    except Conflict as error:
        return Planned(ref, f"conflict: {error}")


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


async def _giver(world: World, slot: Slot) -> Agent:
    agent = await world.agent(slot.agent_id)
    if agent is None:
        raise Refused(f"agent {slot.agent_id} can no longer be booked")
    return agent
