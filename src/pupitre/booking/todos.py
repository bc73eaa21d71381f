"""What waits for a person, shown where people work as well: an open task is a to-do in the record until it is closed.

Our own store decides what is open; what the record shows follows it, sooner or later, whoever closed the task and
whatever was down meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from msgspec import Struct

from pupitre.booking.world import World
from pupitre.model import BackendId
from pupitre.ports import NotFound, Refused, Task, ToDos, ToShow, Unavailable, Who

_log = logging.getLogger(__name__)

_AT_ONCE = 100
_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 300.0


class _About(Struct, frozen=True):
    patient_id: BackendId
    agent_id: BackendId


async def keep_showing(world: Callable[[], Awaitable[World]]) -> None:
    """For ever, where the record shows tasks: show what is to be shown; while the record is down, ever more seldom."""
    pause = _PAUSE_SECONDS
    while (here := await world()).todos is not None:
        try:
            await show(here)
            pause = _PAUSE_SECONDS
        except Unavailable as error:
            _log.warning("tasks cannot be shown in the record: %s", error)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        await asyncio.sleep(pause)


async def show(world: World) -> None:
    """Show every task as it stands now. Doing it twice is doing it once. Raises Unavailable."""
    if world.todos is None:
        return
    for one in await world.tasks.to_show(_AT_ONCE):
        try:
            await _show(world, world.todos, one)
        except (Refused, NotFound) as error:
            _log.warning("task %s is no to-do in the record: %s", one.task.id, error)
        await world.tasks.showed(one.task)


async def _show(world: World, todos: ToDos, one: ToShow) -> None:
    task = one.task
    if task.status == "closed":
        await todos.done(one.key)
        return
    about = await _about(world, task)
    if about is not None:
        due = task.due.astimezone(world.rules.zone).date()
        await todos.leave(one.key, about.patient_id, about.agent_id, task.kind, task.reason, due)


async def _about(world: World, task: Task) -> _About | None:
    """Whom it concerns, and who should see to it: the appointment's agent, else the patient's own, else the first.

    None where no patient, or more than one, is known: then it stands in the desk's own list alone.
    """
    if task.appointment_id is not None:
        appointment = await world.records.read(task.appointment_id)
        return _About(appointment.patient_id, appointment.slot.agent_id) if appointment.patient_id else None
    if task.patient_phone is None:
        return None
    patients = await world.directory.lookup_patient(Who(phone=task.patient_phone))
    if len(patients) != 1:
        return None
    agents = [agent.id for agent in await world.directory.agents()]
    wished = task.slot.agent_id if task.slot is not None else None
    agent = next((one for one in (wished, patients[0].owner_id, *agents) if one is not None), None)
    return None if agent is None else _About(patients[0].id, agent)
