"""What happens when a call does not get on: silence, words without meaning, doubt, no end (the rungs, and the last)."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from pupitre.dialogue.call import Call, Doubt, State, TransferReason
from pupitre.dialogue.events import Spoke
from pupitre.dialogue.move import Move, go, hand_over
from pupitre.dialogue.script import Script
from pupitre.dialogue.states.lowconfirm import DOUBT, OF_INTENT
from pupitre.dialogue.states.transfer_agent import leave_call_back


def after_silence(call: Call, script: Script) -> tuple[Call, Move | None]:
    """One more silence: the way out when it is one too many, None while the question is to be asked again."""
    counters = call.counters
    call = _retried(replace(call, counters=replace(counters, no_speech=counters.no_speech + 1)))
    spent = call.counters.no_speech >= script.settings.max_no_speech
    return call, give_up(call, TransferReason.SILENCE, script) if spent else None


def after_no_match(call: Call, script: Script) -> tuple[Call, Move | None]:
    """Words without meaning here; as for silence."""
    counters = call.counters
    call = _retried(replace(call, counters=replace(counters, no_match=counters.no_match + 1)))
    spent = call.counters.no_match >= script.settings.max_no_match
    return call, give_up(call, TransferReason.NO_MATCH, script) if spent else None


def after_doubt(call: Call, spoke: Spoke, script: Script) -> Move:
    """Something was heard below the threshold: the caller is asked whether it is so; twice in a row is too often."""
    return _doubted(call, spoke, script, DOUBT, TransferReason.LOW_CONFIDENCE)


def after_ambiguity(call: Call, spoke: Spoke, script: Script) -> Move:
    """Two things may be wanted: the caller is asked whether it is the likelier one; counted with other doubts."""
    return _doubted(call, spoke, script, OF_INTENT, TransferReason.NO_MATCH)


def _doubted(call: Call, spoke: Spoke, script: Script, ask: str, at_last: TransferReason) -> Move:
    counters = call.counters
    call = _retried(replace(call, counters=replace(counters, low_confidence=counters.low_confidence + 1)))
    if call.counters.low_confidence >= script.settings.max_low_confidence:
        return give_up(call, at_last, script)
    assert call.asked is not None
    return go(replace(call, doubt=Doubt(call.state, call.asked, spoke)), State.LOWCONFIRM, ask=ask)


def got_on(call: Call) -> Call:
    """The caller has answered: the consecutive counters start again."""
    counters = replace(call.counters, no_speech=0, low_confidence=0, no_match=0, repeats=0)
    return call if counters == call.counters else replace(call, counters=counters)


def too_long(call: Call, at: datetime, script: Script) -> bool:
    """Whether the call has reached its limit of turns or minutes."""
    settings = script.settings
    return call.counters.turns >= settings.max_turns or at - call.started >= timedelta(minutes=settings.max_minutes)


def give_up(call: Call, reason: TransferReason, script: Script) -> Move:
    """To a person; where none answers, the call-back is left without further questions, so that no call is lost."""
    if call.state is not State.TRANSFER_AGENT:
        return hand_over(call, reason)
    left = leave_call_back(call, script)
    return left if left.effect else go(call, State.END_CONFIRMATION)


def _retried(call: Call) -> Call:
    return replace(call, counters=replace(call.counters, retries_total=call.counters.retries_total + 1))
