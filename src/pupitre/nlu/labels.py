"""Find labelled phrases, without values: intents, commands, yes and no, emergencies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pupitre.model import Intent
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.meaning import Command, Heard, ReminderChoice, YesNo

Topic = Literal["intent", "yes_no", "command", "emergency", "reminder"]


def labels(topic: Topic, words: Sequence[str], grammar: Grammar) -> list[str]:
    """The kinds found, from left to right, the longest at each place."""
    found: list[str] = []
    for stage in grammar.topics[topic]:
        found.extend(stage.rules[match.rule].kind for match in stage.automaton.spot(words))
    return found


def emergency(words: Sequence[str], grammar: Grammar) -> bool:
    """Whether somebody is in danger, by the words alone."""
    return "emergency" in labels("emergency", words, grammar)


def command(words: Sequence[str], grammar: Grammar) -> Command | None:
    """The first command said."""
    found = labels("command", words, grammar)
    return Command(found[0]) if found else None


def intent(words: Sequence[str], grammar: Grammar) -> Heard[Intent] | None:
    """What the caller wants; what was denied or taken back does not count."""
    said: list[str] = []
    denied = False
    for label in labels("intent", words, grammar):
        if label == "not":
            denied = True
        elif label == "fix":
            if said:
                said = [*said, "fix"]
        else:
            if not denied:
                said.append(label)
            denied = False
    if "fix" in said:
        last = len(said) - said[::-1].index("fix")
        after = [label for label in said[last:] if label.isupper() and label != "OTHER"]
        said = after or [label for label in said if label != "fix"]
    return _decided(said)


def _decided(said: Sequence[str]) -> Heard[Intent] | None:
    strong = [Intent(label) for label in said if label.isupper() and label != "OTHER"]
    if Intent.AGENT in strong:
        return Heard(Intent.AGENT)
    if Intent.RESCHEDULE in strong:
        return Heard(Intent.RESCHEDULE)
    if Intent.CANCEL in strong:
        again = Intent.BOOK in strong[strong.index(Intent.CANCEL) :]
        return Heard(Intent.RESCHEDULE) if again else Heard(Intent.CANCEL)
    if strong:
        return Heard(strong[-1])
    if "OTHER" not in said and "book" in said:
        return Heard(Intent.BOOK, confidence=0.7)
    return None


def yes_no(words: Sequence[str], grammar: Grammar) -> Heard[YesNo] | None:
    """The last answer counts; None when nothing was answered at all."""
    said = [label for label in labels("yes_no", words, grammar) if label != "fix"]
    clear = [label for label in said if label != "UNCLEAR"]
    if clear:
        return Heard(YesNo(clear[-1]))
    return Heard(YesNo.UNCLEAR) if said else None


def reminder(words: Sequence[str], grammar: Grammar) -> ReminderChoice | None:
    """Which reminders; the last said counts."""
    found = labels("reminder", words, grammar)
    return ReminderChoice(found[-1]) if found else None
