"""When agents are not at work, as Odoo's HR says it: their working hours and absences, where `resource` is installed.

Without that module everybody is always there, and the tenant's own hours decide.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.faults import NoSuchModel
from pupitre.backends.odoo.wire import Row, instant, link, moment, number, text
from pupitre.model import Agent, BackendId, Interval
from pupitre.ports import Busy

_ONE_DAY = timedelta(days=1)


class _Shift(Struct, frozen=True):
    weekday: int
    """0 = Monday."""
    week: int | None
    """0 or 1 where weeks alternate."""
    start: float
    end: float
    """Hours of the calendar's own zone."""


class _Hours(Struct, frozen=True):
    zone: ZoneInfo
    shifts: tuple[_Shift, ...]


class OdooPresence:
    """Agents' time away from work. Public holidays of Odoo count as absences of everybody they concern."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def busy(self, agents: Sequence[Agent], window: Interval) -> Busy:
        """All time inside the window that is not working time of these agents. Raises Unavailable."""
        away: dict[BackendId, list[Interval]] = {agent.id: [] for agent in agents}
        try:
            resources = await self._resources([agent.id for agent in agents])
        except NoSuchModel:
            return Busy(away)
        calendars = {calendar for _, calendar in resources.values() if calendar is not None}
        hours, leaves = await asyncio.gather(self._hours(sorted(calendars)), self._leaves(window))
        for user, (resource, calendar) in resources.items():
            if calendar is not None and calendar in hours:
                away[user] += _outside(hours[calendar], window)
            away[user] += [
                Interval(max(instant(leave, "date_from"), window.start), min(instant(leave, "date_to"), window.end))
                for leave in leaves
                if link(leave, "resource_id") == resource
                or (link(leave, "resource_id") is None and link(leave, "calendar_id") in (None, calendar))
            ]
        return Busy({user: sorted(spans, key=lambda span: (span.start, span.end)) for user, spans in away.items()})

    async def _resources(self, users: Sequence[BackendId]) -> Mapping[BackendId, tuple[int, int | None]]:
        """User → their resource and its calendar."""
        await self._client.fields("resource.resource")
        rows = await self._client.search_read(
            "resource.resource", [["user_id", "in", list(users)]], ["user_id", "calendar_id"]
        )
        return {
            user: (int(str(row["id"])), link(row, "calendar_id"))
            for row in rows
            if (user := link(row, "user_id")) is not None
        }

    async def _hours(self, calendars: Sequence[int]) -> Mapping[int, _Hours]:
        """The weekly hours of these calendars; one that is flexible has none, and its people are there all day."""
        if not calendars:
            return {}
        there = await self._client.fields("resource.calendar")
        about = [name for name in ("tz", "flexible_hours", "two_weeks_calendar") if name in there]
        fields = await self._client.fields("resource.calendar.attendance")
        wanted = ["calendar_id", "dayofweek", "hour_from", "hour_to", "day_period", "week_type", "display_type"]
        rows, shifts = await asyncio.gather(
            self._client.search_read("resource.calendar", [["id", "in", list(calendars)]], about),
            self._client.search_read(
                "resource.calendar.attendance",
                [["calendar_id", "in", list(calendars)]],
                [name for name in wanted if name in fields],
            ),
        )
        return {
            int(str(row["id"])): _Hours(
                ZoneInfo(text(row, "tz") or self._client.settings.zone),
                tuple(
                    _shift(shift, alternating=bool(row.get("two_weeks_calendar")))
                    for shift in shifts
                    if link(shift, "calendar_id") == row["id"]
                    and text(shift, "day_period") != "lunch"
                    and not shift.get("display_type")
                ),
            )
            for row in rows
            if not row.get("flexible_hours")
        }

    async def _leaves(self, window: Interval) -> Sequence[Row]:
        domain = [
            ["date_from", "<", moment(window.end)],
            ["date_to", ">", moment(window.start)],
            ["time_type", "=", "leave"],
        ]
        fields = ["resource_id", "calendar_id", "date_from", "date_to"]
        return await self._client.search_read("resource.calendar.leaves", domain, fields)


def _shift(row: Row, *, alternating: bool) -> _Shift:
    week = text(row, "week_type") if alternating else None
    return _Shift(
        weekday=int(str(row["dayofweek"])),
        week=None if week is None else int(week),
        start=number(row, "hour_from"),
        end=number(row, "hour_to"),
    )


def _outside(hours: _Hours, window: Interval) -> Iterator[Interval]:
    """What no shift covers, in order."""
    free_from = window.start
    for shift in _shifts_in(hours, window):
        if shift.start > free_from:
            yield Interval(free_from, shift.start)
        free_from = max(free_from, shift.end)
    if free_from < window.end:
        yield Interval(free_from, window.end)


def _shifts_in(hours: _Hours, window: Interval) -> list[Interval]:
    today = window.start.astimezone(hours.zone).date()
    last = window.end.astimezone(hours.zone).date()
    found: list[Interval] = []
    while today <= last:
        parity = (today.toordinal() - 1) // 7 % 2  # Odoo's own count (resource.calendar.attendance.get_week_type)
        found += [
            Interval(max(start, window.start), min(end, window.end))
            for shift in hours.shifts
            if shift.weekday == today.weekday() and shift.week in (None, parity)
            for start, end in [(_at(today, shift.start, hours.zone), _at(today, shift.end, hours.zone))]
            if start < window.end and end > window.start
        ]
        today += _ONE_DAY
    return sorted(found, key=lambda span: span.start)


def _at(today: date, hour: float, zone: ZoneInfo) -> datetime:
    """The wall-clock hour of that day, 24.0 being the next midnight."""
    minutes = round(hour * 60)
    return datetime.combine(today + _ONE_DAY * (minutes // 1440), time(minutes % 1440 // 60, minutes % 60), zone)
