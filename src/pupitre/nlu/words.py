"""From what a recogniser wrote to the words that grammars speak of.

Lower case without accents, apostrophes and hyphens as spaces, numbers as digits, misspellings mended, hesitations and
stutters dropped. What the language contributes (number words, fillers, usual misspellings) is a `Lexicon`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from msgspec import Struct
from text_to_num import alpha2digit

LONGEST = 1500
"""Characters that are read. Nobody says more in one breath; what is longer is not speech, and nothing is understood."""

_PIECES = re.compile(r"\d+|[a-z]+|[+/:]")
_STROKES = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"}
_FOLDED = {ord(letter): plain for letter, plain in _STROKES.items()}


class Lexicon(Struct, frozen=True):
    """What a language knows about single words; every word already plain (see `plain`)."""

    tag: str
    """The language as text2num names it."""
    numbers: frozenset[str] = frozenset()
    """Words that numbers are made of."""
    joints: frozenset[str] = frozenset()
    """Words inside a number only ("et" of "vingt et un")."""
    articles: frozenset[str] = frozenset()
    """Number words that mean a number only beside another ("un")."""
    zeros: frozenset[str] = frozenset()
    closing: frozenset[str] = frozenset()
    """Number words after which another number starts ("quatre-vingts quatre-vingt-dix" is 80 90)."""
    fillers: frozenset[str] = frozenset()
    spelling: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = {}
    """First word -> what may be heard there, longest first, and what is meant."""


def plain(text: str) -> str:
    """Lower case, without accents; control characters become spaces."""
    text = text.lower()
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text.translate(_FOLDED))
    return "".join(c for c in text if not unicodedata.combining(c))


def split(text: str) -> list[str]:
    """The bare words of a text, numbers and misspellings as they were written."""
    return _PIECES.findall(plain(text))


def words(text: str, lexicon: Lexicon) -> list[str]:
    """The words a grammar sees. Text over `LONGEST` characters has none."""
    if len(text) > LONGEST:
        return []
    found = [word for word in split(text) if word not in lexicon.fillers]
    return with_digits(mended(unstuttered(found), lexicon), lexicon)


def unstuttered(heard: Sequence[str]) -> list[str]:
    """Without immediate repetitions ("je je voudrais"); numbers and single digits repeat on purpose."""
    kept: list[str] = []
    for word in heard:
        if not kept or kept[-1] != word or word.isdigit() or word == "+":
            kept.append(word)
    return kept


def mended(heard: Sequence[str], lexicon: Lexicon) -> list[str]:
    """Usual misspellings replaced by what was meant, longest first, each word read once."""
    spelling = lexicon.spelling
    if spelling.keys().isdisjoint(heard):
        return list(heard)
    kept: list[str] = []
    at = 0
    while at < len(heard):
        for wrong, right in spelling.get(heard[at], ()):
            if tuple(heard[at : at + len(wrong)]) == wrong:
                kept.extend(right)
                at += len(wrong)
                break
        else:
            kept.append(heard[at])
            at += 1
    return kept


def with_digits(heard: Sequence[str], lexicon: Lexicon) -> list[str]:
    """Number words as digits, one word a number: "dix heures quinze" -> 10 heures 15."""
    numbers, joints = lexicon.numbers, lexicon.joints
    if numbers.isdisjoint(heard):
        return list(heard)
    kept: list[str] = []
    run: list[str] = []
    for word in heard:
        if word in numbers or (run and word in joints):
            run.append(word)
            continue
        if run:
            kept.extend(_digits(run, lexicon))
            run = []
        kept.append(word)
    if run:
        kept.extend(_digits(run, lexicon))
    return kept


def _digits(run: list[str], lexicon: Lexicon) -> list[str]:
    """A run of number words as numbers; an article alone stays an article."""
    tail = run[len(run) - 1] in lexicon.joints
    if len(run) - tail == 1 and run[0] in lexicon.articles:
        return run
    kept: list[str] = []
    part: list[str] = []
    for word in run:
        if word in lexicon.zeros:
            kept.extend(_converted(part, lexicon))
            kept.append("0")
            part = []
            continue
        part.append(word)
        if word in lexicon.closing:
            kept.extend(_converted(part, lexicon))
            part = []
    kept.extend(_converted(part, lexicon))
    return kept


def _converted(part: list[str], lexicon: Lexicon) -> list[str]:
    if not part:
        return []
    return alpha2digit(" ".join(part), lexicon.tag, 0).split()  # type: ignore[no-any-return]  # text2num has no types
