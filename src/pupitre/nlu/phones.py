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
TENS = "twice_tens"
TIMES = {"twice": 2, "thrice": 3, TENS: 2}
"""Kind -> how often the group beside it was said; `TENS`: the tens before it were taken for one number with it."""
MOST_WAYS = 8


class Group(Struct, frozen=True):
    """Digits said in one go, or a "deux fois" that repeats what stands beside it."""

    digits: str
    at: int
    """Where among the words."""
    times: int = 1
    """Over 1: no digits of its own."""


def phone(text: str, grammar: Grammar, region: str = "FR") -> str | None:
    """The number in E.164, or None.

    Digits are read in groups, as they were said; a correction takes back groups before it or starts anew. All
    groups together must be a number, or else one stretch of them parted from the others by words.
    """
    words = words_of(text, grammar.lexicon, misheard=True)
    groups, fixes = _heard(words, grammar)
    for readings in zip(*(_readings(spread, fixes, region) for spread in _spread(groups)), strict=False):
        stretches = [stretch for reading in readings for stretch in reading]
        found = {number for number in (_number(stretch, region) for stretch in stretches) if number}
        if len(found) == 1:
            return found.pop()
    return None


def _heard(words: Sequence[str], grammar: Grammar) -> tuple[list[Group], list[int]]:
    """Groups, and where corrections stand. Numbers that belong to other words ("dix heures") are no groups."""
    (stage,) = grammar.topics["phone"]
    matches = [(stage.rules[match.rule].kind, match) for match in spotted("phone", words, grammar)]
    groups = {at: Group(word, at) for at, word in enumerate(words) if word.isdigit() or word == "+"}
    for kind, match in matches:
        if kind in ("other", *TIMES):
            for at in range(match.first, match.end):
                groups.pop(at, None)
        if kind == TENS:
            groups[match.first] = Group(words[match.first][:-1] + "0", match.first)
        if kind in TIMES:
            groups[match.end - 1] = Group("", match.end - 1, TIMES[kind])
    return [groups[at] for at in sorted(groups)], [match.first for kind, match in matches if kind == "fix"]


def _spread(groups: list[Group]) -> list[list[Group]]:
    """The groups with repetitions said out: of what follows at once ("deux fois douze"), or else of what went before.

    Several ways when it may be a digit or two that is repeated ("deux fois zéro huit").
    """
    ways: list[list[Group]] = [[]]
    for at, group in enumerate(groups):
        if group.times == 1:
            ways = [[*way, group] for way in ways]
            continue
        after = [one for one in groups[at + 1 : at + 3] if one.times == 1]
        if not after or after[0].at != group.at + 1:
            ways = [[*way, *_again(way, group.times)] for way in ways]
            continue
        pair = after if after[0].digits == "0" and len(after) > 1 else []
        ways = [[*way, *part * (group.times - 1)] for way in ways for part in (after[:1], pair) if part][:MOST_WAYS]
    return ways


def _again(way: list[Group], times: int) -> list[Group]:
    """The last group so many times less one; "zéro huit" is one."""
    pair = len(way) > 1 and way[-2].digits == "0" and len(way[-1].digits) == 1
    return (way[-2:] if pair else way[-1:]) * (times - 1)


def _readings(groups: list[Group], fixes: list[int], region: str) -> list[list[list[Group]]]:
    """What may have been meant, likeliest first: each a list of stretches, of which exactly one is a number."""
    if not groups:
        return []
    if fixes:
        again = [group for group in groups if group.at > fixes[-1]]
        return [[again], [_taken_back(groups, fixes, region)], _restarted(groups)]
    return [[groups], _stretches(groups), _restarted(groups)]


def _taken_back(groups: list[Group], fixes: list[int], region: str) -> list[Group]:
    """Without the groups that each correction takes back."""
    kept = [group for group in groups if group.at < fixes[0]]
    for fix, end in pairwise([*fixes, groups[-1].at + 1]):
        said = [group for group in groups if fix < group.at < end]
        if said and kept:
            kept = kept[: len(kept) - _replaced(kept, said, region)]
        kept = [*kept, *said]
    return kept


def _replaced(kept: list[Group], said: list[Group], region: str) -> int:
    """How many groups at the end are said again: as many digits of a complete number, or from the same group on."""
    for count in range(1, min(len(kept), len(said)) + 1):
        same_length = sum(len(one.digits) for one in kept[-count:]) == sum(len(one.digits) for one in said)
        same_group = count > 1 and kept[-count].digits == said[0].digits
        if (same_length and _number(kept, region)) or same_group:
            return count
    return 1


def _restarted(groups: list[Group]) -> list[list[Group]]:
    """The number without its beginning that was said twice: "zéro six, zéro six trente-neuf ..."."""
    for at in range(1, len(groups)):
        begun, rest = _digits(groups[:at]), _digits(groups[at:])
        if len(begun) > 1 and begun[0] in "0+" and rest.startswith(begun):
            return [groups[at:]]
    return []


def _digits(groups: Sequence[Group]) -> str:
    return "".join(group.digits for at, group in enumerate(groups) if at == 0 or group.digits != "+")


def _stretches(groups: list[Group]) -> list[list[Group]]:
    """The groups parted where several words stand between two."""
    parts = [[groups[0]]]
    for one, other in pairwise(groups):
        if other.at - one.at > FAR:
            parts.append([])
        parts[-1].append(other)
    return parts


def _number(groups: Sequence[Group], region: str) -> str | None:
    digits = _digits(groups)
    if digits.startswith("+0"):
        digits = "+" + digits.lstrip("+0")
    if len(digits) == NATIONAL and digits[0] in "1234567":
        digits = "0" + digits
    elif len(digits) == NATIONAL + 2 and digits.startswith("33"):
        digits = "+" + digits
    return e164(digits, region) if digits.startswith(("0", "+")) else None
