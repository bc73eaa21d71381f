"""What of a meaning counts: words are often understood in more than one way."""

from __future__ import annotations

from pupitre.model import Intent
from pupitre.nlu.meaning import Command, Meaning, Pick

PICKED_COMMANDS = {Pick.AGENT: Command.AGENT, Pick.REPEAT: Command.REPEAT}


def command_of(meaning: Meaning) -> Command | None:
    """What was asked of the desk itself, however it was understood; a call-back, a reminder or what people say who are
    called is not a person now.
    """
    command = meaning.command
    if (
        command in (None, Command.WAIT, Command.REPEAT, Command.SLOWER)
        and meaning.reminder is None
        and meaning.called is None
    ):
        if meaning.intent and meaning.intent.value is Intent.AGENT:
            return Command.AGENT
        if meaning.pick and meaning.pick.value in PICKED_COMMANDS:
            return PICKED_COMMANDS[meaning.pick.value]
    return command


def tells(meaning: Meaning) -> bool:
    """Whether something was said that no command is made of ("pardon, mardi" is an answer, "pardon" is not)."""
    return bool(
        (meaning.pick and meaning.pick.value not in (Pick.UNCLEAR, *PICKED_COMMANDS))
        or (meaning.intent and meaning.intent.value is not Intent.AGENT)
        or (meaning.when and (meaning.when.value or meaning.when.value.conflict))
        or meaning.shift
        or meaning.phone
        or meaning.birth_date
        or meaning.reminder
        or meaning.attendance
        or meaning.called
        or (meaning.whom is not None and meaning.whom.sure)
    )
