"""A turn of the journal in a visitor's words: what was heard, what it meant, what was asked of the world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pupitre.dialogue import effects, events
from pupitre.dialogue.context import wish_values
from pupitre.nlu.meaning import Command, Meaning, Pick, Whom
from pupitre.ports.calls import JournalTurn, Step
from pupitre.web.demo.texts import texts
from pupitre.web.demo.view import SeenTurn


def seen_turn(turn: JournalTurn) -> SeenTurn:
    """What the page shows of this turn."""
    event = turn.event
    meaning = event.meaning if isinstance(event, events.Spoke) else Meaning()
    return SeenTurn(
        heard=heard(event),
        meaning=meaning_in_words(meaning),
        when=wish_values(meaning.when.value) if meaning.when and not _picked(meaning) else None,
        state=turn.after,
        effects=[*map(step_in_words, turn.steps), *([_words("seen")["trouble"]] if turn.trouble else [])],
        at=event.at,
    )


def heard(event: events.CallerEvent) -> str:
    """Speech in quotation marks, keys as keys, anything else named; empty for the call's start."""
    words = _words("heard")
    match event:
        case events.CallStarted():
            return ""
        case events.Spoke(text=text):
            return words["speech"].format(text=text)
        case events.Keyed(digits=digits):
            return words["keys"].format(digits=digits)
        case events.TransferEnded(status=status):
            return words["transfer"].format(status=_words("transfer_status")[status])
        case events.Strange(name=name):
            return name
        case _:
            return words[type(event).__name__]


def meaning_in_words(meaning: Meaning) -> str:
    """Every aspect that was heard but the wish, which travels as values; empty when nothing else was."""
    words = _words("meaning")
    parts = [
        words["emergency"] if meaning.emergency else "",
        words[f"command_{meaning.command}"] if meaning.command else "",
        _words("intents")[meaning.intent.value] if meaning.intent and meaning.command is not Command.AGENT else "",
        words[f"answer_{meaning.yes_no.value}"] if meaning.yes_no else "",
        words[f"pick_{meaning.pick.value}"] if meaning.pick else "",
        words["phone"].format(number=meaning.phone) if meaning.phone else "",
        words["name"].format(last=meaning.name.value.last, first=meaning.name.value.first or "").strip()
        if meaning.name
        else "",
        words["birth_date"].format(day=meaning.birth_date) if meaning.birth_date else "",
        words[f"reminder_{meaning.reminder}"] if meaning.reminder else "",
        words["shift"] if meaning.shift else "",
        words[f"attendance_{meaning.attendance}"] if meaning.attendance else "",
        words[f"called_{meaning.called}"] if meaning.called else "",
        words["delay"].format(minutes=meaning.delay) if meaning.delay else "",
        _whom_in_words(meaning.whom) if meaning.whom is not None else "",
    ]
    return ", ".join(part for part in parts if part)


def _whom_in_words(whom: Whom) -> str:
    words = _words("meaning")
    if whom.name:
        return words["whom_not" if whom.other else "whom"].format(last=whom.name.last)
    return words["whom_same" if whom.same else "whom_other" if whom.other else "whom_any"]


def _picked(meaning: Meaning) -> bool:
    """Whether an offer was chosen: "le premier" is then no first of the month."""
    return meaning.pick is not None and meaning.pick.value in (Pick.FIRST, Pick.SECOND, Pick.THIRD)


def step_in_words(step: Step) -> str:
    """One question to the world and its answer, on a line."""
    question = _words("asked")[type(step.effect).__name__]
    if isinstance(step.effect, effects.Commit):
        question = _words("commits")[step.effect.intent]
    return f"{question} : {outcome_in_words(step.outcome)}"


def outcome_in_words(outcome: events.WorldEvent) -> str:  # noqa: PLR0911 -- one answer, one line
    words = _words("answered")
    match outcome:
        case events.PatientsFound(patients=patients):
            return ", ".join(patient.name for patient in patients) or words["nobody"]
        case events.AppointmentsFound(appointments=found):
            return words["appointments"].format(n=len(found)) if found else words["none"]
        case events.ReminderFound(appointment=appointment):
            return words["reminded" if appointment else "gone"]
        case events.AgentsFound(agents=agents):
            return ", ".join(agent.name for agent in agents) or words["none"]
        case events.SlotsProposed(slots=(), reason=reason):
            return _words("no_slot")[reason or events.NoSlot.FULLY_BOOKED]
        case events.SlotsProposed(slots=slots, nearest=nearest):
            return words["nearest" if nearest else "slots"].format(n=len(slots))
        case events.CommitmentEnded(outcome=ended):
            return _words("commit_outcomes")[ended]
        case _:
            return words[type(outcome).__name__]


def _words(table: str) -> Mapping[str, str]:
    return cast("Mapping[str, str]", texts()[table])
