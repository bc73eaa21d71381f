"""So many requests and no more, on a clock that only a test moves."""

import pytest

from pupitre.backends.google.pacing import Bucket, Pace
from pupitre.ports import Unavailable


class Time:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def time():
    return Time()


def pace(time, per_minute=600, calendar_per_minute=300, at_most_s=10.0):
    return Pace(per_minute, calendar_per_minute, at_most_s, time, time.sleep)


async def test_a_short_burst_does_not_wait(time):
    mine = pace(time)
    for _ in range(20):
        await mine.turn("a")

    assert 0 == time.now


async def test_a_minute_holds_no_more_than_its_rate_and_one_burst(time):
    mine, count = pace(time), 0
    while time.now < 60:
        await mine.turn("a")
        count += 1

    assert 300 < count <= 300 + 20 + 1


async def test_one_busy_calendar_does_not_hold_up_another(time):
    mine = pace(time)
    for _ in range(20):
        await mine.turn("a")
    await mine.turn("b")

    assert 0 == time.now


async def test_all_calendars_together_keep_to_the_tenants_rate(time):
    mine, count = pace(time), 0
    while time.now < 60:
        await mine.turn(f"calendar-{count}")
        count += 1

    assert 600 < count <= 600 + 40 + 1


async def test_whoever_would_wait_too_long_is_told_at_once(time):
    mine = pace(time, per_minute=6, calendar_per_minute=6, at_most_s=5)
    await mine.turn("a")
    with pytest.raises(Unavailable) as caught:
        await mine.turn("a")

    assert 10 == caught.value.retry_after
    assert 0 == time.now


def test_a_bucket_fills_up_again_and_not_beyond(time):
    bucket = Bucket(600, time)
    for _ in range(40):
        assert 0 == bucket.wait()
        bucket.take()
    assert pytest.approx(0.1) == bucket.wait()
    time.now += 3600
    for _ in range(40):
        assert 0 == bucket.wait()
        bucket.take()

    assert bucket.wait() > 0
