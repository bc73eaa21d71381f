"""Read what has changed in every agent's calendar, and notice which appointments are to be looked at.

A calendar that cannot be read is never an empty one: its token stays, its appointments are left alone, and if it lasts
a person is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from pupitre.booking import announcements, conflicts
from pupitre.booking.drift import is_echo
from pupitre.booking.in_step import InStep
from pupitre.booking.keys import external_uid
from pupitre.dialogue.effects import TaskKind
from pupitre.model import Agent, Appointment, AppointmentStatus, BackendId
from pupitre.ports import (
    Changes,
    DeskError,
    Followed,
    FollowedCalendar,
    NotFound,
    PlanningEvent,
    Refused,
    WatchedAgenda,
)


@dataclass(slots=True)
class Round:
    """What one reconciliation has found out so far."""

    known: dict[BackendId, Followed]
    trusting: bool = False
    """Whether a calendar is left alone while a live channel announces no change of it."""
    announced: str | None = None
    """The channel that has announced a change: nothing but its calendar is read."""
    fresh: bool = True
    """Whether the record could be read: else what is known of it may be old."""
    read: int = 0
    unreadable: set[str] = field(default_factory=set)
    homes: dict[BackendId, str] = field(default_factory=dict)
    """Each agent's calendar, as the directory has it now."""
    strangers: list[PlanningEvent] = field(default_factory=list)
    """Living events of our uid that no followed appointment calls its own."""
    troubles: list[str] = field(default_factory=list)

    def notice(self, one: Followed, now: datetime) -> Followed:
        """It is to be looked at, since when it first was."""
        noticed = replace(one, noticed_at=one.noticed_at or now)
        self.known[one.appointment.id] = noticed
        return noticed


async def read_all(step: InStep, agenda: WatchedAgenda, found: Round, agents: Sequence[Agent]) -> None:
    """Every agent's calendar, one after the other; one that fails keeps no other from being read."""
    kept = {calendar.agent_id: calendar for calendar in await step.following.calendars()}
    found.homes = {agent.id: agent.calendar for agent in agents if agent.calendar}
    for agent in agents:
        if not agent.calendar:
            continue
        calendar = kept.pop(agent.id, None)
        if found.announced is not None and not (calendar and _announces(found.announced, calendar)):
            continue
        if calendar is None or calendar.calendar != agent.calendar:
            if calendar is not None:
                await _moved_away(step, agenda, found, calendar)
            calendar = FollowedCalendar(agent.id, agent.calendar)
        await _read(step, agenda, found, agent, calendar)
    for calendar in kept.values() if found.announced is None else ():
        await _nobodys(step, agenda, found, calendar)


async def _read(step: InStep, agenda: WatchedAgenda, found: Round, agent: Agent, calendar: FollowedCalendar) -> None:
    now = step.world.now()
    try:
        calendar = await announcements.renewed(step, agenda, agent, calendar)
    except DeskError as error:
        found.troubles.append(f"changes of {calendar.calendar} are not announced, only read now and then: {error}")
    if found.announced is not None and _announces(found.announced, calendar):
        calendar = replace(calendar, heard_at=now)
    elif found.trusting and announcements.says_nothing(calendar, now):
        return
    try:
        changes = await agenda.changes(agent, calendar.token)
    except DeskError as error:
        found.unreadable.add(calendar.calendar)
        found.troubles.append(f"calendar {calendar.calendar} cannot be read: {error}")
        await _failing(step, agent, calendar, error)
        return
    touched = _noticed(step, found, changes, calendar.calendar)
    if calendar.failing_since is not None:
        await step.following.close_task(_task_key(calendar), conflicts.BY, now)
    calendar = replace(calendar, token=changes.token, read_at=now, failing_since=None, trouble=None)
    await step.following.put_calendar(calendar, touched)
    found.read += 1


def _announces(channel_id: str, calendar: FollowedCalendar) -> bool:
    return calendar.channel is not None and calendar.channel.id == channel_id


