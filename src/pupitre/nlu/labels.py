"""Find labelled phrases, without values: intents, commands, yes and no, emergencies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pupitre.nlu.automaton import Match
from pupitre.nlu.grammar import Grammar
from pupitre.nlu.meaning import Attendance, Command, Heard, ReminderChoice, YesNo
from pupitre.nlu.template import END, START
from pupitre.nlu.weighing import evidence

NEXT = 1
"""Words between a denial and what it denies, at most."""
UNSURE = 0.7
"""Confidence in an intent that was only hinted at."""

EXCUSES = {
    "sign": frozenset({"slight", "over", "ask"}),
    "event": frozenset({"told", "over", "chronic"}),
    "mishap": frozenset({"told", "over", "chronic", "visit", "ask"}),
}
"""What keeps a danger from raising the alarm."""
DANGERS = frozenset({"now", *EXCUSES})
ANSWERS = ("command", "yes_no", "called")
"""Topics of what is said to the desk, whole utterances of which are no danger."""

FEW = 2
"""Words beside a call for help that is all that was said."""
TOLD = 2.8
"""What a danger that the lines tell adds to the log-odds of one."""
ALARM = -1.2
"""Log-odds from which the alarm is raised: a miss is worse than a look-alike taken (docs/understanding.md)."""

Topic = Literal["intent", "yes_no", "command", "emergency", "reminder", "attendance"]


def spotted(topic: str, words: Sequence[str], grammar: Grammar) -> list[Match]:
    """Where the lines of a one-stage grammar occur; places count from 0 at the first word."""
    (stage,) = grammar.topics[topic]
    matches = stage.automaton.spot([START, *words, END], stage.hints if topic == "intent" else frozenset())
    return [Match(match.rule, match.first - 1, match.end - 1) for match in matches]


def labels(topic: Topic, words: Sequence[str], grammar: Grammar) -> list[str]:
    """The kinds found, from left to right, the longest at each place."""
    (stage,) = grammar.topics[topic]
    return [stage.rules[match.rule].kind for match in spotted(topic, words, grammar)]


def emergency(words: Sequence[str], grammar: Grammar) -> bool:
    """Whether somebody is in danger, by the words alone: what the lines say and what was learned, weighed together.

    A call for help that is nearly all that was said always counts. Without learned weights the lines decide. Where no
    line tells a danger, and one tells from the first word to the last what is said instead, nothing learned speaks up.
    """
    matches = [
        (match, grammar.topics["emergency"][0].rules[match.rule].kind) for match in spotted("emergency", words, grammar)
    ]
    weights = grammar.weights.get("emergency")
    told = _raised(matches)
    if weights is None:
        return told
    if any(kind == "plea" and len(words) - (match.end - match.first) <= FEW for match, kind in matches):
        return True
    (odds,) = evidence(words, weights).values()
    return odds + (TOLD if told else 0) >= ALARM and (told or not _answers(words, grammar))


def _answers(words: Sequence[str], grammar: Grammar) -> bool:
    """Whether all that was said is one order to the desk, or one answer: "elle-même", "je suis sa voisine"."""
    spans = [match for topic in ANSWERS for match in spotted(topic, words, grammar)]
    return any((max(match.first, 0), min(match.end, len(words))) == (0, len(words)) for match in spans)


def _raised(matches: Sequence[tuple[Match, str]]) -> bool:
    """Whether the lines raise the alarm.

    A call for help (`plea`) always counts; any danger does unless it is only `supposed` or goes on since long
    (`chronic`). What else excuses what danger is in `EXCUSES`; `sure` puts the present above all excuses.
    """
    heard: set[str] = set()
    dangers: list[tuple[str, int]] = []
    supposed = False
    for match, kind in matches:
        supposed = kind == "supposed" or (supposed and kind != "sure")
        if kind == "chronic" and dangers and match.first - dangers[-1][1] <= NEXT:
            dangers.pop()
        elif kind in DANGERS:
            dangers += [] if supposed else [(kind, match.end)]
        else:
            heard.add(kind)
    certain = {kind for kind, _ in dangers}
    if "now" in certain or "plea" in heard:
        return True
    if "sure" in heard:
        return bool(certain)
    return any(heard.isdisjoint(EXCUSES[kind]) for kind in certain)


def command(words: Sequence[str], grammar: Grammar) -> Command | None:
    """The first command said."""
    found = labels("command", words, grammar)
    return Command(found[0]) if found else None


def yes_no(words: Sequence[str], grammar: Grammar) -> Heard[YesNo] | None:
    """The last answer counts, unless it was doubted afterwards; None when nothing was answered at all.

    `no` is a denial that answers nothing clearly, `DOUBT` one that takes an answer back.
    """
    said = labels("yes_no", words, grammar)
    clear = [label for label in said if label in ("YES", "NO", "DOUBT")]
    if clear and clear[-1] != "DOUBT":
        others = tuple(YesNo(label) for label in dict.fromkeys(clear) if label not in ("DOUBT", clear[-1]))
        return Heard(YesNo(clear[-1]), UNSURE if len(set(clear)) > 1 else 1.0, others)
    if clear or "UNCLEAR" in said:
        return Heard(YesNo.UNCLEAR)
    return Heard(YesNo.NO, UNSURE) if "no" in said else None


def reminder(words: Sequence[str], grammar: Grammar) -> ReminderChoice | None:
    """Which reminders; the last said counts."""
    found = labels("reminder", words, grammar)
    return ReminderChoice(found[-1]) if found else None


def attendance(words: Sequence[str], grammar: Grammar) -> Attendance | None:
    """What is said of the patient's coming, the gravest that was said."""
    found = labels("attendance", words, grammar)
    return next((one for one in Attendance if one.value in found), None)
