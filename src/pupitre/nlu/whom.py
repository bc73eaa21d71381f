"""With whom an appointment shall be: an agent by name, the one of last time, somebody else, anybody."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from pupitre.nlu.grammar import Grammar
from pupitre.nlu.labels import spotted
from pupitre.nlu.meaning import Whom
from pupitre.nlu.names import name
from pupitre.nlu.words import LONGEST, plain
from pupitre.nlu.words import words as words_of

_WORD = re.compile(r"([-'’]?)([a-z]+|\d+)")
WHOLE = ("same", "other", "anybody")
"""Kinds that name nobody."""
NAMES = ("with", "not", "titled", "perhaps")
"""Kinds that stand before a name."""
LONGEST_NAME = 4
"""Words of an agent's name that are heard."""
TITLE = "monsieur "
"""Tells the search for names that what follows is one."""


class Said(Struct, frozen=True):
    """What was said of it, and the rest of what was said."""

    whom: Whom
    text: str
    """Without what was said of it: no name but the caller's is to be looked for there."""
    words: list[str]
    """Without the name, which may sound like anything; without the words that name nobody: in "la même que la dernière
    fois" there is no last offer.
    """


def whom(text: str, words: Sequence[str], grammar: Grammar, *, titled: bool) -> Said | None:
    """With whom; None when nothing was said of it. `titled`: "madame Durand" alone is an agent here."""
    rules = grammar.topics["whom"][0].rules
    for match in spotted("whom", words, grammar):
        kind = rules[match.rule].kind
        if kind in WHOLE:
            rest = [*words[: max(match.first, 0)], *words[match.end :]]
            return Said(Whom(same=kind == "same", other=kind == "other"), text, rest)
    return None if len(text) > LONGEST else _named(text, grammar, titled=titled)


def _named(text: str, grammar: Grammar, *, titled: bool) -> Said | None:
    rules = grammar.topics["whom"][0].rules
    pieces = [(glue.replace("’", "'"), word) for glue, word in _WORD.findall(plain(text))]
    pauses = _pauses([word for _, word in pieces], grammar)
    pieces = [piece for at, piece in enumerate(pieces) if at not in pauses]
    plainly = [word for _, word in pieces]
    for match in spotted("whom", plainly, grammar):
        kind, start = rules[match.rule].kind, match.end
        if kind not in NAMES or (kind == "titled" and not titled):
            continue
        length = _name_in(plainly[start : start + LONGEST_NAME], grammar)
        if not length or (kind == "perhaps" and not _known(plainly[start], grammar)):
            continue
        heard = name(("" if kind == "perhaps" else TITLE) + _written(pieces[start : start + length]), grammar)
        if heard is not None:
            rest = _written([*pieces[: max(match.first, 0)], *pieces[start + length :]])
            sure = kind != "perhaps" or heard.value.first is not None
            whom = Whom(heard.value, other=kind == "not", sure=sure)
            nameless = _written([*pieces[:start], *pieces[start + length :]])
            return Said(whom, rest, words_of(nameless, grammar.lexicon))
    return None


def _pauses(words: Sequence[str], grammar: Grammar) -> set[int]:
    """Where somebody only hesitates."""
    (stage,) = grammar.topics["name"]
    alone = [spotted("name", [word], grammar) for word in words]
    return {at for at, found in enumerate(alone) if found and stage.rules[found[0].rule].kind == "pause"}


def _name_in(words: Sequence[str], grammar: Grammar) -> int:
    """How many of these words are a name, from the first on: one has to be, and may have particles before it."""
    (stage,) = grammar.topics["name"]
    inside: set[int] = set()
    beside: set[int] = set()
    for match in spotted("name", words, grammar):
        kind = stage.rules[match.rule].kind
        (inside if kind == "particle" else beside).update(range(match.first, match.end))
    length = 0
    for at, word in enumerate(words):
        strange = at in beside or word in grammar.lexicon.known
        if not word.isalpha() or (strange and at not in inside and not _known(word, grammar)):
            break
        length = length if at in inside else at + 1
    return length


def _known(word: str, grammar: Grammar) -> bool:
    return word.upper() in grammar.first_names or word.upper() in grammar.last_names


def _written(found: Sequence[tuple[str, str]]) -> str:
    """Words as they were heard, with what joins them."""
    return "".join((glue or " ") + word for glue, word in found)
