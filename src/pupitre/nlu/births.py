"""A date of birth in what was said. Two-digit years lie in the past; an impossible date is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from pupitre.nlu.cascade import run
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.when import ACTIONS

OLDEST = 120


def birth_date(words: Sequence[str], grammar: Grammar, now: datetime) -> date | None:
    """Day, month and year in that order, the month as a word or a number."""
    stages = grammar.topics["when"][:1]
    numbers: list[int] = []
    for piece in run(stages, words, ACTIONS, now):
        if piece.kind == "month" and isinstance(piece.value, int):
            numbers.append(piece.value)
        elif piece.key.isdigit():
            numbers.append(int(piece.key))
    if len(numbers) == 2:  # noqa: PLR2004  # "le premier mai 54": the first has no digit
        numbers.insert(0, 1)
    if len(numbers) == 4 and numbers[2] in (19, 20):  # noqa: PLR2004  # "19 54"
        numbers[2:] = [numbers[2] * 100 + numbers[3]]
    if len(numbers) != 3:  # noqa: PLR2004  # day, month, year
        return None
    day, month, year = numbers
    today = now.date()
    if year < 100:  # noqa: PLR2004  # two digits
        year += 2000 if year <= today.year % 100 else 1900
    try:
        born = date(year, month, day)
    except ValueError:
        return None
    return born if born <= today and today.year - year <= OLDEST else None
