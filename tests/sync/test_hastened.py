"""A round that an announcement hastens falls due as well: whoever comes to it first, it is done once."""

import asyncio

import pytest
from tests.servers.house import example_house


@pytest.fixture
async def house(tmp_path):
    async with example_house(tmp_path) as (house, _):
        yield house


def announced(house):
    return [one for one in house.in_step.rounds("demo") if one.report.announced]


async def channel(house):
    return (await house.in_step.of("demo").following.calendars())[0].channel.id


async def test_many_announcements_are_one_round(house):
    for _ in range(5):
        await house.in_step.hasten("demo", await channel(house))
    await asyncio.sleep(1)

    assert len(announced(house)) == 1


async def test_a_walk_does_what_has_not_begun_yet(house):
    await house.in_step.hasten("demo", await channel(house))
    await house.walk(house.clock.now())
    await asyncio.sleep(0.5)

    assert len(announced(house)) == 1


async def test_a_walk_waits_for_what_has_begun(house):
    async with house.in_step.of("demo").following.alone():
        await house.in_step.hasten("demo", await channel(house))
        await asyncio.sleep(0.2)
        walk = asyncio.create_task(house.walk(house.clock.now()))
        await asyncio.sleep(0.2)
        assert not walk.done()
    await walk

    assert len(announced(house)) == 1


async def test_what_is_announced_while_its_round_is_under_way_begins_another(house):
    async with house.in_step.of("demo").following.alone():
        await house.in_step.hasten("demo", await channel(house))
        await asyncio.sleep(0.2)
        await house.in_step.hasten("demo", await channel(house))
        await asyncio.sleep(0.2)
    await asyncio.sleep(1)

    assert len(announced(house)) == 2
