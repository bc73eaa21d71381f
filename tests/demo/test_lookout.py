"""What is told to who looks now and then, of a desk at work: every round, whoever did it, and none twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.servers.desk import pupitre
from tests.servers.house import example_house

from pupitre.booking.reconcile import reconcile
from pupitre.tenant import Tenant
from pupitre.web.demo.lookout import Lookout
from pupitre.web.demo.play import Act, Play
from pupitre.wiring import House


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[tuple[House, Tenant]]:
    async with example_house(tmp_path) as made:
        yield made


class Visitor:
    """Looks now and then, and has an agent move one appointment in Google."""

    def __init__(self, house: House, tenant: Tenant) -> None:
        self.lookout = Lookout(house, tenant)
        self._play = Play(house, tenant, self.lookout)
        step = house.in_step.of(tenant.id)
        assert step is not None
        self.step = step

    async def move(self) -> int:
        """The appointment that the agent moves."""
        seen = await self.lookout.look()
        one = min(seen.reading.recorded.values(), key=lambda one: one.start)
        wall = (one.start + timedelta(hours=1)).astimezone(seen.at.tzinfo).replace(tzinfo=None)
        await self._play.act(Act(int(one.id), "google", "move", wall))
        return int(one.id)

    async def announced(self) -> None:
        """A round that each channel's announcement begins."""
        for calendar in await self.step.following.calendars():
            assert calendar.channel is not None
            await reconcile(self.step, trusting=True, announced=calendar.channel.id)

    def story(self, id_: int) -> list[str]:
        return [one.text for one in self.lookout.story(id_) if "conflit, noté" in one.text]


async def test_of_several_rounds_between_two_looks_each_is_told_once(desk: tuple[House, Tenant]) -> None:
    """The one that found the conflict is not the last."""
    visitor = Visitor(*desk)
    await visitor.lookout.tell()
    moved = await visitor.move()
    await visitor.announced()
    await reconcile(visitor.step)
    await visitor.lookout.tell()
    await reconcile(visitor.step)
    await visitor.lookout.tell()

    assert visitor.story(moved) == ["Google annonce un changement : conflit, noté sur la fiche."]


async def test_what_another_process_reconciles_is_told_too(desk: tuple[House, Tenant], tmp_path: Path) -> None:
    visitor = Visitor(*desk)
    await visitor.lookout.tell()
    moved = await visitor.move()
    result = await asyncio.to_thread(pupitre, "sync", "run", "--config", tmp_path / "pupitre.toml")
    await visitor.lookout.tell()
    await visitor.lookout.tell()

    assert result.returncode == 0, result.stderr
    assert visitor.story(moved) == ["Relecture du quart d’heure : conflit, noté sur la fiche."]
