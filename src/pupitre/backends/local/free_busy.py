"""When agents are busy in local mode: their appointments in our own store, and their absences."""

from __future__ import annotations

from collections.abc import Sequence

from pupitre.backends.local.roster import Roster
from pupitre.model import Agent, BackendId, Interval
from pupitre.ports import Busy
from pupitre.store import Database
from pupitre.store.queries import queries
from pupitre.store.rows import as_struct

SQL = queries("appointments")


class LocalFreeBusy:
    """One tenant's planning; see `ports.FreeBusy`."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant
        self._roster = Roster(database, tenant)

    async def busy(self, agents: Sequence[Agent], window: Interval) -> Busy:
        """See `FreeBusy.busy`: nobody is unreadable, the store answers for all or for none."""
        found: dict[BackendId, list[Interval]] = {agent.id: [] for agent in agents}
        rows = await self._database.read(SQL["busy"], tenant=self._tenant, starts=window.start, ends=window.end)
        taken = [(row["agent_id"], as_struct(Interval, {"start": row["starts"], "end": row["ends"]})) for row in rows]
        away = [(absence.agent_id, absence.interval) for absence in await self._roster.absences(window)]
        for agent_id, interval in [*taken, *away]:
            if agent_id in found:
                cut = Interval(max(interval.start, window.start), min(interval.end, window.end))
                found[agent_id].append(cut)
        return Busy({agent_id: sorted(spans, key=_start) for agent_id, spans in found.items()})


def _start(interval: Interval) -> float:
    return interval.start.timestamp()
