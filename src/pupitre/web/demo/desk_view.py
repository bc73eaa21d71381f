"""The demo page's view of a sandbox desk, whatever its mode."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pupitre.model import AppointmentStatus, Interval
from pupitre.slots import Rules
from pupitre.tenant import Tenant
from pupitre.web.demo.example import callers
from pupitre.web.demo.lookout import Lookout
from pupitre.web.demo.readable import seen_turn
from pupitre.web.demo.reading import Reading, Recorded
from pupitre.web.demo.two_sides import Agreement, agreement
from pupitre.web.demo.view import (
    AgentSpan,
    Caller,
    SeenTurn,
    Span,
    Week,
    WeekAgent,
    WeekAppointment,
    WeekEvent,
    WeekHold,
)
from pupitre.wiring import House

_WORKDAYS = 5


class DeskView:
    """See `DemoView`."""

    def __init__(self, house: House, tenant: Tenant) -> None:
        self._house = house
        self._tenant = tenant
        self._zone = ZoneInfo(tenant.settings.timezone)
        self.lookout = Lookout(house, tenant)

    async def week(self, start: date | None) -> Week:
        """See `DemoView.week`."""
        now = self._house.clock.now().astimezone(self._zone)
        rules = (await self._tenant.world()).rules
        day = start or _first_bookable(now.date(), rules)
        days = [day - timedelta(days=day.weekday() - n) for n in range(_WORKDAYS)]
        window = Interval(self._midnight(days[0]), self._midnight(days[-1] + timedelta(days=1)))
        seen = await self.lookout.look()
        reading = seen.reading
        return Week(
            tenant=self._tenant.settings.name,
            timezone=self._tenant.settings.timezone,
            now=now,
            days=days,
            open=[span for day in days for span in self._open(day, rules)],
            agents=[WeekAgent(agent.id, agent.name) for agent in reading.agents],
            busy=[
                AgentSpan(one.agent, one.start, one.end)
                for one in reading.taken
                if window.overlaps(Interval(one.start, one.end))
            ],
            appointments=[
                self._appointment(one, reading)
                for one in sorted(reading.recorded.values(), key=lambda one: (one.start, str(one.id)))
                if self._shown(one, reading, window)
            ],
            holds=[
                WeekHold(
                    claim.call_id,
                    claim.slot.agent_id,
                    claim.slot.start.astimezone(self._zone),
                    claim.slot.end.astimezone(self._zone),
                    claim.expires.astimezone(self._zone),
                )
                for claim in seen.claims
                if claim.expires is not None and window.overlaps(claim.slot.interval)
            ],
        )

    async def callers(self) -> Sequence[Caller]:
        """See `DemoView.callers`."""
        return callers()

    async def turns(self, call_id: str) -> Sequence[SeenTurn]:
        """See `DemoView.turns`."""
        return [seen_turn(turn) for turn in await self._tenant.calls.journal(call_id)]

    def changes(self) -> AsyncIterator[str]:
        """See `DemoView.changes`."""
        return self.lookout.watch()

    def _appointment(self, one: Recorded, reading: Reading) -> WeekAppointment:
        found = agreement_of(self._tenant, one, reading)
        event = reading.planned.get(one.id)
        owners = {agent.calendar: agent.id for agent in reading.agents}
        elsewhere = None
        if found is Agreement.MOVED and event is not None and event.start and event.end:
            elsewhere = WeekEvent(owners.get(event.calendar, one.agent), event.start, event.end)
        return WeekAppointment(
            one.id,
            one.agent,
            one.start,
            one.end,
            one.status,
            one.sync_state,
            one.patient_name,
            found,
            elsewhere,
        )

    def _shown(self, one: Recorded, reading: Reading, window: Interval) -> bool:
        """Whether it keeps an agent busy in that week, on either side."""
        event = reading.planned.get(one.id)
        spans = [Interval(one.start, one.end)] if one.status != AppointmentStatus.CANCELED else []
        if event is not None and event.stands and event.start and event.end:
            spans.append(Interval(event.start, event.end))
        return any(window.overlaps(span) for span in spans)

    def _open(self, day: date, rules: Rules) -> list[Span]:
        if day in rules.holidays:
            return []
        return [
            Span(datetime.combine(day, opens, self._zone), datetime.combine(day, closes, self._zone))
            for opens, closes in rules.hours[day.weekday()]
        ]

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, datetime.min.time(), self._zone)


def agreement_of(tenant: Tenant, one: Recorded, reading: Reading) -> Agreement:
    """How both sides stand to each other about this appointment."""
    apart = tenant.settings.mode in ("hybrid", "google")
    return agreement(one, reading.planned.get(one.id), reading.agents, apart=apart)


def _first_bookable(today: date, rules: Rules) -> date:
    """The first day on which something may be offered."""
    ahead = (today + timedelta(days=n) for n in range(rules.first_day, rules.end_day))
    return next((day for day in ahead if rules.hours[day.weekday()] and day not in rules.holidays), today)
