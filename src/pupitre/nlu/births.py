"""A date of birth in what was said. Two-digit years lie in the past; an impossible date is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from pupitre.nlu.cascade import run
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.when import ACTIONS

OLDEST = 120
"""Years: nobody is older."""
CENTURIES = (19, 20)
PARTS = 3
LAST_DAY = 31


def birth_date(words: Sequence[str], grammar: Grammar, now: datetime) -> date | None:
    """Day, month and year said in a row, the month as a word or a number; after a correction the last one counts."""
    rows: list[list[int]] = [[]]
    corrections: set[int] = set()
    for piece in run(grammar.topics["birth_date"], words, ACTIONS, now):
        if piece.kind in ("month", "first") and isinstance(piece.value, int):
            rows[-1].append(piece.value)
        elif piece.key.isdigit():
            rows[-1].extend(number for number in _parts(piece.key) if number)  # "zéro trois" is 3
        elif piece.key not in JOINTS:
            rows.append([])
            if piece.kind == "fix":
                corrections.add(len(rows) - 1)
    born = [found for row in _corrected(rows, corrections) if (found := _born(row, now.date()))]
    return born[-1] if born else None


def _corrected(rows: list[list[int]], corrections: set[int]) -> list[list[int]]:
    """With a year that was said again after a correction in place of the first: "48 non 49"."""
    kept: list[list[int]] = []
    for at, row in enumerate(rows):
        again = at in corrections and kept and len(kept[-1]) == PARTS and len(row) == 1 and row[0] > LAST_DAY
        kept.append([*kept[-1][:-1], *row] if again else row)
    return kept


def _born(numbers: list[int], today: date) -> date | None:
    return next((born for reading in _readings(numbers) if (born := _date(*reading, today))), None)


JOINTS = {"/", "<of>"}


def _parts(digits: str) -> Iterator[int]:
    """Digits as one number, or as day, month and year written without a space."""
    if len(digits) in (6, 8):  # ddmmyy, ddmmyyyy
        yield from (int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    elif len(digits) <= 5:  # noqa: PLR2004  # longer is no date
        yield int(digits)


def _readings(numbers: list[int]) -> Iterator[tuple[int, int, int]]:
    """Day, month and year, as these numbers may mean them."""
    match numbers:
        case [day, month, century, year, *_] if century in CENTURIES and year < 200:  # noqa: PLR2004  # "19 54", "19 140"
            yield day, month, century * 100 + year % 100
        case [year, day, month, *_] if year > 1000:  # noqa: PLR2004  # "mille neuf cent cinquante, le deux mars"
            yield day, month, year
        case [day, month, year, *rest]:
            yield day, month, year
            if rest:  # "le douze, le treize mars cinquante"
                yield month, year, rest[0]
        case [day, both]:  # "douze quatre mille neuf cent trente-deux": 4932
            month, year = divmod(both, 1000)
            if month > 1 and year >= 900:  # noqa: PLR2004  # "mille neuf cent ..."
                yield day, month, 1000 + year
        case _:
            return


def _date(day: int, month: int, year: int, today: date) -> date | None:
    if year < 100:  # noqa: PLR2004  # two digits: the last such year
        year += 2000 if year <= today.year % 100 else 1900
    try:
        born = date(year, month, day)
    except ValueError:
        return None
    return born if born <= today and today.year - year <= OLDEST else None
