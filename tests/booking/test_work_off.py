"""What is due is begun side by side, but nothing beside itself."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from tests.booking.memory_store import MemoryDue

from pupitre.booking import due
from pupitre.ports import Due

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Deed:
    """Does a row for as long as it is told to; whoever looks knows how many it does at once."""

    def __init__(self):
        self.begun, self.at_once, self.most = [], 0, 0
        self.may_end = asyncio.Event()

    async def __call__(self, _world, row):
        self.begun.append(row)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await self.may_end.wait()
        self.at_once -= 1


@pytest.fixture
async def deed():
    return Deed()


@pytest.fixture
async def rows(deed):
    rows = MemoryDue()
    clock = SimpleNamespace(now=lambda: NOW)
    working = asyncio.create_task(due.work_off(rows, {"demo": None}, {"reminder": deed}, clock))
    yield rows
    working.cancel()


def row(key, seconds=0):
    return Due("demo", key, "reminder", key, NOW + timedelta(seconds=seconds))


async def until(true):
    while not true():  # noqa: ASYNC110 -- nothing tells when it is so
        await asyncio.sleep(0.02)


async def test_a_row_that_is_put_again_while_it_is_done_is_done_after_that(rows, deed):
    await rows.put([row("a", -9), row("b", -9)])
    await until(lambda: deed.at_once == 2)
    await rows.put([row("a", -5)])
    await asyncio.sleep(0.5)
    assert 2 == deed.most
    deed.may_end.set()

    await until(lambda: not rows.rows)
    assert [row("a", -9), row("b", -9), row("a", -5)] == deed.begun


async def test_a_row_that_is_hastened_while_it_is_done_is_done_once(rows, deed):
    await rows.put([row("a")])
    await until(lambda: deed.at_once == 1)
    await rows.put([row("a", -1)])
    await asyncio.sleep(0.5)
    deed.may_end.set()

    await until(lambda: not rows.rows)
    await asyncio.sleep(0.5)
    assert [row("a")] == deed.begun
