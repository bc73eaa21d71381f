"""The demo page's view of a desk in local mode."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pupitre.backends.local.records import LocalRecords
from pupitre.backends.local.roster import Roster
from pupitre.model import AppointmentStatus, Interval
from pupitre.slots import Rules
from pupitre.web.demo.example import callers
from pupitre.web.demo.readable import seen_turn
from pupitre.web.demo.view import (
    AgentSpan,
    Caller,
    SeenTurn,
    Span,
    Week,
    WeekAgent,
    WeekAppointment,
    WeekHold,
)
from pupitre.wiring import House, Tenant

_LOOK_SECONDS = 0.4
"""How often the store is looked at while somebody watches: changes may come from any process."""
_WORKDAYS = 5


class DeskView:
    """See `DemoView`."""

    def __init__(self, house: House, tenant: Tenant) -> None:
        self._house = house
        self._tenant = tenant
        self._zone = ZoneInfo(tenant.settings.timezone)
        self._roster = Roster(house.database, tenant.id)
        self._records = LocalRecords(house.database, tenant.id, house.clock, tenant.settings.location)

    async def week(self, start: date | None) -> Week:
        """See `DemoView.week`."""
        now = self._house.clock.now().astimezone(self._zone)
        rules = (await self._tenant.world()).rules
        day = start or _first_bookable(now.date(), rules)
        days = [day - timedelta(days=day.weekday() - n) for n in range(_WORKDAYS)]
        window = Interval(self._midnight(days[0]), self._midnight(days[-1] + timedelta(days=1)))
        found = await self._records.between(window)
        claims = await self._tenant.reservations.claims(window, now)
        return Week(
            tenant=self._tenant.settings.name,
            timezone=self._tenant.settings.timezone,
            now=now,
            days=days,
            open=[span for day in days for span in self._open(day, rules)],
            agents=[WeekAgent(agent.id, agent.name) for agent in await self._roster.agents()],
            busy=[
                AgentSpan(away.agent_id, self._local(away.interval.start), self._local(away.interval.end))
                for away in await self._roster.absences(window)
            ],
            appointments=[
                WeekAppointment(
                    one.id,
                    one.slot.agent_id,
                    self._local(one.slot.start),
                    self._local(one.slot.end),
                    one.status,
                    one.sync_state,
                    one.patient_name,
                )
                for one in found
                if one.status is not AppointmentStatus.CANCELED
            ],
            holds=[
                WeekHold(
                    claim.call_id,
                    claim.slot.agent_id,
                    self._local(claim.slot.start),
                    self._local(claim.slot.end),
                    self._local(claim.expires),
                )
                for claim in claims
                if claim.expires is not None
            ],
        )

    async def callers(self) -> Sequence[Caller]:
        """See `DemoView.callers`."""
        return callers()

    async def turns(self, call_id: str) -> Sequence[SeenTurn]:
        """See `DemoView.turns`."""
        return [seen_turn(turn) for turn in await self._tenant.calls.journal(call_id)]

    async def changes(self) -> AsyncIterator[str]:
        """See `DemoView.changes`."""
        before = await self._seen()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            now = await self._seen()
            for what in before:
                if now[what] != before[what]:
                    yield what
            before = now

    async def _seen(self) -> dict[str, object]:
        now = self._house.clock.now()
        ahead = Interval(now - timedelta(days=7), now + timedelta(days=60))
        return {
            "hold": [(claim.slot, claim.expires) for claim in await self._tenant.reservations.claims(ahead, now)],
            "appointment": await self._records.between(ahead),
            "absence": await self._roster.absences(ahead),
        }

    def _open(self, day: date, rules: Rules) -> list[Span]:
        if day in rules.holidays:
            return []
        return [
            Span(datetime.combine(day, opens, self._zone), datetime.combine(day, closes, self._zone))
            for opens, closes in rules.hours[day.weekday()]
        ]

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, datetime.min.time(), self._zone)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)


def _first_bookable(today: date, rules: Rules) -> date:
    """The first day on which something may be offered."""
    ahead = (today + timedelta(days=n) for n in range(rules.first_day, rules.end_day))
    return next((day for day in ahead if rules.hours[day.weekday()] and day not in rules.holidays), today)
