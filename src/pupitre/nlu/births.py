"""A date of birth in what was said. Two-digit years lie in the past; an impossible date is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from msgspec import Struct

from pupitre.nlu.cascade import Piece, run
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.when import ACTIONS
from pupitre.wish import Clause

OLDEST = 120
"""Years: nobody is older."""
CENTURIES = (19, 20)
LAST_DAY = 31
FIRST_YEAR = 1000
"""A number from this on is a year."""
NO_YEAR = 2100
"""A number from this on is none that anybody was born in."""
_WRITTEN = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
"""yyyymmdd; no ddmmyyyy looks like it, whose last four digits are a year."""
JOINTS = {"/", "<of>"}


class Said(Struct, frozen=True):
    """A number of a date; `month` when it was said by name."""

    value: int
    month: bool = False


class Row(Struct):
    """Numbers said without other words between them."""

    said: list[Said]
    corrects: bool = False
    """A correction was announced before it."""


def birth_date(words: Sequence[str], grammar: Grammar, now: datetime, *, named: bool = False) -> date | None:
    """Day, month and year said in a row, the month as a word or a number; after a correction the last one counts.

    `named`: only a month said by its name makes a date, because the numbers are those of something else.
    """
    rows = [Row([])]
    for piece in run(grammar.topics["birth_date"], words, ACTIONS, now):
        said = list(_said(piece))
        feast_told = isinstance(piece.value, Clause) and any(one.month for one in rows[-1].said)
        if said and not feast_told:
            rows[-1].said.extend(said)
        elif piece.key not in JOINTS and not piece.key.isdigit():
            rows.append(Row([], corrects=piece.kind == "fix"))
    said_so = (row for row in _completed(rows) if not named or any(one.month for one in row))
    born = [found for row in said_so if (found := _born(row, now.date()))]
    return born[-1] if born else None


def _said(piece: Piece) -> Iterator[Said]:
    """The numbers that a piece says: a name, a feast, digits, or a whole date written without a space."""
    if isinstance(piece.value, int):
        yield Said(piece.value, piece.kind == "month")
    elif isinstance(piece.value, Clause):
        day = piece.value.dates[0]
        yield from (Said(day.day), Said(day.month, month=True))
    elif piece.key.isdigit():
        digits = piece.key
        if _WRITTEN.fullmatch(digits):
            parts: tuple[str, ...] = (digits[:4], digits[4:6], digits[6:])
        elif len(digits) in (6, 8):  # ddmmyy, ddmmyyyy
            parts = (digits[:2], digits[2:4], digits[4:])
        else:
            parts = (digits,) if len(digits) <= 5 else ()  # noqa: PLR2004  # longer is no date
        yield from (Said(int(part)) for part in parts if int(part))  # "zéro trois" is 3


def _completed(rows: list[Row]) -> Iterator[list[Said]]:
    """Rows with a year said apart from its day, and with one corrected: "le 2 mars à Lyon en 1948", "48 non 49"."""
    before: list[Said] = []
    for row in rows:
        said = row.said
        if not said:
            continue
        if before and (row.corrects or len(said) == 1):
            said = _with(before, said, corrects=row.corrects)
        yield said
        before = said


def _with(before: list[Said], said: list[Said], *, corrects: bool) -> list[Said]:
    """What was said after a date or part of one, with what it leaves of it."""
    (first, *rest), dated = said, any(one.month for one in before)
    year = first.value if not first.month else 0
    if not dated or (rest and not first.month):
        return said
    if len(before) == 2 and (year > FIRST_YEAR or (corrects and year > LAST_DAY)):  # noqa: PLR2004  # day and month
        return [*before, *said]
    if not corrects or (rest and len(before) > 2):  # noqa: PLR2004  # a whole date
        return said
    if first.month:
        return [*(first if one.month else one for one in before), *rest]
    return [*before[:-1], first] if year > LAST_DAY else [first, *before[1:]]


def _born(row: list[Said], today: date) -> date | None:
    readings = _named(row) if any(one.month for one in row) else _numbered([one.value for one in row])
    return next((born for reading in readings if (born := _date(*reading, today))), None)


def _named(row: list[Said]) -> Iterator[tuple[int, int, int]]:
    """The day before the month's name, the year after it or before the day; of several months the last."""
    at = max(place for place, one in enumerate(row) if one.month)
    before = [one.value for one in row[:at] if not one.month]
    after = [one.value for one in row[at + 1 :]]
    place = max((place for place, value in enumerate(before) if value <= LAST_DAY), default=-1)
    years = before[:place] + before[place + 1 :]
    while years and years[0] <= LAST_DAY and not _century(years):
        years.pop(0)  # a day that was taken back: "le douze, le treize mars cinquante"
    if place >= 0 and (after or years):
        yield before[place], row[at].value, _year(after or years)


def _century(said: list[int]) -> bool:
    """Whether a year begins here that is said in two numbers: "19 46"."""
    return len(said) > 1 and said[0] in CENTURIES and LAST_DAY < said[1] < 200  # noqa: PLR2004  # "dix-neuf cent quarante" is 19 140


def _year(said: list[int]) -> int:
    """The year said in one number or two: 1954, 54, "19 54", "1900 54", "19 140"."""
    match said:
        case [century, year, *_] if century in CENTURIES and year < 200:  # noqa: PLR2004  # "dix-neuf cent quarante"
            return century * 100 + year % 100
        case [hundreds, year, *_] if hundreds > FIRST_YEAR and hundreds % 100 == 0 and year < 100:  # noqa: PLR2004 -- two digits: the year within a century
            return hundreds + year
        case [wrong, year, *_] if wrong > FIRST_YEAR and FIRST_YEAR < year < NO_YEAR:  # the last one counts
            return year
        case [wrong, year, *_] if wrong > FIRST_YEAR and wrong % 10 == 0 and LAST_DAY < year < 100:  # noqa: PLR2004 -- two digits: "mille neuf cent soixante, soixante et un"
            return wrong // 100 * 100 + year
        case _:
            return said[0]


def _numbered(numbers: list[int]) -> Iterator[tuple[int, int, int]]:
    """Day, month and year, as these numbers may mean them."""
    match numbers:
        case [day, month, _, _, *_] if _year(numbers[2:]) != numbers[2]:
            yield day, month, _year(numbers[2:])
        case [year, month, day, *_] if year > FIRST_YEAR:  # as it is written: 1975-10-02
            yield day, month, year
            yield month, day, year
        case [_, day, month, year] if year > LAST_DAY:  # "le douze, le treize mars cinquante"
            yield day, month, year
        case [day, month, year, *rest]:
            yield day, month, year
            if rest:
                yield month, year, rest[0]
        case [day, both]:  # "douze quatre mille neuf cent trente-deux": 4932
            month, year = divmod(both, 1000)
            if month > 1 and year >= 900:  # noqa: PLR2004  # "mille neuf cent ..."
                yield day, month, 1000 + year
        case _:
            return


def _date(day: int, month: int, year: int, today: date) -> date | None:
    """The date, if somebody may be born on it; of two digits the last such year that is not to come."""
    years = (year,) if year >= 100 else (2000 + year, 1900 + year)  # noqa: PLR2004  # two digits
    for each in years:
        try:
            born = date(each, month, day)
        except ValueError:
            continue
        if born <= today and today.year - each <= OLDEST:
            return born
    return None
