"""The clock that several processes share."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from tests.store.test_reservations import slot

from pupitre.clock import SharedClock, SystemClock
from pupitre.ports import Unavailable
from pupitre.store import server
from pupitre.store.reservations import StoredReservations


async def test_the_database_tells_its_own_time(database):
    before = SystemClock().now()
    told = await server.time(database)

    assert before - timedelta(seconds=1) <= told <= SystemClock().now() + timedelta(seconds=1)


@pytest.mark.parametrize("wrong", [timedelta(minutes=10), timedelta(minutes=-10)], ids=["fast", "slow"])
async def test_two_processes_whose_machines_differ_go_by_one_time_and_keep_each_others_holds(database, wrong):
    """By its own clock the fast one found the hold ended, and offered the slot to somebody else."""
    one = SharedClock(partial(server.time, database))
    other = SharedClock(partial(server.time, database), lambda: SystemClock().now() + wrong)
    await one.compare()
    await other.compare()
    claims = StoredReservations(database, "demo")
    hold = timedelta(minutes=3)

    assert abs(one.now() - other.now()) < timedelta(seconds=1)
    assert [slot(0)] == await claims.hold("c1", [slot(0)], one.now(), one.now() + hold)
    assert [] == await claims.hold("c2", [slot(0)], other.now(), other.now() + hold)


class Machine:
    """A machine's clock that is set by hand."""

    def __init__(self):
        self.time = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

    def now(self):
        return self.time


async def test_it_is_asked_once_a_minute_and_also_when_the_machines_clock_was_put_back():
    machine, asked = Machine(), []

    async def theirs():
        asked.append(machine.time)
        return machine.time + timedelta(seconds=7)

    clock = SharedClock(theirs, machine.now)
    for passed in (0, 1, 58, 2, -3600):
        machine.time += timedelta(seconds=passed)
        await clock.compare()

    assert 3 == len(asked)
    assert machine.time + timedelta(seconds=7) == clock.now()


async def test_an_answer_that_took_long_or_did_not_come_changes_nothing():
    machine, slow = Machine(), timedelta(seconds=5)

    async def theirs():
        machine.time += slow
        return machine.time + timedelta(hours=1)

    async def down():
        raise Unavailable("down")

    clock = SharedClock(theirs, machine.now)
    await clock.compare()
    with pytest.raises(Unavailable):
        await SharedClock(down, machine.now).compare()

    assert machine.time == clock.now()
    slow = timedelta()
    await clock.compare()
    assert machine.time + timedelta(hours=1) == clock.now()
