"""Hybrid mode: who is who and the record in Odoo, the planning in Google Calendar, absences from Odoo's HR."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from pupitre.backends.odoo.activities import OdooActivities
from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.directory import OdooDirectory
from pupitre.backends.odoo.presence import OdooPresence
from pupitre.backends.odoo.records import OdooRecords
from pupitre.backends.odoo.users import Users
from pupitre.backing.backing import Backing
from pupitre.backing.google import calendars, planning, readable
from pupitre.backing.odoo import EXTERNAL_UID, examined, screen_pop
from pupitre.config import Tenant
from pupitre.model import Agent, BackendId, Interval
from pupitre.ports import Busy, Clock, FreeBusy


def hybrid(tenant: Tenant, clock: Clock) -> Backing:
    """Raises ConfigError."""
    assert tenant.odoo is not None
    client = Client(tenant.odoo)
    directory = OdooDirectory(client)
    record_url = tenant.odoo.screen_pop_url("calendar.event", "{id}")
    records = OdooRecords(client, Users(client), clock)
    agenda = planning(tenant, directory, clock, record_url, directory.mail_address)
    return Backing(
        directory,
        records,
        Together((agenda, OdooPresence(client))),
        agenda,
        todos=OdooActivities(client),
        by_phone=records,
        wake=client.wake,
        external_uid=EXTERNAL_UID,
        screen_pop=screen_pop(tenant.odoo),
        pings={"odoo": client.server, "google": readable(agenda, directory, clock)},
        check_ups={
            "odoo": examined(client, clock),
            "google": calendars(agenda, directory, tenant.settings.timezone),
        },
        closers=(agenda.close, client.close),
    )


class Together:
    """Several sources of busy time as one: an agent is busy when any says so, unreadable when any cannot tell."""

    def __init__(self, sources: Sequence[FreeBusy]) -> None:
        self._sources = sources

    async def busy(self, agents: Sequence[Agent], window: Interval) -> Busy:
        """See `FreeBusy.busy`."""
        answers = await asyncio.gather(*(source.busy(agents, window) for source in self._sources))
        intervals: dict[BackendId, list[Interval]] = {agent.id: [] for agent in agents}
        unreadable: dict[BackendId, str] = {}
        for answer in answers:
            for agent_id, spans in answer.intervals.items():
                intervals.setdefault(agent_id, []).extend(spans)
            unreadable |= answer.unreadable
        known = {agent_id: spans for agent_id, spans in intervals.items() if agent_id not in unreadable}
        return Busy({agent_id: sorted(spans, key=_start) for agent_id, spans in known.items()}, unreadable)


def _start(interval: Interval) -> float:
    return interval.start.timestamp()
