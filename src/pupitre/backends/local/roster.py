"""Whose time is booked: agents, their own hours and their absences, as kept in our own store.

Absences and hours may be kept for agents of any system of record; only local mode keeps the agents themselves here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time

import msgspec
from msgspec import Struct

from pupitre.backends.local.ids import row_id
from pupitre.model import Agent, BackendId, Interval
from pupitre.ports import NotFound
from pupitre.slots import Week
from pupitre.store import Database, Row
from pupitre.store.queries import queries
from pupitre.store.rows import as_struct, as_structs, id_of, id_text

SQL = queries("roster")


class Absence(Struct, frozen=True):
    """A time at which an agent is away."""

    id: int
    agent_id: BackendId
    interval: Interval
    reason: str | None = None


class Roster:
    """One tenant's agents. All raise Unavailable."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    async def agents(self) -> Sequence[Agent]:
        """Everybody whose time may be booked."""
        return as_structs(Agent, await self._database.read(SQL["agents"], tenant=self._tenant))

    async def add(self, name: str, calendar: str | None = None) -> Agent:
        """A new agent; `calendar` is the address of his calendar where the planning is not ours."""
        statement = SQL["add_agent"].bind(tenant=self._tenant, name=name, calendar=calendar)
        [result] = await self._database.write(statement.expecting(1))
        return as_struct(Agent, result.rows[0])

    async def retire(self, agent_id: BackendId, now: datetime) -> None:
        """Nothing more is booked with this agent; what is booked stands. Raises NotFound."""
        statement = SQL["retire_agent"].bind(tenant=self._tenant, id=row_id(agent_id), now=now)
        await self._database.write(statement.expecting(1, NotFound(f"no active agent {agent_id}")))

    async def set_hours(self, agent_id: BackendId, week: Week | None) -> None:
        """The agent's own working hours, local wall time, in place of the tenant's; None for the tenant's again."""
        agent = id_text(agent_id)
        spans = [
            SQL["open_hours"].bind(
                tenant=self._tenant, agent=agent, weekday=weekday, opens=opens.isoformat(), closes=closes.isoformat()
            )
            for weekday, day in enumerate(week or ())
            for opens, closes in day
        ]
        await self._database.write(SQL["close_hours"].bind(tenant=self._tenant, agent=agent), *spans)

    async def hours(self) -> Mapping[BackendId, Week]:
        """The working hours of those agents that have their own."""
        weeks: dict[BackendId, list[tuple[tuple[time, time], ...]]] = {}
        for row in await self._database.read(SQL["hours"], tenant=self._tenant):
            week = weeks.setdefault(id_of(row["agent"]), [()] * 7)
            span = (msgspec.convert(row["opens"], time), msgspec.convert(row["closes"], time))
            week[msgspec.convert(row["weekday"], int)] += (span,)
        return {agent: tuple(week) for agent, week in weeks.items()}

    async def add_absence(self, agent_id: BackendId, interval: Interval, reason: str | None = None) -> Absence:
        """The agent is away then."""
        statement = SQL["add_absence"].bind(
            tenant=self._tenant, agent=id_text(agent_id), starts=interval.start, ends=interval.end, reason=reason
        )
        [result] = await self._database.write(statement.expecting(1))
        return _absence(result.rows[0])

    async def absences(self, window: Interval) -> Sequence[Absence]:
        """Absences that touch the window, in the order of time."""
        rows = await self._database.read(SQL["absences"], tenant=self._tenant, starts=window.start, ends=window.end)
        return [_absence(row) for row in rows]

    async def remove_absence(self, absence_id: int) -> None:
        """The agent will be there after all. Raises NotFound."""
        statement = SQL["remove_absence"].bind(tenant=self._tenant, id=row_id(absence_id))
        await self._database.write(statement.expecting(1, NotFound(f"no absence {absence_id}")))


def _absence(row: Row) -> Absence:
    interval = as_struct(Interval, {"start": row["starts"], "end": row["ends"]})
    return as_struct(Absence, row | {"agent_id": id_of(row["agent"]), "interval": interval})