def _noticed(step: InStep, found: Round, changes: Changes, calendar: str) -> Sequence[Followed]:
    """Those that are to be looked at, and those of which our own echo says that there is nothing to see."""
    now = step.world.now()
    mine = {one.appointment.ref.event_id: id_ for id_, one in found.known.items() if one.appointment.ref}
    named = {external_uid(step.world, id_): id_ for id_ in found.known}
    touched: dict[BackendId, Followed] = {}
    for event in changes.events:
        id_ = mine.get(event.ref.event_id, named.get(event.external_uid or ""))
        if id_ is None:
            if not event.cancelled and event.external_uid is not None:
                found.strangers.append(event)
            continue
        one = found.known[id_]
        ref = one.appointment.ref
        if ref is not None and event.ref.event_id != ref.event_id:
            if not event.cancelled:
                found.strangers.append(event)
        elif event.cancelled and ref is not None and ref.calendar_id != calendar:
            continue  # what a move to another calendar leaves behind
        elif found.fresh and is_echo(one.appointment, event):
            touched[id_] = found.known[id_] = Followed(one.appointment, one.appointment.slot)
        else:
            touched[id_] = found.notice(one, now)
    refs = {one.appointment.ref: id_ for id_, one in found.known.items() if _stands_in(one.appointment, calendar)}
    for lost in changes.vanished(ref for ref in refs if ref is not None):
        touched[refs[lost]] = found.notice(found.known[refs[lost]], now)
    return list(touched.values())


def _stands_in(appointment: Appointment, calendar: str) -> bool:
    ref = appointment.ref
    return ref is not None and ref.calendar_id == calendar and appointment.status is not AppointmentStatus.CANCELED


async def _failing(step: InStep, agent: Agent, calendar: FollowedCalendar, error: DeskError) -> None:
    """A person is told at once of what will not pass by itself, of the rest when it has lasted for two readings."""
    now = step.world.now()
    lasting = calendar.failing_since is not None or isinstance(error, NotFound | Refused)
    calendar = replace(calendar, failing_since=calendar.failing_since or now, trouble=str(error))
    if lasting:
        reason = (
            f"The calendar {calendar.calendar} of {agent.name} cannot be read, so nothing is offered there and nobody "
            f"notices what changes in it: {error}. `pupitre doctor` tells when it is well again."
        )
        await step.world.tasks.leave(_task_key(calendar), TaskKind.SYNC_ERROR, reason, now)
    await step.following.put_calendar(calendar)


def _task_key(calendar: FollowedCalendar) -> str:
    since = calendar.failing_since.isoformat() if calendar.failing_since else ""
    return f"{TaskKind.SYNC_ERROR}/calendar:{calendar.calendar}/{since}"


async def _moved_away(step: InStep, agenda: WatchedAgenda, found: Round, calendar: FollowedCalendar) -> None:
    """The agent has another calendar now: what stood in the old one is carried over."""
    now = step.world.now()
    touched = [
        found.notice(one, now)
        for one in list(found.known.values())
        if _stands_in(one.appointment, calendar.calendar) and one.appointment.slot.agent_id == calendar.agent_id
    ]
    await step.following.put(touched)
    await _stop(agenda, calendar)


async def _nobodys(step: InStep, agenda: WatchedAgenda, found: Round, calendar: FollowedCalendar) -> None:
    """The agent can no longer be booked: somebody has to see to the appointments that stand there."""
    left = [one.appointment.id for one in found.known.values() if _stands_in(one.appointment, calendar.calendar)]
    if left:
        reason = (
            f"Agent {calendar.agent_id} can no longer be booked, and appointments "
            f"{', '.join(map(str, left[:20]))} stand in the calendar {calendar.calendar}, which is read no longer."
        )
        key = f"{TaskKind.SYNC_ERROR}/agent:{calendar.agent_id}/{calendar.calendar}/{min(map(str, left))}"
        await step.world.tasks.leave(key, TaskKind.SYNC_ERROR, reason, step.world.now())
    await _stop(agenda, calendar)
    await step.following.drop_calendar(calendar.agent_id)


async def _stop(agenda: WatchedAgenda, calendar: FollowedCalendar) -> None:
    if calendar.channel is not None:
        with suppress(DeskError):  # it ends by itself; until then its messages are a stranger's
            await agenda.stop(calendar.channel, Agent(calendar.agent_id, "", calendar.calendar))
