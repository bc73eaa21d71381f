"""What a visitor may do besides phoning: look at both sides, play the agent, decide a conflict, let time pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from pupitre.booking.conflicts import Side
from pupitre.booking.resolve import resolve
from pupitre.model import BackendId
from pupitre.ports import NotFound, Refused, Reminder, ReminderStatus
from pupitre.tenant import Tenant
from pupitre.web.demo.agents import Agents
from pupitre.web.demo.happenings import Seen
from pupitre.web.demo.lookout import Lookout
from pupitre.web.demo.pace import walk_to
from pupitre.web.demo.reading import Recorded
from pupitre.web.demo.sides import Sides, sides
from pupitre.wiring import House

_BY = "visitor"
_DAYS_TO_MOVE_TO = 10
_REMINDERS_TOLD = 5
_FURTHEST = timedelta(days=31)
"""At once; a visitor who wants more asks again."""


class Act(Struct):
    """Something an agent does to an appointment; `start` is wall time in the tenant's zone, for a move."""

    id: int
    where: Literal["google", "odoo"]
    what: Literal["move", "delete"]
    start: datetime | None = None


class ToCall(Struct, frozen=True):
    """A reminder call that rings, or will."""

    reminder_id: str
    patient: str
    phone: str | None
    offset: str
    dial_at: datetime
    appointment: BackendId
    start: datetime | None


class TimeNow(Struct, frozen=True):
    """The demo's time, and which phones ring in it."""

    now: datetime
    ringing: Sequence[ToCall]
    ahead: Sequence[ToCall]
    """The next reminders, soonest first."""


class Play:
    """All raise NotFound, Refused, Unavailable."""

    def __init__(self, house: House, tenant: Tenant, lookout: Lookout) -> None:
        self._house = house
        self._tenant = tenant
        self._lookout = lookout
        self._zone = ZoneInfo(tenant.settings.timezone)
        odoo, address = tenant.settings.odoo, house.config.desk.sandbox.emulators
        self._agents = Agents(address, odoo.database if odoo else "") if address else None

    async def sides(self, appointment_id: BackendId) -> Sides:
        """The appointment as both sides have it."""
        seen = await self._lookout.look()
        record = _recorded(seen, appointment_id)
        story = self._lookout.story(appointment_id)
        return sides(record, seen, self._tenant.settings.mode, await self._working_days(seen.at), story)

    async def act(self, act: Act) -> None:
        """Play the agent."""
        seen = await self._lookout.look()
        record = _recorded(seen, act.id)
        agent = next((one for one in seen.reading.agents if one.id == record.agent), None)
        if self._agents is None or agent is None or agent.calendar is None:
            raise Refused("in this mode there is no other side to play the agent on")
        start = act.start.replace(tzinfo=self._zone) if act.start else None
        if act.what == "move" and start is None:
            raise Refused("a move needs its start")
        length = record.end - record.start
        if act.where == "odoo":
            if start is None:
                await self._agents.cancel_record(agent.calendar, record.id)
            else:
                await self._agents.move_record(agent.calendar, record.id, start, start + length)
            return
        event = seen.reading.planned.get(record.id)
        if event is None or not event.stands:
            raise NotFound("the event is not in Google any more")
        if start is None:
            await self._agents.delete_event(event.calendar, event.event_id)
        else:
            timezone = self._tenant.settings.timezone
            await self._agents.move_event(event.calendar, event.event_id, start, start + length, timezone)

    async def keep(self, appointment_id: BackendId, side: Side) -> None:
        """End a conflict."""
        step = self._house.in_step.of(self._tenant.id)
        if step is None:
            raise Refused("in this mode record and planning are one")
        await resolve(step, appointment_id, side, _BY)

    def follow_both_ways(self, two_way: bool) -> None:  # noqa: FBT001 -- it is what the name says
        """Whether what agents change in Google is carried into the record from now on."""
        self._house.in_step.follow_both_ways(self._tenant.id, two_way)

    async def time(self) -> TimeNow:
        """What time it is, what rings, and which reminders come next."""
        seen = await self._lookout.look()
        numbers = {call.reminder_id: call.phone for call in seen.ringing}
        ahead = [one for one in seen.reminders if one.status is ReminderStatus.SCHEDULED and one.dial_at >= seen.at]
        ahead.sort(key=lambda one: one.dial_at)
        return TimeNow(
            now=seen.at,
            ringing=[_to_call(one, seen, numbers[one.id]) for one in seen.reminders if one.id in numbers],
            ahead=[_to_call(one, seen, None) for one in ahead[:_REMINDERS_TOLD]],
        )

    async def walk(self, until: datetime) -> None:
        """Let time pass until then, with all that falls due."""
        if until.tzinfo is None or until - self._house.clock.now() > _FURTHEST:
            raise Refused("time is walked by a month at most, to an instant with its offset")
        await walk_to(self._house, until)

    async def advance(self, by: timedelta) -> None:
        """Let so much time pass."""
        await self.walk(self._house.clock.now() + by)

    async def _working_days(self, now: datetime) -> Sequence[datetime]:
        rules = (await self._tenant.world()).rules
        ahead = (now.date() + timedelta(days=n) for n in range(rules.first_day, rules.end_day))
        open_days = [day for day in ahead if rules.hours[day.weekday()] and day not in rules.holidays]
        return [
            datetime.combine(day, rules.hours[day.weekday()][0][0], self._zone) for day in open_days[:_DAYS_TO_MOVE_TO]
        ]


def _recorded(seen: Seen, appointment_id: BackendId) -> Recorded:
    found = seen.reading.recorded.get(appointment_id)
    if found is None:
        raise NotFound(f"no appointment {appointment_id}")
    return found


def _to_call(one: Reminder, seen: Seen, phone: str | None) -> ToCall:
    record = seen.reading.recorded.get(one.appointment_id)
    return ToCall(
        reminder_id=one.id,
        patient=(record.patient_name if record else None) or "",
        phone=phone,
        offset=one.offset,
        dial_at=one.dial_at,
        appointment=one.appointment_id,
        start=record.start if record else None,
    )
