"""How French says things back, line by line."""

from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from pupitre.languages import load

GOLDEN = yaml.safe_load((Path(__file__).parent / "spoken.yaml").read_text(encoding="utf-8"))
SPOKEN = load("fr-FR").spoken
TODAY = date(2026, 1, 5)
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(("written", "said"), GOLDEN["moment"].items())
def test_a_label_is_absolute(written, said):
    assert said == SPOKEN.moment(datetime.fromisoformat(written).replace(tzinfo=PARIS))


@pytest.mark.parametrize(("written", "said"), GOLDEN["clock"].items())
def test_clock_times(written, said):
    assert said == SPOKEN.clock(time.fromisoformat(written))


@pytest.mark.parametrize(("written", "said"), GOLDEN["relative_day"].items())
def test_relative_days_only_where_they_are_unambiguous(written, said):
    """Seen from Monday 5 January 2026."""
    assert said == SPOKEN.relative_day(date.fromisoformat(written), TODAY)


@pytest.mark.parametrize(("number", "noun", "feminine", "said"), GOLDEN["count"])
def test_numbers_agree(number, noun, feminine, said):
    assert said == SPOKEN.count(number, noun, feminine=feminine)


@pytest.mark.parametrize(("rank", "feminine", "said"), GOLDEN["ordinal"])
def test_ordinals_agree(rank, feminine, said):
    assert said == SPOKEN.ordinal(rank, feminine=feminine)


@pytest.mark.parametrize(("e164", "said"), GOLDEN["phone"].items())
def test_phone_numbers_are_read_in_pairs(e164, said):
    assert said == SPOKEN.phone(e164)


@pytest.mark.parametrize(("written", "said"), GOLDEN["date_of_birth"].items())
def test_dates_of_birth(written, said):
    assert said == SPOKEN.date_of_birth(date.fromisoformat(written))


def test_lists_and_short_moments():
    assert SPOKEN.either(["a"]) == "a"
    assert SPOKEN.either(["a", "b", "c"]) == "a, b ou c"
    assert SPOKEN.digits("0612") == "0 6 1 2"
    assert SPOKEN.short_moment(datetime(2026, 1, 6, 12, tzinfo=PARIS), TODAY) == "demain à midi"
    assert SPOKEN.short_moment(datetime(2026, 1, 9, 9, 15, tzinfo=PARIS), TODAY) == "vendredi 9 janvier à 9 heures 15"
