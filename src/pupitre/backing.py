"""Which backends stand behind a tenant: a mode is a choice of ports, nothing else.

        who is who   record      planning
hybrid  Odoo         Odoo        Google, and absences from Odoo's HR
odoo    Odoo         Odoo        Odoo
google  our store    our store   Google
local   our store    our store   our store
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from msgspec.structs import replace

from pupitre.backends.google.agenda import GoogleAgenda
from pupitre.backends.local.directory import LocalDirectory
from pupitre.backends.local.free_busy import LocalFreeBusy
from pupitre.backends.local.records import LocalRecords
from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.directory import OdooDirectory
from pupitre.backends.odoo.freebusy import OdooFreeBusy
from pupitre.backends.odoo.presence import OdooPresence
from pupitre.backends.odoo.records import OdooRecords
from pupitre.backends.odoo.users import Users
from pupitre.config import Tenant
from pupitre.dialogue.call import Call
from pupitre.model import Agent, BackendId, Interval
from pupitre.ports import Agenda, Busy, Clock, Directory, FreeBusy, Records
from pupitre.store import Database

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Backing:
    """One tenant's backends."""

    directory: Directory
    records: Records
    free_busy: FreeBusy
    agenda: Agenda | None = None
    """None where the record is the planning."""
    external_uid: str = "{tenant}:event:{id}"
    screen_pop: Callable[[Call], str | None] = lambda _call: None
    """The address that opens the caller's file, for the person who takes a transfer."""
    pings: Mapping[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)
    closers: Sequence[Callable[[], Awaitable[None]]] = ()

    async def close(self) -> None:
        """Let go of connections."""
        for close in self.closers:
            await close()


def backing_of(tenant: Tenant, database: Database, clock: Clock) -> Backing:
    """The backends of the tenant's mode; connects to nothing yet. Raises ConfigError."""
    settings = tenant.settings
    if settings.mode in ("hybrid", "odoo"):
        return _on_odoo(tenant, clock)
    directory = LocalDirectory(database, settings.id)
    records = LocalRecords(database, settings.id, clock, settings.location)
    if settings.mode == "google":
        agenda = _google(tenant, directory, clock, None)
        pings = {"google": _readable(agenda, directory, clock)}
        return Backing(directory, records, agenda, agenda, pings=pings, closers=(agenda.close,))
    return Backing(directory, records, LocalFreeBusy(database, settings.id))


def _on_odoo(tenant: Tenant, clock: Clock) -> Backing:
    assert tenant.odoo is not None
    odoo = tenant.odoo
    client = Client(odoo)
    users = Users(client)
    directory = OdooDirectory(client)
    records = OdooRecords(client, users, clock)
    uid = "{tenant}:odoo_event:{id}"

    def screen_pop(call: Call) -> str | None:
        if call.appointment is not None:
            return odoo.screen_pop_url("calendar.event", call.appointment.id)
        if call.patient is not None and call.identified:
            return odoo.screen_pop_url("res.partner", call.patient.id)
        return None

    pings: dict[str, Callable[[], Awaitable[object]]] = {"odoo": client.server}
    if tenant.settings.mode == "odoo":
        planning = OdooFreeBusy(client, users)
        return Backing(directory, records, planning, None, uid, screen_pop, pings, (client.close,))
    agenda = _google(tenant, directory, clock, odoo.screen_pop_url("calendar.event", "{id}"))
    pings["google"] = _readable(agenda, directory, clock)
    both = Together((agenda, OdooPresence(client)))
    return Backing(directory, records, both, agenda, uid, screen_pop, pings, (agenda.close, client.close))


def _google(tenant: Tenant, directory: Directory, clock: Clock, record_url: str | None) -> GoogleAgenda:
    settings, keys = tenant.settings.google, tenant.google_keys
    assert settings is not None
    assert keys is not None
    if settings.screen_pop is None and record_url is not None:
        settings = replace(settings, screen_pop=record_url)
    return GoogleAgenda(
        settings,
        keys,
        agents=directory.agents,
        clock=clock,
        timezone=tenant.settings.timezone,
        language=tenant.settings.language,
    )


def _readable(agenda: GoogleAgenda, directory: Directory, clock: Clock) -> Callable[[], Awaitable[object]]:
    async def ask() -> object:
        now = clock.now()
        return await agenda.busy(await directory.agents(), Interval(now, now + _MINUTE))

    return ask


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
