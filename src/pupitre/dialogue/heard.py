"""What the caller said or keyed: commands, which may be given in every state, then confidence, then the state."""

from __future__ import annotations

from msgspec.structs import replace

from pupitre.dialogue import ladders
from pupitre.dialogue.call import Call, State, TransferReason
from pupitre.dialogue.events import Keyed, Spoke
from pupitre.dialogue.flow import ASKS, FLOW, asks_for_intent
from pupitre.dialogue.meanings import command_of, tells
from pupitre.dialogue.move import Asked, Move, go, hand_over
from pupitre.dialogue.saying import question, values_of
from pupitre.dialogue.script import Script
from pupitre.nlu.meaning import GRAVE, Called, Command, Hears, Meaning, YesNo

ON_THE_WAY = (Command.REPEAT, Command.SLOWER, Command.WAIT, Command.HELP)
"""Commands after which the same question stands; like a call for a person, they act at any confidence."""


def heard(call: Call, event: Spoke | Keyed, script: Script) -> Move:
    """Commands first, then confidence, then the state."""
    meaning = event.meaning
    command = command_of(meaning)
    ours = command is not None and command not in _special(call)
    if command and ours and (command is Command.AGENT or (command in ON_THE_WAY and not tells(meaning))):
        return obey(call, command, script)
    confidence = event.confidence if isinstance(event, Spoke) else None
    doubtful = confidence is not None and confidence < script.settings.stt_confidence_threshold
    if isinstance(event, Spoke) and call.state is not State.LOWCONFIRM:
        waits = command is Command.WAIT or meaning.called is Called.FETCHES
        if doubtful and not waits and (command or _answers(call, meaning)):
            return ladders.after_doubt(call, event, script)
        if _ambiguous(call, meaning, script):
            return ladders.after_ambiguity(call, event, script)
    if command and ours and not _answers(call, meaning):
        return obey(call, command, script)
    move = FLOW[call.state].answer(call, event, script)
    if move.missed or call.state is State.LOWCONFIRM:
        return move
    return replace(move, call=ladders.got_on(move.call))


def _special(call: Call) -> tuple[Command, ...]:
    return ASKS[call.asked][1].commands if call.asked else ()


def _answers(call: Call, meaning: Meaning) -> bool:
    """Whether there is something beside a command that could be an answer."""
    said_no_more = meaning.command is not None
    return bool(
        tells(meaning)
        or (meaning.yes_no and meaning.yes_no.value is not YesNo.UNCLEAR)
        or (meaning.name and not said_no_more and _asks_for_name(call))
    )


def _ambiguous(call: Call, meaning: Meaning, script: Script) -> bool:
    """Whether what is wanted was asked for and something else may be wanted, too; a grave message is heard first."""
    wanted = meaning.intent
    if wanted is None or not wanted.others or meaning.attendance in GRAVE or not asks_for_intent(call.asked):
        return False
    return wanted.confidence < script.settings.intent_confidence_threshold


def _asks_for_name(call: Call) -> bool:
    """Whether a name alone is an answer; beside an intent it is only kept."""
    hears = ASKS[call.asked][1].hears if call.asked else ()
    return Hears.NAME in hears and Hears.INTENT not in hears


def obey(call: Call, command: Command, script: Script) -> Move:
    """What a command does in every state that gives it no meaning of its own."""
    match command:
        case Command.AGENT if call.state is State.TRANSFER_AGENT:
            return go(call, State.TRANSFER_AGENT)
        case Command.AGENT:
            return hand_over(call, TransferReason.ASKED)
        case Command.REPEAT | Command.SLOWER:
            return _repeated(call, command)
        case Command.HELP:
            return Asked(call, variant="help")
        case Command.WAIT:
            _, listen = question(call, "ask", values_of(call, call.started, script), script)
            patient = replace(listen, timeout_ms=script.settings.listen_timeout_ms_long)
            return Move(call, tell=("wait",), ending=patient)
        case Command.BACK if (back := FLOW[call.state].back) is not None:
            return go(ladders.got_on(call), back, ask=FLOW[back].asks[0].key)
        case Command.GOODBYE:
            return go(call, State.END_CONFIRMATION)
        case Command.WRONG_NUMBER:
            return go(call, State.END_CONFIRMATION, "wrong_number")
        case Command.LATER:
            return hand_over(call, TransferReason.CALL_BACK_ASKED, ask="transfer_agent.callback")
        case Command.STOP_CALLING:
            return hand_over(call, TransferReason.STOP_CALLING)
        case _:
            return Move(call, missed=True)


def _repeated(call: Call, command: Command) -> Move:
    """Said again; the second time, or when asked, slower and shorter."""
    counters = replace(call.counters, repeats=call.counters.repeats + 1)
    slower = command is Command.SLOWER
    again = replace(call, counters=counters, slow=call.slow or slower)
    slow = slower or counters.repeats > 1
    return Asked(again, tell=again.told, variant="short" if slow else "ask", slow=slow)
