"""When the phone must ring, from wall-clock times alone: nothing here knows the desk's code."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
HOLIDAYS = frozenset({date(2026, 4, 6), date(2026, 11, 11)})
"""Easter Monday; Armistice: those that fall on a weekday of the two runs."""


def rings(start):
    """The day before at the same hour, or the last day before that is no Sunday and no holiday; an hour before, not
    before eight. Wall-clock times of Paris, by offset.
    """
    wall = start.astimezone(PARIS).replace(tzinfo=None)
    day_before = wall - timedelta(days=1)
    while day_before.weekday() == 6 or day_before.date() in HOLIDAYS:
        day_before -= timedelta(days=1)
    return {"P1D": day_before, "PT1H": max(wall - timedelta(hours=1), datetime.combine(wall.date(), time(8)))}


def expected(start, since, until):
    """Those of an appointment that stands at this time from `since` to `until`: (offset, wall-clock time)."""
    return [(offset, at) for offset, at in rings(start).items() if since < at.replace(tzinfo=PARIS) < until]
