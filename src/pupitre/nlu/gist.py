"""The gist of what a caller wants, when no line of the grammar says it: verbs, objects and frames weighed together.

A verb beside its object says more than a verb, a verb more than an object; a frame in which nothing is asked ("combien
ça coûte", "j'ai reçu", another caller) outweighs all but a person asked for and a verb of cancelling or moving that
is wanted. Each kind counts once, whatever the order, except that the last verb of cancelling or moving counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from pupitre.model import Intent
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.labels import labels
from pupitre.nlu.meaning import Heard

LIKELY = 0.6
"""Confidence in what was only gathered from words here and there."""
FRAMES = frozenset({"about", "past", "stays", "stranger"})
"""Nothing is asked of the agenda."""
CHANGES = {
    "undo": Intent.CANCEL,
    "drop": Intent.CANCEL,
    "shift": Intent.RESCHEDULE,
    "alter": Intent.RESCHEDULE,
}
OF_ALL = frozenset({"drop", "alter"})
"""Verbs that are said of many things: they need an appointment beside them."""


def gist(words: Sequence[str], grammar: Grammar) -> Heard[Intent] | None:
    """What the words taken together are about; None when they ask for nothing that is done here."""
    said = labels("gist", words, grammar)
    kinds = frozenset(said)
    framed = not kinds.isdisjoint(FRAMES)
    meant = _person(kinds, words) or (None if framed else _changed(said, kinds) or _wanted(kinds))
    return Heard(meant, LIKELY) if meant else None


def asks_nothing(words: Sequence[str], grammar: Grammar) -> bool:
    """Whether an appointment is only spoken about."""
    kinds = frozenset(labels("gist", words, grammar))
    return not kinds.isdisjoint(FRAMES) and "sent" not in kinds


def _person(kinds: frozenset[str], words: Sequence[str]) -> Intent | None:
    """A person, asked for or just named."""
    asked = "person" in kinds and (not kinds.isdisjoint({"talk", "need"}) or len(words) <= FEW)
    return Intent.AGENT if asked and kinds.isdisjoint({"date", *CHANGES, "stranger", "past"}) else None


FEW = 6
"""Words of an utterance that says little else than what it names."""


def _changed(said: Sequence[str], kinds: frozenset[str]) -> Intent | None:
    """A change to an appointment: the last verb counts; an impediment with another time in view is a move."""
    dated = not kinds.isdisjoint({"own", "date"})
    verbs = [
        kind
        for at, kind in enumerate(said)
        if kind in CHANGES and (at == 0 or said[at - 1] != "not") and (dated or kind not in OF_ALL)
    ]
    if verbs and (dated or not kinds.isdisjoint({"need", "cannot"}) or len(said) <= FEW // 2):
        return CHANGES[verbs[-1]]
    if "another" in kinds and not kinds.isdisjoint({"own", "cannot"}):
        return Intent.RESCHEDULE
    if "cannot" in kinds and not kinds.isdisjoint({"own", "visit"}):
        return Intent.RESCHEDULE if "get" in kinds else Intent.CANCEL
    return None


def _wanted(kinds: frozenset[str]) -> Intent | None:
    """An appointment: wanted or to be had, or somebody to be seen."""
    wish = not kinds.isdisjoint({"need", "get", "visit"})
    if "sent" in kinds:
        return Intent.BOOK
    if "date" in kinds and wish and "own" not in kinds:
        return Intent.BOOK
    if "seer" in kinds and wish:
        return Intent.BOOK
    return Intent.BOOK if {"need", "visit"} <= kinds or {"get", "visit", "date"} <= kinds else None
