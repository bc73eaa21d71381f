"""A short notation of wishes, for the lists of ways to say them: `TU,TH 16:00- | not 01-12..01-18`.

Clauses are parted by `|`; a clause is the AND of weekdays (`MO,TU`), dates (`01-12,01-13`, month and day of the year of
the reference, or `2027-01-03`), a window (`01-12..01-18`, `01-12..`, `..01-18`), periods (`AM,EVE`), an hour (`14:30`,
roughly `~14:30`) or hours from and to (`9:00-11:00`, `9:00-`, `-11:00`). `not` before a clause refuses it. `asap`,
`any` and `conflict` stand alone; `nothing` is no wish.
"""

import re
from datetime import date, time

from pupitre.wish import WEEKDAYS, Clause, Period, Wish

DATE = r"(?:\d{4}-)?\d\d-\d\d"
HOUR = r"\d{1,2}:\d\d"
FLAGS = ("asap", "any", "conflict")


def wish(notation: str, year: int) -> Wish:
    """What the notation says. Raises ValueError."""
    parts = [part.strip() for part in notation.split("|")]
    flags = {flag: True for flag in FLAGS if flag in parts}
    clauses = [part for part in parts if part not in (*FLAGS, "nothing")]
    wanted = tuple(_clause(part, year) for part in clauses if not part.startswith("not "))
    refused = tuple(_clause(part.removeprefix("not "), year) for part in clauses if part.startswith("not "))
    return Wish(wanted, refused, **flags)


def _clause(notation: str, year: int) -> Clause:
    said: dict[str, object] = {}
    for word in notation.split():
        said.update(_one(word, year))
    return Clause(**said)


def _one(word: str, year: int) -> dict[str, object]:
    words = tuple(word.split(","))
    if set(words) <= set(WEEKDAYS):
        return {"days": words}
    if set(words) <= set(Period):
        return {"periods": tuple(Period(one) for one in words)}
    if re.fullmatch(f"{DATE}(,{DATE})*", word):
        return {"dates": tuple(_date(one, year) for one in words)}
    if match := re.fullmatch(f"({DATE})?\\.\\.({DATE})?", word):
        first, last = (_date(one, year) if one else None for one in match.groups())
        return {"window_start": first, "window_end": last}
    if match := re.fullmatch(f"(~?)({HOUR})", word):
        return {"at": _time(match[2]), "approx": bool(match[1])}
    if match := re.fullmatch(f"({HOUR})?-({HOUR})?", word):
        low, high = (_time(one) if one else None for one in match.groups())
        return {"not_before": low, "not_after": high}
    raise ValueError(f"{word!r} says nothing")


def _date(text: str, year: int) -> date:
    return date.fromisoformat(text if len(text) > len("01-12") else f"{year}-{text}")


def _time(text: str) -> time:
    return time.fromisoformat(text.zfill(5))
