"""A wish that may be read in two ways: the opening hours decide, or the caller does, or the second is tried when the
first is refused.
"""

from __future__ import annotations

from datetime import date, datetime, time

from msgspec.structs import replace

from pupitre.dialogue.call import Call
from pupitre.dialogue.script import Script
from pupitre.nlu.clauses import times_of
from pupitre.wish import Wish


def by_opening(call: Call, script: Script) -> Call:
    """The call with the one reading whose hour lies within the opening hours, where that is only one."""
    readings = (call.wish, *call.readings)
    possible = [wish for wish in readings if any(_open(at, script) for at in _hours(wish))]
    if len(possible) == 1 and differ_by_hour(call):
        return replace(call, wish=possible[0], readings=())
    return call if possible or not differ_by_hour(call) else replace(call, readings=())


def differ_by_hour(call: Call) -> bool:
    """Whether the readings are of the morning and of the evening: the caller is asked which."""
    return any(_hours(other) != _hours(call.wish) for other in call.readings)


def chosen(call: Call, said: Wish) -> Wish | None:
    """The one reading whose hour is what is said now ("le matin"); None when that tells nothing."""
    fitting = [
        wish
        for wish in (call.wish, *call.readings)
        if any(times_of(clause).allows(datetime.combine(date.min, at)) for clause in said.any_of for at in _hours(wish))
    ]
    return fitting[0] if len(fitting) == 1 else None


def _hours(wish: Wish) -> list[time]:
    return [clause.at for clause in wish.any_of if clause.at]


def _open(at: time, script: Script) -> bool:
    return any(span.start <= at < span.end for span in script.settings.work_hours)
