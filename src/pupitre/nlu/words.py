"""From what a recogniser wrote to the words that grammars speak of.

Lower case without accents, apostrophes and hyphens as spaces, numbers as digits, misspellings mended, hesitations and
stutters dropped. What the language contributes (number words, fillers, usual misspellings) is a `Lexicon`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct
from text_to_num import alpha2digit

LONGEST = 1500
"""Characters that are read. Nobody says more in one breath; what is longer is not speech, and nothing is understood."""

SHORTEST_REPAIR = 4
"""Letters a word must have to be taken for another that sounds the same."""

SHORTEST_JOINED = 6
"""Letters of a word that may have been written as two or three."""

_PIECES = re.compile(r"\d+|[a-z]+(?:-[a-z]+)*|[+/:]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_STROKES = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "‐": "-", "‑": "-"}
_FOLDED = {ord(letter): plain for letter, plain in _STROKES.items()}

Spelling = dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]
"""First word -> (what may be written there, what is meant), longest first."""


class Sound(Struct, frozen=True):
    """How a language is heard: replacements made in order, each a pattern (of whole lines) and what it sounds like."""

    changes: tuple[tuple[re.Pattern[str], str], ...]

    def of(self, word: str) -> str:
        """The sound of a plain word: two words that sound the same have the same."""
        return _sounded(self.changes, word)

    def of_each(self, words: Sequence[str]) -> list[str]:
        """The sounds of many plain words at once."""
        return _changed(self.changes, "\n".join(words)).split("\n")


@lru_cache(maxsize=4096)
def _sounded(changes: tuple[tuple[re.Pattern[str], str], ...], word: str) -> str:
    return _changed(changes, word)


def _changed(changes: tuple[tuple[re.Pattern[str], str], ...], lines: str) -> str:
    for pattern, sound in changes:
        lines = pattern.sub(sound, lines)
    return lines


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
    open: frozenset[str] = frozenset()
    """Number words whose number may go on though no hyphen binds them ("quatre-vingt deux")."""
    closing: frozenset[str] = frozenset()
    """Number words after which another number starts ("quatre-vingts quatre-vingt-dix" is 80 90)."""
    fillers: frozenset[str] = frozenset()
    spelling: Spelling = {}
    misheard_digits: Spelling = {}
    """The same where digits are expected: "si" is six."""
    homophones: dict[str, str] = {}
    """How a word of the grammars sounds -> that word, for words that no grammar knows."""
    misspelt: dict[str, str] = {}
    """How a long key word is written with a letter left out or passed over (`lacking`) -> that word."""
    known: frozenset[str] = frozenset()
    """The words of the grammars, which stay as they are written."""
    sound: Sound | None = None


def plain(text: str) -> str:
    """Lower case, without accents; control characters become spaces."""
    text = text.lower()
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text.translate(_FOLDED))
    return _BEYOND_ASCII.sub(_without_mark, text)


def _without_mark(letter: re.Match[str]) -> str:
    return "" if unicodedata.combining(letter[0]) else letter[0]


def split(text: str) -> list[str]:
    """The bare words of a text, numbers and misspellings as they were written."""
    return [word for piece in _PIECES.findall(plain(text)) for word in piece.split("-")]


def words(text: str, lexicon: Lexicon, *, misheard: bool = False) -> list[str]:
    """The words a grammar sees. Text over `LONGEST` characters has none. `misheard`: digits are expected."""
    if len(text) > LONGEST:
        return []
    heard = _heard(text, lexicon)
    if misheard:
        heard = mended(heard, lexicon.misheard_digits)
    return with_digits(repaired(mended(joined(heard, lexicon), lexicon.spelling), lexicon), lexicon)


def _heard(text: str, lexicon: Lexicon) -> list[str]:
    """Words without stutters, nor hesitations unless there is nothing else; a hyphened number ("vingt-deux") is one."""
    heard: list[str] = []
    numbers, fillers, joints = lexicon.numbers, lexicon.fillers, lexicon.joints
    for piece in _PIECES.findall(plain(text)):
        for word in [piece] if "-" not in piece else _parted(piece, numbers | joints):
            stutter = heard and heard[-1] == word and word.isalpha() and word not in numbers
            if word not in fillers and not stutter:
                heard.append(word)
    return heard or _PIECES.findall(plain(text))


def _parted(piece: str, numbers: frozenset[str]) -> list[str]:
    """The words of a hyphened piece, number words in a row kept as one."""
    kept: list[str] = []
    for word in piece.split("-"):
        if kept and word in numbers and kept[-1].rpartition("-")[2] in numbers:
            kept[-1] += "-" + word
        else:
            kept.append(word)
    return kept


def joined(heard: Sequence[str], lexicon: Lexicon) -> list[str]:
    """Pieces of a word, one of which no grammar knows, put together where a word sounds like them ("annu lez")."""
    known, sound = lexicon.known, lexicon.sound
    if sound is None or len(heard) == 1 or known.issuperset(heard):
        return list(heard)
    kept: list[str] = []
    at = 0
    while at < len(heard):
        size, word = _joined_at(heard, at, lexicon, sound)
        kept.append(word)
        at += size
    return kept


def _joined_at(heard: Sequence[str], at: int, lexicon: Lexicon, sound: Sound) -> tuple[int, str]:
    """How many words from here are one, and which; a word alone is itself."""
    known = lexicon.known
    for size in (3, 2):
        pieces = heard[at : at + size]
        if len(pieces) < size or known.issuperset(pieces) or not all(map(str.isalpha, pieces)):
            continue
        whole = "".join(pieces)
        if len(whole) >= SHORTEST_JOINED:
            meant = whole if whole in known else lexicon.homophones.get(sound.of(whole)) or near(whole, lexicon)
            if meant is not None and len(meant) >= SHORTEST_JOINED:
                return size, meant
    return 1, heard[at]


def repaired(heard: Sequence[str], lexicon: Lexicon) -> list[str]:
    """Words that no grammar knows, replaced by one they know that sounds the same ("randez" is "rendez")."""
    known, sound = lexicon.known, lexicon.sound
    if sound is None or known.issuperset(heard):
        return list(heard)
    return [
        lexicon.homophones.get(sound.of(word)) or near(word, lexicon) or word
        if word not in known and len(word) >= SHORTEST_REPAIR and word.isalpha()
        else word
        for word in heard
    ]


def near(word: str, lexicon: Lexicon) -> str | None:
    """The key word that this is but for one letter: "promier" is "premier", "mercedi" is "mercredi"."""
    if len(word) < SHORTEST_JOINED - 1 or not lexicon.misspelt:
        return None
    return next((meant for less in lacking(word) if (meant := lexicon.misspelt.get(less))), None)


def lacking(word: str) -> list[str]:
    """The word, with each letter in turn unread, and without it: two words share one of these if one letter differs."""
    places = range(1, len(word))
    return [word, *(f"{word[:at]}?{word[at + 1 :]}" for at in places), *(word[:at] + word[at + 1 :] for at in places)]


def mended(heard: Sequence[str], spelling: Spelling) -> list[str]:
    """Usual misspellings replaced by what was meant, longest first, each word read once."""
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
    kept: list[str] = []
    run: list[str] = []
    for word in [*heard, ""]:
        if word in numbers or (run and word in joints) or "-" in word:
            run.append(word)
            continue
        if run:
            kept.extend(_digits(run, lexicon))
            run = []
        kept.append(word)
    return kept[:-1]


def _digits(run: list[str], lexicon: Lexicon) -> list[str]:
    """A run of number words as numbers; an article alone stays an article."""
    if all(word in lexicon.articles or word in lexicon.joints for word in run) and len(run) <= 2:  # noqa: PLR2004 -- an article and a joint at most
        return run
    kept: list[str] = []
    part: list[str] = []
    loose = [one for word in run for one in (word.split("-") if word.rpartition("-")[2] in lexicon.open else [word])]
    for word in loose:
        bound = word.split("-")
        if len(bound) > 1 and len(part) > 1 and part[-1] in lexicon.open:
            part.extend(bound)  # "quatre vingt" and "dix-huit"
            continue
        if len(bound) > 1 or word in lexicon.zeros:
            kept.extend(_converted(part, lexicon))
            part = []
            numbers = ["0" if one in lexicon.zeros else one for one in bound]
            numbers = numbers if "0" in numbers else _converted(bound, lexicon)
            if _takes(kept, numbers[0]):
                numbers[0] = str(int(kept.pop()) + int(numbers[0]))
            kept.extend(one for number in numbers for one in _converted([number], lexicon))
            continue
        if word in lexicon.closing and len(part) > 1 and part[-2] in lexicon.open:
            kept.extend(_converted(part[:-1], lexicon))  # "quatre vingt" and "quatre vingts"
            part = part[-1:]
        part.append(word)
        if word in lexicon.closing:
            kept.extend(_converted(part, lexicon))
            part = []
    kept.extend(_converted(part, lexicon))
    return kept


def _takes(kept: list[str], number: str) -> bool:
    """Whether the number before goes on in this one: "mille neuf cent" and "quatre-vingt-dix"."""
    before = int(kept[-1]) if kept and kept[-1].isdigit() else 0
    return before > 0 and before % 100 == 0 and number.isdigit() and 0 < int(number) < 100  # noqa: PLR2004  # what follows hundreds


def _converted(part: list[str], lexicon: Lexicon) -> list[str]:
    if not part:
        return []
    return alpha2digit(" ".join(part), lexicon.tag, 0).split()  # type: ignore[no-any-return]  # text2num has no types
