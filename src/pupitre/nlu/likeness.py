"""How alike two names are, by letters and by sound: "Lefèvre" and "Lefebvre", "Dupond" and "Dupont"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pupitre.nlu.meaning import SpokenName
from pupitre.nlu.words import Sound, split

LIKELY = 0.75
"""Likeness from which a name may be the one that was said."""
ALIKE = 0.97
"""Likeness of words that only sound the same."""
FAMILY = 0.65
"""Weight of the family name; the first name has the rest."""
ONE_NAME = 0.95
"""At most so alike when only one of two names was said."""


def match(heard: SpokenName, candidates: Sequence[str], sound: Sound | None = None) -> list[tuple[int, float]]:
    """The candidates ("Jean Dupont") that may be meant: place and likeness 0..1, the likeliest first.

    `sound` is the language's (`grammar.lexicon.sound`); without it only letters are compared. First and family name
    may have been taken for one another; a name said alone is compared with each part.
    """
    scored = [(at, likeness(heard, candidate, sound)) for at, candidate in enumerate(candidates)]
    return sorted(((at, alike) for at, alike in scored if alike >= LIKELY), key=lambda pair: -pair[1])


def likeness(heard: SpokenName, candidate: str, sound: Sound | None = None) -> float:
    """How alike what was heard and a known name are, 0..1."""
    last, first = split(heard.last), split(heard.first or "")
    known = split(candidate)
    if not known or not last:
        return 0.0
    if not first:
        alone = max(_alike(last, part, sound) for part in _runs(known))
        whole = _alike(last, known, sound)
        return max(whole, min(alone, ONE_NAME))
    best = 0.0
    for cut in range(1, len(known)):
        front, back = known[:cut], known[cut:]
        for given, family in ((front, back), (back, front)):
            best = max(best, _pair(last, first, given, family, sound))
    return max(best, _alike([*first, *last], known, sound), _alike([*last, *first], known, sound))


def _pair(
    last: Sequence[str], first: Sequence[str], given: Sequence[str], family: Sequence[str], sound: Sound | None
) -> float:
    """Both names compared; when either is another name altogether, this is somebody else."""
    alike_family, alike_given = _alike(last, family, sound), _alike(first, given, sound)
    both = FAMILY * alike_family + (1 - FAMILY) * alike_given
    return both if min(alike_family, alike_given) >= LIKELY - 0.25 else min(both, LIKELY - 0.01)


def _runs(words: Sequence[str]) -> Iterator[Sequence[str]]:
    for low in range(len(words)):
        for high in range(low + 1, len(words) + 1):
            yield words[low:high]


def _alike(one: Sequence[str], other: Sequence[str], sound: Sound | None) -> float:
    """Likeness of two names, spaces left out."""
    here, there = "".join(one), "".join(other)
    by_letters = 1 - distance(here, there) / max(len(here), len(there))
    if sound is None or here == there:
        return by_letters
    heard, known = sound.of(here), sound.of(there)
    by_sound = 1 - distance(heard, known) / max(len(heard), len(known), 1)
    return max(by_letters, (by_letters + by_sound) / 2 if by_sound < 1 else ALIKE)


def distance(one: str, other: str) -> int:
    """Letters to add, drop or change to make one word of the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        next_row = [at]
        for place, (diagonal, above) in enumerate(pairwise(row)):
            next_row.append(min(above + 1, next_row[-1] + 1, diagonal + (letter != other[place])))
        row = next_row
    return row[-1]
