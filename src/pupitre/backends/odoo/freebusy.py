"""When agents are busy, as Odoo's calendar says it (planning `odoo`).

An agent is busy in an event he organizes or attends, unless he declined, the event shows as free, or it is archived.
All-day events are floating days of the clinic's zone. A private event tells nobody its attendees, but who attends is
readable on calendar.attendee: hence two reads, in parallel.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.fields import EVENT
from pupitre.backends.odoo.users import User, Users
from pupitre.backends.odoo.wire import Row, day, instant, link, moment
from pupitre.model import Agent, BackendId, Interval
from pupitre.ports import Busy

_FLOATING = timedelta(hours=26)
"""How far a floating day may lie from its naive UTC reading (UTC+14 to UTC-12)."""


class OdooFreeBusy:
    """Agents' busy time from calendar.event."""

    def __init__(self, client: Client, users: Users) -> None:
        self._client = client
        self._users = users
        self._zone = ZoneInfo(client.settings.zone)

    async def busy(self, agents: Sequence[Agent], window: Interval) -> Busy:
        """All busy time of these agents inside the window, sorted. Raises Unavailable."""
        users = await self._users.of([agent.id for agent in agents])
        partners = {user.partner: one for one, user in users.items()}
        events, attendance = await asyncio.gather(
            self._events(users, window), self._attendance(partners.keys(), window)
        )
        busy: dict[BackendId, list[Interval]] = {one: [] for one in users}
        for event in events:
            when = self._when(event)
            states = attendance.get(int(str(event["id"])), {})
            here = {partners[partner] for partner, state in states.items() if state != "declined"}
            organizer = link(event, "user_id")
            if organizer is not None and organizer in users and states.get(users[organizer].partner) != "declined":
                here.add(organizer)
            for one in here:
                if when.overlaps(window):
                    busy[one].append(Interval(max(when.start, window.start), min(when.end, window.end)))
        return Busy(
            intervals={one: sorted(spans, key=lambda span: (span.start, span.end)) for one, spans in busy.items()},
            unreadable={agent.id: "Odoo has no such user" for agent in agents if agent.id not in users},
        )

    async def _events(self, users: Mapping[BackendId, User], window: Interval) -> list[dict[str, object]]:
        people = ["|", ["user_id", "in", list(users)], ["partner_ids", "in", [user.partner for user in users.values()]]]
        fields = ["start", "stop", "allday", "start_date", "stop_date", "user_id"]
        return await self._client.search_read(EVENT, [["show_as", "=", "busy"], *_inside(window), *people], fields)

    async def _attendance(self, partners: Collection[int], window: Interval) -> Mapping[int, Mapping[int, str]]:
        """Event → partner → state of these partners."""
        domain = [["partner_id", "in", list(partners)], *_inside(window, "event_id.")]
        rows = await self._client.search_read("calendar.attendee", domain, ["event_id", "partner_id", "state"])
        found: dict[int, dict[int, str]] = {}
        for row in rows:
            event, partner = link(row, "event_id"), link(row, "partner_id")
            if event is not None and partner is not None:
                found.setdefault(event, {})[partner] = str(row.get("state"))
        return found

    def _when(self, event: Row) -> Interval:
        if not event.get("allday"):
            return Interval(instant(event, "start"), instant(event, "stop"))
        first = day(event, "start_date") or instant(event, "start").date()
        last = day(event, "stop_date") or instant(event, "stop").date()
        midnight = time(tzinfo=self._zone)
        return Interval(datetime.combine(first, midnight), datetime.combine(last + timedelta(days=1), midnight))


def _inside(window: Interval, path: str = "") -> Iterable[object]:
    """Timed events that overlap the window, and floating ones that may."""
    early, late = window.start - _FLOATING, window.end + _FLOATING
    return [
        *("|", "&", "&"),
        [f"{path}allday", "=", False],
        [f"{path}start", "<", moment(window.end)],
        [f"{path}stop", ">", moment(window.start)],
        *("&", "&"),
        [f"{path}allday", "=", True],
        [f"{path}start", "<", moment(late)],
        [f"{path}stop", ">", moment(early)],
    ]
