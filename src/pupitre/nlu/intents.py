"""What a caller wants: the lines of the grammar and the learned weights, decided together."""

from __future__ import annotations

from collections.abc import Sequence

from pupitre.model import Intent
from pupitre.nlu.automaton import Match
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.labels import NEXT, UNSURE, spotted
from pupitre.nlu.meaning import Heard
from pupitre.nlu.weighing import evidence, likelihoods

INTENDED = frozenset({"book", "again", "reschedule", "cancel", "agent"})
"""Kinds, in lower case, that stand for something wanted."""
SETTLED = frozenset({"OTHER", "KEEP"})
"""Kinds that say that nothing is wanted here."""
SAID, HINTED = 2.0, 1.0
"""What a line of the grammar adds to the log-odds of what it says, or only hints at; `HINTED` is also what `SETTLED`
takes from all, and `SAID` where all shall stay as it is. Measured on lines that the grammar was not written after
(docs/understanding.md)."""
POSSIBLE = 0.1
"""Probability from which another reading is kept beside the best."""


def intent(words: Sequence[str], grammar: Grammar, *, asked: bool = True) -> Heard[Intent] | None:
    """What the caller wants; None when nothing is wanted that is done here.

    The grammar alone decides where nobody `asked` what the caller wants ("plutôt jeudi" answers another question than
    it does by itself), and in a language that has learned no weights.
    """
    rules = grammar.topics["intent"][0].rules
    found = [(rules[match.rule].kind, match) for match in spotted("intent", words, grammar)]
    standing = _standing(found)
    said = _decided(standing)
    weights = grammar.weights.get("intent")
    if weights is None or not asked:
        return said
    odds = evidence(words, weights)
    if said:
        odds[said.value] += SAID if said.confidence > UNSURE else HINTED
    elif not SETTLED.isdisjoint(kind for kind, _ in found):
        less = SAID if "KEEP" in standing else HINTED
        odds = {label: one - less for label, one in odds.items()}
    likely = likelihoods(odds)
    best, *others = sorted(likely, key=lambda label: -likely[label])
    if odds[best] <= 0:
        return None
    kept = tuple(Intent(label) for label in others if likely[label] >= POSSIBLE)
    return Heard(Intent(best), round(likely[best], 2), kept)


def _standing(found: Sequence[tuple[str, Match]]) -> list[str]:
    """The kinds that still hold at the end; what was denied or taken back does not. A denial concerns what follows.

    Kinds in upper case say it, those in lower case only when nothing clearer was said: `cancel` an impediment,
    `move` a wish for another time, `mine` an appointment the caller has, `agent` a person named, `book` an appointment
    or a service named. `KEEP` says that all stays as it is.
    """
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
