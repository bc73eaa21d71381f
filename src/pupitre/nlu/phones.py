"""A telephone number in what was said: valid, or none. Never invented: what fits two numbers is none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from pupitre.nlu.grammar import Grammar
from pupitre.nlu.labels import spotted
from pupitre.nlu.words import words as words_of
from pupitre.phones import e164

NATIONAL = 9
"""Digits of a French number after its 0, which callers may leave out."""
FAR = 3
"""Words between two groups of digits that part them for good."""


class Group(Struct, frozen=True):
    """Digits said in one go."""

    digits: str
    at: int
    """Where among the words."""


def phone(text: str, grammar: Grammar, region: str = "FR") -> str | None:
    """The number in E.164, or None.

    Digits are read in groups, as they were said; a correction takes back the group before it or starts anew. All
    groups together must be a number, or else one stretch of them parted from the others by words.
    """
    words = words_of(text, grammar.lexicon, misheard=True)
    groups = [Group(word, at) for at, word in enumerate(words) if word.isdigit() or word == "+"]
    fixes = [match.first for match in spotted("phone", words, grammar)]
    for reading in _readings(groups, fixes):
        found = {number for number in (_number(stretch, region) for stretch in reading) if number}
        if len(found) == 1:
            return found.pop()
    return None


def _readings(groups: list[Group], fixes: list[int]) -> list[list[list[Group]]]:
    """What may have been meant, likeliest first: each a list of stretches, of which exactly one is a number."""
    if not groups:
        return []
    readings: list[list[list[Group]]] = []
    if fixes:
        readings.append([[group for group in groups if group.at > fixes[-1]]])
        readings.append([_taken_back(groups, fixes)])
    else:
        readings.append([groups])
        readings.append(_stretches(groups))
    return readings


def _taken_back(groups: list[Group], fixes: list[int]) -> list[Group]:
    """Without the group that each correction takes back."""
    kept = list(groups)
    for fix in fixes:
        before = [group for group in kept if group.at < fix]
        after = [group for group in kept if group.at > fix]
        if before and after:
            kept.remove(before[-1])
    return kept


def _stretches(groups: list[Group]) -> list[list[Group]]:
    """The groups parted where several words stand between two."""
    parts = [[groups[0]]]
    for one, other in pairwise(groups):
        if other.at - one.at > FAR:
            parts.append([])
        parts[-1].append(other)
    return parts


def _number(groups: Sequence[Group], region: str) -> str | None:
    digits = "".join(group.digits for at, group in enumerate(groups) if at == 0 or group.digits != "+")
    if digits.startswith("+0"):
        digits = "+" + digits.lstrip("+0")
    if len(digits) == NATIONAL and digits[0] in "1234567":
        digits = "0" + digits
    elif len(digits) == NATIONAL + 2 and digits.startswith("33"):
        digits = "+" + digits
    return e164(digits, region) if digits.startswith(("0", "+")) else None
