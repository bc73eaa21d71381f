"""Two runs of six weeks, one across each change of the clocks, on a running desk that is killed, with Odoo and Google.

Each appointment is booked by a call and then moved or cancelled at random by its patient, in Odoo or in Google; now and
then the desk is killed (-9) or Odoo is down. CI plays some; a thousand:

    PUPITRE_WEEKS=500 pytest -s tests/reminders/test_real_weeks.py
"""

import os
import random
from collections import Counter
from datetime import date

import pytest
from tests.reminders.weeks import Weeks
from tests.sync.conftest import hybrid
from tests.sync.test_kills_in_calls import Mortal

COUNT = int(os.environ.get("PUPITRE_WEEKS", "10"))
"""Appointments of each run."""
pytestmark = [pytest.mark.faults, pytest.mark.timeout(120 + 20 * COUNT)]


@pytest.fixture(scope="module")
def mortal(tmp_path_factory, emulators):
    home = hybrid(tmp_path_factory.mktemp("weeks") / "home", emulators)
    with (home / "demo.toml").open("a") as settings:
        settings.write('\n[sync]\nmode = "two_way"\nevery_min = 60\n')
    desk = Mortal(home)
    with desk.stack:
        yield desk


@pytest.mark.parametrize("first", [date(2026, 3, 9), date(2026, 10, 5)], ids=["to summer", "to winter"])
def test_every_reminder_rings_once_at_its_minute_and_no_other(mortal, emulators, first):
    weeks = Weeks(mortal, emulators, first, COUNT, random.Random(first.toordinal()))
    deaths = mortal.deaths
    rung = Counter(weeks.play())
    must = Counter(weeks.expected())
    print(table(first, must, rung, weeks, mortal.deaths - deaths))  # noqa: T201 -- what it is run for

    assert {} == must - rung, "these did not ring"
    assert {} == rung - must, "these rang, and should not have"
    assert mortal.deaths > deaths
    assert len(must) > COUNT // 2


def table(first, must, rung, weeks, deaths):
    """By week: reminders that had to ring, and how many of them did, did not, or rang for nothing."""
    lines = [f"\nsix weeks from {first}: " + ", ".join(f"{count} {deed}" for deed, count in sorted(weeks.did.items()))]
    lines += ["seconds: " + ", ".join(f"{what} {took:.0f}" for what, took in weeks.took.most_common())]
    lines += [f"the desk died {deaths} times", "week       P1D due  rang  PT1H due  rang  missing  unexpected"]
    mondays = sorted({monday(at) for _, at, _ in must | rung})
    for week in [*mondays, None]:
        due, did_ring = ([one for one in all_.elements() if week in (None, monday(one[1]))] for all_ in (must, rung))
        counts = [sum(one[0] == offset for one in those) for offset in ("P1D", "PT1H") for those in (due, did_ring)]
        counts += [(Counter(due) - Counter(did_ring)).total(), (Counter(did_ring) - Counter(due)).total()]
        widths = zip(counts, (8, 6, 10, 6, 9, 12), strict=True)
        lines.append(f"{week or 'in all':<10}" + "".join(f"{count:>{width}}" for count, width in widths))
    return "\n".join(lines)


def monday(at):
    return f"{at.date().isocalendar().year}-W{at.date().isocalendar().week:02}"
