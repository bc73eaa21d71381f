"""Names said by callers: which words of a sentence are the name, and which of them the first name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from pupitre.nlu.grammar import Grammar
from pupitre.nlu.labels import spotted
from pupitre.nlu.likeness import distance, likeness, match
from pupitre.nlu.meaning import Heard, SpokenName
from pupitre.nlu.spelling import spelled
from pupitre.nlu.words import LONGEST, plain

__all__ = ["likeness", "match", "name"]

_WORD = re.compile(r"([-'’]?)([a-z]+|\d+)")
LONGEST_NAME = 5
"""Words of a name, particles included."""
PLACED = ("DE", "DU", "D", "DES")
"""What stands before where somebody lives: "josette carlier de roubaix"."""
UNSURE = 0.6
"""Confidence in a name nobody introduced and no list knows."""


class Part(Struct, frozen=True):
    """Words of a name said in a row, and what was said just before them."""

    words: tuple[str, ...]
    glue: tuple[str, ...]
    """What joins each word to the one before: a hyphen, an apostrophe, or nothing."""
    mark: str = ""
    """title, lead, first, last, maiden, or nothing."""
    particles: frozenset[int] = frozenset()
    """Places of "de", "le", "van"."""

    def text(self, low: int, high: int) -> str:
        """The words [low, high) as they are written."""
        pieces = [self.words[low], *((self.glue[at] or " ") + self.words[at] for at in range(low + 1, high))]
        return "".join(pieces).upper()


def name(text: str, grammar: Grammar) -> Heard[SpokenName] | None:
    """The name in what was said, spelled or not; None when it is no name."""
    if len(text) > LONGEST:
        return None
    found = _unstuttered([(glue.replace("’", "'"), word) for glue, word in _WORD.findall(plain(text))])
    words = [word for _, word in found]
    letters = spelled(words, grammar)
    if letters is not None and not letters.letters:
        return None
    after: list[tuple[str, str]] = []
    if letters is not None:
        after = found[letters.end :]
        found = found[: letters.first]
    parts, strange = _parts(found, grammar)
    said = _assembled(parts, strange, grammar)
    if letters is None:
        return said
    first = said.value.first if said else None
    if said is not None and first is None and said.value.last != letters.letters:
        first = said.value.last if said.value.last in grammar.first_names and len(parts) == 1 else None
    first = first or _given(after, letters.letters, grammar)
    if said is not None and said.value.last.endswith(letters.letters):
        return Heard(SpokenName(said.value.last, first, spelled=True))
    return Heard(SpokenName(letters.letters, first, spelled=True))


def _given(found: Sequence[tuple[str, str]], last: str, grammar: Grammar) -> str | None:
    """The first name said after a spelled last name: "prénom denise", or by itself and known."""
    parts, _ = _parts(found, grammar)
    told = next((part.text(0, len(part.words)) for part in parts if part.mark == "first"), None)
    said = found[0][1].upper() if found else ""
    return told or (said if said in grammar.first_names and said != last else None)


def _unstuttered(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without a word said twice in a row, where more than that is said."""
    if len(found) <= 2:  # noqa: PLR2004  # "simon simon" may be a name
        return found
    kept = found[:1]
    for glue, word in found[1:]:
        if glue or len(word) == 1 or word != kept[-1][1]:
            kept.append((glue, word))
    return kept


