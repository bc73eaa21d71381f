"""What one tenant's booking works with: its backends behind ports, our own store, the engine, and its rules.

A mode (hybrid, odoo, google, local) is a choice of ports, nothing else: where the record is the planning, `agenda` is
None and there is nothing to write into it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec import Struct

from pupitre.booking.engine import Engine
from pupitre.booking.telephone import Telephone
from pupitre.model import Agent, AppointmentStatus, BackendId
from pupitre.ports import (
    Agenda,
    Clock,
    Commitments,
    Directory,
    DueWork,
    FreeBusy,
    Records,
    Reminders,
    Reservations,
    Tasks,
    ToDos,
)
from pupitre.slots import Rules, Week

_log = logging.getLogger(__name__)


class Policy(Struct, frozen=True):
    """A tenant's settings for booking."""

    external_uid: str = "pupitre:event:{id}"
    """How the planning's event names the record (seed §1.1, `x_external_uid`)."""
    booked_as: AppointmentStatus = AppointmentStatus.CONFIRMED
    """`pending` where an agent has to approve."""
    hold: timedelta = timedelta(minutes=3)
    patience: timedelta = timedelta(seconds=12)
    """Real time the caller waits for the record, fillers included."""
    keep_trying: timedelta = timedelta(hours=24)
    permitted_from: int = 8
    permitted_to: int = 20
    """Hours between which patients may be called."""
    offsets: tuple[str, ...] = ("P1D", "PT1H")
    """The reminders that callers are offered."""


Notice = Callable[[str, str], None]
"""What could not be read, and why: neither holds a caller's name or number."""


def log_notice(what: str, why: str) -> None:
    """Into the log, at least."""
    _log.warning("%s cannot be read: %s", what, why)


class AgentHours(Struct, frozen=True):
    """An agent's own opening hours."""

    agent_id: BackendId
    hours: Week


@dataclass(frozen=True, slots=True)
class World:
    """One tenant's."""

    tenant: str
    clock: Clock
    directory: Directory
    records: Records
    free_busy: FreeBusy
    agenda: Agenda | None
    reservations: Reservations
    commitments: Commitments
    due: DueWork
    reminders: Reminders
    tasks: Tasks
    engine: Engine
    rules: Rules = field(default_factory=Rules)
    policy: Policy = field(default_factory=Policy)
    todos: ToDos | None = None
    """Where tasks are shown besides our own lists."""
    telephone: Telephone | None = None
    """What reminders are dialled with; None: nothing is."""
    agent_hours: Sequence[AgentHours] = ()
    offering: AbstractAsyncContextManager[object] = field(default_factory=asyncio.Lock)
    """Callers of one process choose one after the other, rather than snatch slots from each other in rounds."""
    notice: Notice = log_notice
    """Where it becomes visible that something could not be read."""

    def now(self) -> datetime:
        """The present instant."""
        return self.clock.now()

    def hours_of(self, agent_id: BackendId) -> Week | None:
        """The agent's own opening hours, where he has any."""
        return next((own.hours for own in self.agent_hours if own.agent_id == agent_id), None)

    async def agent(self, agent_id: BackendId) -> Agent | None:
        """Who that is, if his time may be booked. Raises Unavailable."""
        return next((agent for agent in await self.directory.agents() if agent.id == agent_id), None)
