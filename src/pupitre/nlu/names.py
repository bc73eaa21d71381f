"""Names: heard in a sentence or spelled, and compared with the names that are known."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from pupitre.nlu.grammar import Grammar
from pupitre.nlu.meaning import Heard, SpokenName
from pupitre.nlu.words import split


def name(text: str, grammar: Grammar) -> Heard[SpokenName] | None:
    """The name in what was said, spelled or not."""
    words = [word for word in split(text) if word not in grammar.lexicon.fillers]
    if not words:
        return None
    letters = [word for word in words if len(word) == 1]
    if len(letters) >= 2 and len(letters) * 2 >= len(words):  # noqa: PLR2004  # spelled
        return Heard(SpokenName("".join(letters).upper(), spelled=True))
    found = [word.upper() for word in words if word.isalpha()]
    if len(found) > 3 or not found:  # noqa: PLR2004  # not a name
        return None
    if len(found) == 1:
        return Heard(SpokenName(found[0]))
    if found[0] in grammar.first_names:
        return Heard(SpokenName(" ".join(found[1:]), found[0]))
    return Heard(SpokenName(found[-1], " ".join(found[:-1])))


def match(heard: SpokenName, candidates: Sequence[str]) -> list[tuple[int, float]]:
    """The candidates ("Jean Dupont") that may be meant: index and likeness 0..1, best first."""
    said = " ".join(filter(None, (heard.first, heard.last)))
    scored = []
    for at, candidate in enumerate(candidates):
        known = " ".join(split(candidate)).upper()
        likeness = max(
            SequenceMatcher(None, said, known).ratio(),
            max(SequenceMatcher(None, heard.last, part).ratio() for part in [*known.split(), ""])
            * (0.9 if not heard.first else 0.6),
        )
        if likeness > 0.75:  # noqa: PLR2004  # unlike enough to be somebody else
            scored.append((at, likeness))
    return sorted(scored, key=lambda pair: -pair[1])
