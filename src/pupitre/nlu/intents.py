"""What a caller wants: the lines of the grammar first, the gist of the words where no line says it."""

from __future__ import annotations

from collections.abc import Sequence

from pupitre.model import Intent
from pupitre.nlu.automaton import Match
from pupitre.nlu.gist import asks_nothing, gist
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.labels import NEXT, UNSURE, spotted
from pupitre.nlu.meaning import Heard

INTENDED = frozenset({"book", "again", "reschedule", "cancel", "agent"})
"""Kinds, in lower case, that stand for something wanted."""
SETTLED = frozenset({"OTHER", "KEEP"})
"""Kinds that say that nothing is wanted here; the gist is not asked."""


def intent(words: Sequence[str], grammar: Grammar) -> Heard[Intent] | None:
    """What the caller wants; what was denied or taken back does not count.

    Kinds in upper case say it, those in lower case only when nothing clearer was said: `cancel` an impediment,
    `move` a wish for another time, `mine` an appointment the caller has, `agent` a person named, `book` an appointment
    or a service named. `KEEP` says that all stays as it is.
    """
    rules = grammar.topics["intent"][0].rules
    found = [(rules[m.rule].kind, m) for m in spotted("intent", words, grammar)]
    said = _decided(_standing(found))
    kinds = {kind for kind, _ in found}
    if said is None and SETTLED.isdisjoint(kinds):
        return gist(words, grammar)
    return None if kinds == {"book"} and asks_nothing(words, grammar) else said


def _standing(found: Sequence[tuple[str, Match]]) -> list[str]:
    """The kinds that still hold at the end. A denial concerns what follows it at once."""
    said: list[str] = []
    corrected: list[str] = []
    denied, reach = -1, 0
    for kind, match in found:
        if kind == "not":
            denied = match.end
            reach = NEXT if match.end - match.first > 1 else 0
        elif kind == "fix":
            corrected, said = said or corrected, []
        elif kind == "KEEP":
            corrected, said, denied = [], ["KEEP"], -1
        else:
            if not (denied >= 0 and match.first - denied <= reach and kind.lower() in INTENDED):
                said.append(kind)
            denied = -1
    return said if INTENDED.intersection(kind.lower() for kind in said) else corrected + said


def _decided(said: Sequence[str]) -> Heard[Intent] | None:
    kinds = set(said)
    if not kinds.isdisjoint({"AGENT", "MACHINE"}):
        return Heard(Intent.AGENT)
    if "RESCHEDULE" in kinds or {"KEEP", "move"} <= kinds:
        return Heard(Intent.RESCHEDULE)
    if "CANCEL" in kinds:
        after = said[said.index("CANCEL") :]
        again = not {"AGAIN", "BOOK", "move"}.isdisjoint(after)
        return Heard(Intent.RESCHEDULE, others=(Intent.CANCEL,)) if again else Heard(Intent.CANCEL)
    if "KEEP" in kinds and "BOOK" not in kinds:
        return None
    return _moved(said) or (Heard(Intent.BOOK) if not kinds.isdisjoint({"BOOK", "AGAIN"}) else _weakly(kinds))


def _moved(said: Sequence[str]) -> Heard[Intent] | None:
    """A wish for another time, said beside an appointment or an impediment, or said twice."""
    kinds = set(said)
    if "cancel" in kinds and not kinds.isdisjoint({"move", "AGAIN"}):
        return Heard(Intent.RESCHEDULE, UNSURE, (Intent.CANCEL,))
    if {"cancel", "mine", "BOOK"} <= kinds:
        return Heard(Intent.RESCHEDULE, UNSURE, (Intent.CANCEL, Intent.BOOK))
    asked = "move" in kinds and (not kinds.isdisjoint({"mine", "AGAIN"}) or said.count("move") > 1)
    return Heard(Intent.RESCHEDULE, UNSURE) if asked and "BOOK" not in kinds else None


def _weakly(kinds: set[str]) -> Heard[Intent] | None:
    """What is meant when nothing says it plainly."""
    if not kinds.isdisjoint({"OTHER", "mine"}):
        if {"cancel", "move"} <= kinds:
            return Heard(Intent.RESCHEDULE, UNSURE)
        return Heard(Intent.CANCEL, UNSURE, (Intent.RESCHEDULE,)) if "cancel" in kinds else None
    if {"book", "move"} <= kinds:
        return Heard(Intent.RESCHEDULE, UNSURE, (Intent.BOOK,))
    for kind, meant in (("agent", Intent.AGENT), ("cancel", Intent.CANCEL), ("book", Intent.BOOK)):
        if kind in kinds and (kind != "cancel" or "book" in kinds):
            return Heard(meant, UNSURE)
    return None
