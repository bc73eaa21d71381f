"""A small example week for the page's tests: three agents, busy calendars, a few patients. Always the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.demo.bell import Bell

from pupitre.web.demo.view import (
    AgentSpan,
    Caller,
    Span,
    Week,
    WeekAgent,
    WeekAppointment,
    WeekHold,
)

ZONE = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 1, 2, 10, 12, tzinfo=ZONE)
AGENTS = (WeekAgent(45, "Claire Martin"), WeekAgent(46, "Karim Benali"), WeekAgent(47, "Sophie Le Goff"))
CALLERS = (
    Caller("Jean Dupont", "+33612345678", "connu à son numéro, sans rendez-vous"),
    Caller("Marie Leroy", "+33611223344", "a un rendez-vous vendredi"),
    Caller("Odette Girard", "+33147200001", "partage sa ligne avec son mari"),
)
OFFERS = (
    (datetime(2026, 1, 6, 9, 0, tzinfo=ZONE), 45, "mardi 6 janvier à 9 heures"),
    (datetime(2026, 1, 8, 15, 0, tzinfo=ZONE), 46, "jeudi 8 janvier à 15 heures"),
    (datetime(2026, 1, 8, 16, 15, tzinfo=ZONE), 47, "jeudi 8 janvier à 16 heures 15"),
)
HALF = timedelta(minutes=30)
NAMES = ("Marie Leroy", "Paul Mercier", "Andrée Roux", "Lucien Faure", "Simone Petit", "René Garnier", "Yvonne Blanc")


def _at(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(minutes // 60, minutes % 60), ZONE)


class FakeWorld:
    """Implements `DemoView` but for the turns; holds and bookings are put in by the scripted call."""

    def __init__(self) -> None:
        self.holds: list[WeekHold] = []
        self.booked: list[WeekAppointment] = []
        self.bell = Bell()

    async def week(self, start: date | None) -> Week:
        monday = start or date(2026, 1, 5)
        monday -= timedelta(days=monday.weekday())
        days = [monday + timedelta(days=n) for n in range(5)]
        busy, existing = self._calendar(days)
        return Week(
            tenant="Synergia Téléassistance",
            timezone="Europe/Paris",
            now=NOW,
            days=days,
            open=[
                Span(_at(day, opens), _at(day, closes))
                for day in days
                if day != date(2026, 1, 1)
                for opens, closes in ((540, 750), (840, 1080))
            ],
            agents=AGENTS,
            busy=busy,
            appointments=[*existing, *self.booked],
            holds=self.holds,
        )

    async def callers(self) -> Sequence[Caller]:
        return CALLERS

    def changes(self) -> AsyncIterator[str]:
        return self.bell.listen()

    def _calendar(self, days: list[date]) -> tuple[list[AgentSpan], list[WeekAppointment]]:
        wanted = {(start.date(), agent): start for start, agent, _ in OFFERS}
        busy: list[AgentSpan] = []
        appointments: list[WeekAppointment] = []
        for day in days:
            for agent in AGENTS:
                chance = Random(f"{day}{agent.id}")
                for opens, closes in ((540, 750), (840, 1080)):
                    minute = opens + chance.choice((0, 0, 30, 60))
                    while minute + 30 <= closes:
                        length = chance.choice((30, 30, 45, 60, 90))
                        start, end = _at(day, minute), _at(day, min(minute + length, closes))
                        kept = wanted.get((day, agent.id))
                        if kept is None or end <= kept or start >= kept + HALF:
                            if chance.random() < 0.28:
                                name = chance.choice(NAMES)
                                ident = int(day.strftime("%m%d")) * 10000 + agent.id * 100 + minute // 15
                                appointments.append(
                                    WeekAppointment(ident, agent.id, start, start + HALF, "confirmed", "synced", name)
                                )
                            else:
                                busy.append(AgentSpan(agent.id, start, end))
                        minute += length + chance.choice((0, 15, 30, 60, 90))
        return busy, appointments
