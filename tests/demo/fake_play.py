"""What a visitor may do besides phoning, on the scripted desk: look at one appointment, and hear the phone ring."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.demo.fake_world import NOW, FakeWorld

from pupitre.booking.conflicts import Side
from pupitre.ports import NotFound
from pupitre.web.demo.play import Act, TimeNow, ToCall
from pupitre.web.demo.sides import Cell, Row, Sides
from pupitre.web.demo.two_sides import Agreement


class FakePlay:
    """Implements `Play`; what was asked of it is kept in `acts`."""

    def __init__(self, world: FakeWorld) -> None:
        self.world = world
        self.acts: list[object] = []
        self.ringing: list[ToCall] = []
        self.now = NOW

    async def sides(self, appointment_id: int | str) -> Sides:
        found = [one for one in self.world.booked if one.id == appointment_id]
        if not found:
            raise NotFound("no such appointment")
        return Sides(
            id=appointment_id,
            patient="<i>Jean</i> Dupont",
            when="mardi",
            record="Odoo",
            apart=True,
            rows=[Row("Quand", Cell("9 h", "start"), Cell("10 h", "start"), same=False)],
            agreement=Agreement.MOVED,
            at_odds=True,
            conflict=True,
            verdict="Odoo dit 9 heures, Google dit 10 heures.",
            consequence="",
            reminders=[],
            story=[],
            days=[],
            times=[],
            in_google=True,
            in_odoo=True,
            two_way=False,
        )

    async def act(self, act: Act) -> None:
        self.acts.append(act)

    async def keep(self, appointment_id: int | str, side: Side) -> None:
        self.acts.append((appointment_id, side))

    def follow_both_ways(self, two_way: bool) -> None:
        self.acts.append(two_way)

    async def time(self) -> TimeNow:
        return TimeNow(self.now, self.ringing, [])

    async def walk(self, until: datetime) -> None:
        self.now = until

    async def advance(self, by: timedelta) -> None:
        self.now += by