def _parts(found: Sequence[tuple[str, str]], grammar: Grammar) -> tuple[list[Part], int]:
    """The stretches of words that may be names, and how many words say that this is no name."""
    words = [word for _, word in found]
    (stage,) = grammar.topics["name"]
    kinds: dict[int, tuple[str, int]] = {
        match.first: (stage.rules[match.rule].kind, match.end) for match in spotted("name", words, grammar)
    }
    parts: list[Part] = []
    taken_back: list[Part] = []
    strange = at = 0
    mark, open_ = "", False
    while at < len(words):
        kind, end = kinds.get(at, ("", at + 1))
        known = words[at].upper() in grammar.first_names or words[at].upper() in grammar.last_names
        if not kind and words[at].isdigit():
            mark, open_ = "", False
        elif kind in ("", "particle") or (kind == "stop" and end == at + 1 and known):
            parts = _grown(parts, found, (at, end), None if open_ else mark, particle=kind == "particle")
            mark, open_ = "", True
        elif kind != "pause":
            strange += kind == "stop"
            parts = _without_article(parts) if kind == "stop" and open_ else parts
            open_ = False
            if kind == "fix":
                taken_back, parts = parts or taken_back, []
            elif kind in ("was_last", "was_first") and parts:
                parts = _marked(parts, kind.removeprefix("was_"))
            elif kind == "with":
                parts = _spelt_with(parts, words[at:end])
            elif kind != "noise":
                mark = kind
        at = end
    if mark in ("first", "last") and not open_ and parts:
        parts = _marked(parts, mark)
    parts = _corrected(parts, taken_back)
    return [part for part in parts if len(part.particles) < len(part.words) and max(map(len, part.words)) > 1], strange


def _without_article(parts: list[Part]) -> list[Part]:
    """Without the particles at the end of the last, which belong to what is said next: "renaud le rendez-vous"."""
    part = parts[-1]
    end = len(part.words)
    while end and end - 1 in part.particles:
        end -= 1
    particles = frozenset(at for at in part.particles if at < end)
    return [*parts[:-1], Part(part.words[:end], part.glue[:end], part.mark, particles)]


def _marked(parts: list[Part], mark: str) -> list[Part]:
    """With the last part marked by what was said after it ("paul c'est le prénom"), if it is one word."""
    last = parts[-1]
    return [*parts[:-1], Part(last.words, last.glue, mark, last.particles)] if len(last.words) == 1 else parts


def _corrected(parts: list[Part], taken_back: list[Part]) -> list[Part]:
    """One word that is much like the last one taken back stands in its place: "josiane charpentier non carpentier"."""
    if (
        len(parts) != 1
        or len(parts[0].words) != 1
        or not taken_back
        or len(taken_back[-1].words) == 1
        or taken_back[-1].particles
    ):
        return parts
    before, word = taken_back[-1], parts[0].words[0]
    if distance(word, before.words[-1]) > max(len(word), len(before.words[-1])) // 2:
        return parts
    return [Part((*before.words[:-1], word), before.glue, before.mark, before.particles)]


def _grown(
    parts: list[Part], found: Sequence[tuple[str, str]], span: tuple[int, int], mark: str | None, *, particle: bool
) -> list[Part]:
    """With these words added to the last part, or as a new part after `mark`."""
    low, high = span
    words, glue = tuple(word for _, word in found[low:high]), tuple(glue for glue, _ in found[low:high])
    if mark is not None:
        parts = [*parts, Part((), (), mark)]
    last = parts[-1]
    places = range(len(last.words), len(last.words) + high - low) if particle else ()
    return [
        *parts[:-1],
        Part((*last.words, *words), (*last.glue, *glue), last.mark, last.particles | frozenset(places)),
    ]


def _spelt_with(parts: list[Part], said: Sequence[str]) -> list[Part]:
    """A letter told apart: "avec un d" ends the name before it in d, "avec deux l" doubles its l."""
    letter = next((word for word in said if len(word) == 1 and word.isalpha()), "")
    if not parts or not letter:
        return parts
    last = parts[-1]
    word = last.words[-1]
    if said[0] == "sans":
        return parts
    double = any(mark in said for mark in ("deux", "2"))
    if double:
        word = word if letter * 2 in word else word.replace(letter, letter * 2, 1)
    elif letter not in word:
        word = word[:-1] + letter if word[-1] in "dtsxz" else word + letter
    return [*parts[:-1], Part((*last.words[:-1], word), last.glue, last.mark, last.particles)]


