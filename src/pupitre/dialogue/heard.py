"""What the caller said or keyed: commands, which may be given in every state, then confidence, then the state."""

from __future__ import annotations

from msgspec.structs import replace

from pupitre.dialogue import ladders
from pupitre.dialogue.call import Call, State, TransferReason
from pupitre.dialogue.events import Keyed, Spoke
from pupitre.dialogue.flow import ASKS, FLOW
from pupitre.dialogue.move import Asked, Move, go, hand_over
from pupitre.dialogue.saying import question, values_of
from pupitre.dialogue.script import Script
from pupitre.model import Intent
from pupitre.nlu.meaning import Command, Meaning, Pick, YesNo

AT_ANY_CONFIDENCE = (Command.AGENT, Command.REPEAT, Command.SLOWER, Command.WAIT, Command.HELP)


def heard(call: Call, event: Spoke | Keyed, script: Script) -> Move:
    """Commands first, then confidence, then the state."""
    meaning = event.meaning
    command = command_of(meaning)
    ours = command is not None and command not in _special(call)
    if command and ours and command in AT_ANY_CONFIDENCE:
        return obey(call, command, script)
    confidence = event.confidence if isinstance(event, Spoke) else None
    doubtful = confidence is not None and confidence < script.settings.stt_confidence_threshold and _means(meaning)
    if doubtful and isinstance(event, Spoke) and call.state is not State.LOWCONFIRM:
        return ladders.after_doubt(call, event, script)
    if command and ours and not _answers(meaning):
        return obey(call, command, script)
    move = FLOW[call.state].answer(call, event, script)
    if move.missed or call.state is State.LOWCONFIRM:
        return move
    return replace(move, call=ladders.got_on(move.call))


def command_of(meaning: Meaning) -> Command | None:
    """What was asked of the desk itself, however it was understood."""
    if meaning.intent and meaning.intent.value is Intent.AGENT:
        return Command.AGENT
    if meaning.pick and meaning.pick.value is Pick.AGENT:
        return Command.AGENT
    if meaning.pick and meaning.pick.value is Pick.REPEAT:
        return Command.REPEAT
    return meaning.command


def _special(call: Call) -> tuple[Command, ...]:
    return ASKS[call.asked][1].commands if call.asked else ()


def _means(meaning: Meaning) -> bool:
    """Whether anything was understood that could be confirmed."""
    return _answers(meaning) or meaning.command is not None


def _answers(meaning: Meaning) -> bool:
    """Whether there is something beside a command."""
    return bool(
        (meaning.yes_no and meaning.yes_no.value is not YesNo.UNCLEAR)
        or (meaning.pick and meaning.pick.value is not Pick.UNCLEAR)
        or meaning.intent
        or meaning.when
        or meaning.phone
        or meaning.name
        or meaning.birth_date
        or meaning.reminder
    )


def obey(call: Call, command: Command, script: Script) -> Move:
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
