"""Ways of saying when mean what the list of them says (`wishes.yaml`)."""

from datetime import datetime, timedelta

import pytest
import yaml
from tests.nlu.score import HERE, cells
from tests.nlu.wishes import wish

from pupitre.commands.understand import local
from pupitre.languages import load
from pupitre.nlu.meaning import Hears
from pupitre.nlu.understand import understand
from pupitre.wish import Wish

SAID = datetime(2026, 1, 5, 10)  # noqa: DTZ001  # the sets are labelled in local time
WAYS = yaml.safe_load((HERE / "wishes.yaml").read_text(encoding="utf-8"))
LINES = [(text, meant) for ways in WAYS.values() for text, meant in ways.items()]


def later(wish: Wish) -> list[datetime]:
    """Some hours of each day of a year that the wish allows: `cells` see three months."""
    days = (SAID.replace(hour=0) + timedelta(days=ahead) for ahead in range(91, 400))
    starts = (day.replace(hour=hour) for day in days for hour in (9, 15))
    return [start for start in starts if wish and wish.allows(start)]


@pytest.mark.parametrize(("text", "meant"), LINES, ids=[text for text, _ in LINES])
def test_a_way_of_saying_when_means_what_the_list_says(text, meant):
    """The same half hours are allowed, and as soon as possible, any time and a conflict are told alike."""
    heard = understand(text, (Hears.WHEN,), load("fr-FR").grammar, local(SAID.isoformat())).when
    got, expected = heard.value if heard else Wish(), wish(meant, SAID.year)

    assert cells(got, SAID) == cells(expected, SAID)
    assert later(got) == later(expected)
    assert (got.asap, got.conflict, bool(got)) == (expected.asap, expected.conflict, bool(expected))
    assert got.any or not expected.any


@pytest.mark.parametrize("notation", ["mardi", "TU,XX", "25:00", "not", "01-32"])
def test_a_notation_that_says_nothing_is_refused(notation):
    with pytest.raises(ValueError, match=r".+"):
        wish(notation, SAID.year)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("à sept heures", ["19:00", "7:00"]),
        ("mardi vers huit heures", ["TU ~8:00", "TU ~20:00"]),
        ("six heures et demie", ["18:30", "6:30"]),
        ("mardi prochain", ["01-06", "01-13"]),
        ("vendredi prochain le matin", ["01-09 AM", "01-16 AM"]),
        ("sept heures du soir", ["19:00"]),
        ("mardi matin sept heures", ["TU AM 7:00"]),
        ("dix-neuf heures", ["19:00"]),
        ("à trois heures", ["15:00"]),
        ("mardi", ["TU"]),
        ("avant huit heures", ["-8:00"]),
    ],
)
def test_the_other_reading_of_what_is_ambiguous_is_kept_with_less_confidence_in_the_first(text, readings):
    """Hours that may be of the morning and of the evening; the coming day of this week or the one after."""
    heard = understand(text, (Hears.WHEN,), load("fr-FR").grammar, local(SAID.isoformat())).when

    assert [heard.value, *heard.others] == [wish(reading, SAID.year) for reading in readings]
    assert (heard.confidence < 1) == (len(readings) > 1)
