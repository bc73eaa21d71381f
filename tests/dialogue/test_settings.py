"""When people answer, in the tenant's zone."""

from datetime import UTC, date, datetime, time

import pytest
from tests.dialogue.stage import PARIS

from pupitre.dialogue.settings import WEEK, DialogueSettings, OpenHours

OFFICE = DialogueSettings(
    queue_hours=(OpenHours(WEEK, time(9), time(12, 30)), OpenHours(WEEK, time(14), time(18))),
    queue_closed_on=(date(2026, 5, 1),),
)


def test_without_hours_somebody_always_answers():
    assert DialogueSettings().queue_is_open(datetime(2026, 1, 4, 3, tzinfo=PARIS))
    assert DialogueSettings().queue_opens(datetime(2026, 1, 4, 3, tzinfo=PARIS)) is None


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (datetime(2026, 1, 2, 9, 0, tzinfo=PARIS), True),
        (datetime(2026, 1, 2, 12, 30, tzinfo=PARIS), False),
        (datetime(2026, 1, 2, 13, 59, tzinfo=PARIS), False),
        (datetime(2026, 1, 2, 17, 59, tzinfo=PARIS), True),
        (datetime(2026, 1, 3, 10, 0, tzinfo=PARIS), False),
        (datetime(2026, 5, 1, 10, 0, tzinfo=PARIS), False),
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 1, 2, 7, 0, tzinfo=UTC), False),
    ],
)
def test_open_hours_are_wall_clock_hours_half_open(at, is_open):
    assert is_open is OFFICE.queue_is_open(at)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (datetime(2026, 1, 2, 8, tzinfo=PARIS), datetime(2026, 1, 2, 9, tzinfo=PARIS)),
        (datetime(2026, 1, 2, 13, tzinfo=PARIS), datetime(2026, 1, 2, 14, tzinfo=PARIS)),
        (datetime(2026, 1, 2, 19, tzinfo=PARIS), datetime(2026, 1, 5, 9, tzinfo=PARIS)),
        (datetime(2026, 4, 30, 20, tzinfo=PARIS), datetime(2026, 5, 4, 9, tzinfo=PARIS)),
        (datetime(2026, 3, 28, 12, tzinfo=PARIS), datetime(2026, 3, 30, 9, tzinfo=PARIS)),
        (datetime(2026, 10, 24, 12, tzinfo=PARIS), datetime(2026, 10, 26, 9, tzinfo=PARIS)),
    ],
)
def test_the_next_opening_skips_nights_weekends_and_holidays(at, opens):
    assert opens == OFFICE.queue_opens(at)