def _assembled(parts: list[Part], strange: int, grammar: Grammar) -> Heard[SpokenName] | None:
    """The name that the parts make."""
    first = next((part for part in parts if part.mark == "first"), None)
    last = next((part for part in parts if part.mark == "last"), None)
    others = [part for part in parts if part.mark not in ("first", "last", "maiden")]
    if first is not None:
        family = last or (others[-1] if others else None)
        if family is None:
            return None
        whole = _split(family, grammar).last if family is not last else family.text(0, len(family.words))
        return Heard(SpokenName(whole, first.text(0, len(first.words))))
    others = others or parts
    candidates = [part for part in ([last] if last else []) + others if len(part.words) <= LONGEST_NAME]
    best = max(candidates, key=lambda part: (_weight(part, grammar), part is candidates[-1]), default=None)
    if best is None:
        return None
    known = _weight(best, grammar)
    if known < 1 and (strange > 1 or (strange and best.mark not in ("title", "last"))):
        return None
    return Heard(_split(best, grammar), 1.0 if known >= 1 else UNSURE)


def _weight(part: Part, grammar: Grammar) -> float:
    """How much this looks like a name: introduced by a title or a mark, words that are names."""
    known = sum(word.upper() in grammar.first_names or word.upper() in grammar.last_names for word in part.words)
    return known / len(part.words) + {"title": 2, "last": 2, "lead": 1}.get(part.mark, 0)


def _split(part: Part, grammar: Grammar) -> SpokenName:
    """First name and family name. First name first, unless the words are known the other way round."""
    words, n = [word.upper() for word in part.words], len(part.words)
    firsts = [word in grammar.first_names for word in words]
    low, high = _family(part, words, grammar)
    if high:
        return SpokenName(part.text(low, high), part.text(0, low) if low else None)
    if n == 1 or (part.particles and min(part.particles) == 0):
        cut = n - 1 if n > 2 and firsts[-1] else n  # noqa: PLR2004  # "le goff yvonne"
        return SpokenName(part.text(0, cut), part.text(cut, n) if cut < n else None)
    if part.particles and words[0] in grammar.last_names - grammar.first_names:
        return SpokenName(words[0], part.text(1, n))
    if part.particles:
        cut = min(part.particles)
        return SpokenName(part.text(cut, n), part.text(0, cut))
    if _family_first(words, firsts, grammar):
        return SpokenName(part.text(0, 1), part.text(1, n))
    cut = _end_of_first_name(part, firsts)
    return SpokenName(part.text(cut, n), part.text(0, cut))


def _family(part: Part, words: Sequence[str], grammar: Grammar) -> tuple[int, int]:
    """Where the family name is that the words themselves tell: "madame lopez garcia", "josette carlier de roubaix"."""
    family = grammar.last_names - grammar.first_names
    if part.mark == "title" and len(words) == 2 and family.issuperset(words):  # noqa: PLR2004  # two family names
        return 0, 2
    cut = min(part.particles, default=0)
    placed = cut > 1 and words[0] in grammar.first_names and words[cut] in PLACED and words[cut - 1] in family
    return (cut - 1, cut) if placed else (0, 0)


def _family_first(words: Sequence[str], firsts: Sequence[bool], grammar: Grammar) -> bool:
    """Whether the family name came first: "garnier lucette", "nguyen thi mai"."""
    swapped = words[0] in grammar.last_names and words[-1] not in grammar.last_names
    if firsts[0]:
        return swapped and firsts[-1] and words[-1] in grammar.first_names
    return firsts[-1] or (words[0] in grammar.last_names and words[-1] not in grammar.last_names)


def _end_of_first_name(part: Part, firsts: Sequence[bool]) -> int:
    """How many words the first name has: "jean-pierre dupuis" two, "marie durand" one."""
    end = 1
    joined = (*part.glue[1:], "")
    while end < len(part.words) - 1 and (part.glue[end] == "-" or (firsts[end] and firsts[0] and joined[end] != "-")):
        end += 1
    return end
