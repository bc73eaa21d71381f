"""The agents' planning in Google Calendar: the ports Agenda and WatchedAgenda.

An offer costs one request, a commitment one to check again and one to write; everything more is the price of trouble.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from msgspec import Struct

from pupitre.backends.google import busy, calls, changes, channels
from pupitre.backends.google.client import Client
from pupitre.backends.google.credentials import Accounts, Keys
from pupitre.backends.google.events import planning_event
from pupitre.backends.google.http import Http
from pupitre.backends.google.inserting import insert
from pupitre.backends.google.moving import move
from pupitre.backends.google.pacing import Pace
from pupitre.backends.google.planning import Patients, Planning
from pupitre.backends.google.reading import Calendars, KnownAgents, alive_by_uid, get
from pupitre.backends.google.removing import remove
from pupitre.backends.google.repairing import repair
from pupitre.backends.google.settings import GoogleSettings, check_addresses, texts
from pupitre.backends.google.wire import CalendarAnswer, FreeBusyAnswer, Transport, decode
from pupitre.model import Agent, Appointment, CalendarRef, Interval, Slot
from pupitre.ports import Busy, Changes, Channel, Clock, DeskError, NotFound, PlanningEvent, Unavailable

_WRITERS = {"owner", "writer", "writerWithoutPrivateAccess"}


class CalendarAccess(Struct, frozen=True):
    """How the desk stands to one calendar."""

    may_write: bool
    timezone: str
    """The calendar's own. Another than the tenant's only shifts whole days."""


class GoogleAgenda:
    """One tenant's planning."""

    def __init__(
        self,
        settings: GoogleSettings,
        keys: Keys,
        *,
        agents: KnownAgents,
        clock: Clock,
        timezone: str,
        language: str = "fr-FR",
        patients: Patients | None = None,
        transport: Transport | None = None,
    ) -> None:
        """`agents` is `Directory.agents`; `timezone` and `language` are the tenant's. Raises ConfigError.

        Without a transport it opens its own connections: `close` them.
        """
        check_addresses(settings)
        self._http = Http(settings.timeout_s)
        self._clock = clock
        send = transport or self._http.send
        self._planning = Planning(
            client=Client(
                settings.api_root,
                Accounts(keys, settings.token_uri, send, clock),
                send,
                Pace(settings.per_minute, settings.calendar_per_minute, settings.wait_at_most_s),
                settings.retry_for_s,
            ),
            calendars=Calendars(agents),
            settings=settings,
            texts=texts(settings, language),
            zone=ZoneInfo(timezone),
            patients=patients or Patients(),
        )

    async def close(self) -> None:
        await self._http.close()

    async def busy(self, agents: Sequence[Agent], window: Interval) -> Busy:
        """One request for all agents, as far as they go into one: 50 calendars, 60 days, and one account."""
        calendars = {agent.id: self._planning.calendars.of(agent) for agent in agents if agent.calendar}
        accounts = defaultdict[object, list[str]](list)
        for calendar in calendars.values():
            accounts[self._planning.client.accounts.of(calendar)].append(calendar)
        asked = [
            (group, part) for found in accounts.values() for group in busy.groups(found) for part in busy.chunks(window)
        ]
        found = {calendar: list[Interval]() for calendar in calendars.values()}
        unread: dict[str, str] = {}
        trouble: list[DeskError] = []
        for (group, _), answer in zip(asked, await asyncio.gather(*(self._ask(*a) for a in asked)), strict=True):
            if isinstance(answer, DeskError):
                trouble.append(answer)
                unread |= dict.fromkeys(group, str(answer))
                continue
            for calendar, reading in busy.readings(answer, group):
                if isinstance(reading, str):
                    unread[calendar] = reading
                else:
                    found[calendar] += reading
        unreadable = {agent.id: "the agent has no calendar" for agent in agents if not agent.calendar}
        unreadable |= {agent: unread[calendar] for agent, calendar in calendars.items() if calendar in unread}
        if unreadable and len(unreadable) == len({agent.id for agent in agents}):
            advice = next((no.retry_after for no in trouble if isinstance(no, Unavailable)), None)
            reasons = "; ".join(dict.fromkeys(unreadable.values()))
            raise Unavailable(f"no agent's calendar could be read: {reasons}", retry_after=advice)
        return Busy(
            {
                agent: busy.merged(found[calendar], window)
                for agent, calendar in calendars.items()
                if agent not in unreadable
            },
            unreadable,
        )

    async def _ask(self, calendars: Sequence[str], window: Interval) -> FreeBusyAnswer | DeskError:
        try:
            return decode(await self._planning.client.send(calls.free_busy(window, calendars)), FreeBusyAnswer)
        except DeskError as error:
            return error

    async def insert(self, appointment: Appointment, agent: Agent, key: str) -> CalendarRef:
        return await insert(self._planning, appointment, agent, key)

    async def move(
        self, ref: CalendarRef, appointment: Appointment, agent: Agent, key: str, *, before: Slot | None = None
    ) -> CalendarRef:
        return await move(self._planning, ref, appointment, agent, key, before)

    async def cancel(self, ref: CalendarRef) -> CalendarRef | None:
        return await remove(self._planning, ref)

    async def read(self, ref: CalendarRef) -> PlanningEvent:
        found = await get(self._planning.client, ref.calendar_id, ref.event_id)
        if found is None:
            raise NotFound("the calendar has no such event")
        owner = await self._planning.calendars.owner(ref.calendar_id)
        return planning_event(ref.calendar_id, owner, found, self._planning.zone)

    async def find(self, external_uid: str) -> Sequence[PlanningEvent]:
        planning = self._planning
        living = await alive_by_uid(planning.client, await planning.calendars.all(), external_uid)
        return [
            planning_event(calendar, await planning.calendars.owner(calendar), event, planning.zone)
            for calendar, event in living
        ]

    async def repair(self, ref: CalendarRef, appointment: Appointment) -> CalendarRef:
        return await repair(self._planning, ref, appointment)

    async def changes(self, agent: Agent, since: str | None) -> Changes:
        calendar = self._planning.calendars.of(agent)
        reading = await changes.read(self._planning.client, calendar, since)
        events = [planning_event(calendar, agent.id, event, self._planning.zone) for event in reading.events]
        return Changes(events, reading.token, reading.complete)

    async def access(self, agent: Agent) -> CalendarAccess:
        """What the desk may do in the agent's calendar, for a check-up. Raises NotFound, Refused, Unavailable."""
        answer = await self._planning.client.send(calls.look(self._planning.calendars.of(agent)))
        found = decode(answer, CalendarAnswer)
        return CalendarAccess(found.access_role in _WRITERS, found.time_zone)

    async def watch(self, agent: Agent, channel_id: str, address: str, token: str, life: timedelta) -> Channel:
        """Raises ConfigError too, for an address that is not https, and for an id or token Google would refuse."""
        channels.check(channel_id, address, token)
        request = calls.watch(self._planning.calendars.of(agent), channel_id, address, token, life)
        return channels.opened(await self._planning.client.send(request), self._clock.now())

    async def stop(self, channel: Channel, agent: Agent) -> None:
        await self._planning.client.send(calls.stop(channel, agent.calendar), heed=(HTTPStatus.NOT_FOUND,))
