"""When somebody who is called wants to be called again: the instant that his words name. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from msgspec.structs import replace

from pupitre.nlu.meaning import Meaning
from pupitre.wish import Clause, Period, Wish

_MINUTE = timedelta(minutes=1)
_NIGHT = time(7)
"""An hour before this is not of the morning: "à six heures" is said of the evening."""
_AFTER_LUNCH = time(14)
"""From when "cet après-midi" is no meal any more."""


def wished(meaning: Meaning, now: datetime) -> datetime | None:
    """The first instant that suits; None when now would suit as well, or no time was said. `now` is local.

    The time is of today where it can be; else it is the next midnight, which stands for any other day.
    """
    if meaning.delay is not None:
        return now + timedelta(minutes=meaning.delay)
    if meaning.when is None:
        return None
    said = [_plain(one) for one in (meaning.when.value, *meaning.when.others)]
    said = [one for one in said if one.any_of]
    if not said:
        return None
    soon = now.replace(second=0, microsecond=0) + _MINUTE
    if any(one.allows(soon) and one.allows(soon + _MINUTE) for one in said):
        return None
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    minutes = int((tomorrow - soon) / _MINUTE)
    today = (soon + ahead * _MINUTE for ahead in range(minutes))
    return next((at for at in today if any(one.allows(at) for one in said)), tomorrow)


def _plain(wish: Wish) -> Wish:
    """With hours as they are meant of a call: about is at, the night is no time, lunch is not disturbed."""
    return Wish(tuple(_hour(clause) for clause in wish.any_of))


def _hour(clause: Clause) -> Clause:
    if clause.at is not None and clause.at < _NIGHT:
        clause = replace(clause, at=clause.at.replace(hour=clause.at.hour + 12))
    if clause.periods in ((Period.PM,), (Period.EARLY_PM,)) and clause.at is None and clause.not_before is None:
        clause = replace(clause, not_before=_AFTER_LUNCH)
    return replace(clause, approx=False)
