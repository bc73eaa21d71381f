"""Carrying a move out: say what is to be said, pass through states whose question is answered already, end the step."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from pupitre.dialogue import ladders
from pupitre.dialogue.actions import Action
from pupitre.dialogue.call import Call, State
from pupitre.dialogue.effects import NoteOutcome
from pupitre.dialogue.events import Keyed, Spoke
from pupitre.dialogue.flow import FLOW, check
from pupitre.dialogue.heard import heard
from pupitre.dialogue.move import Asked, Entered, Move
from pupitre.dialogue.saying import question, say, values_of
from pupitre.dialogue.script import Script
from pupitre.dialogue.turn import Turn

MAX_STEPS = 12
"""States a call may pass through within one turn."""
NOT_REPEATED = ("disclosure", "lowconfirm.no", "wait", "slots_readout.held", "filler.1", "filler.2", "filler.3")


def carried_out(move: Move, at: datetime, script: Script) -> Turn:
    """Say what is to be said, pass through states whose question is answered already, and end the step."""
    actions: list[Action] = []
    before = move.call
    told = list(before.told) if before.pending else []
    passed: list[State] = []
    for _ in range(MAX_STEPS):
        call = _arrived(move, at)
        passed += [] if move.to is None else [move.to]
        if move.tell:
            values = values_of(call, at, script)
            actions += [say(call, key, values, script) for key in move.tell]
            told += [key for key in move.tell if key not in NOT_REPEATED]
        if move.effect is not None and move.ending is None:
            return Turn(replace(call, told=tuple(told)), tuple(actions), move.effect, tuple(passed))
        if move.ending is not None:
            return Turn(replace(call, told=tuple(told)), (*actions, move.ending), None, tuple(passed))
        if move.missed:
            move = _missed(move, script)
            continue
        if move.to is None or move.ask:
            same = before.state is call.state and call.asked is not None and move.ask in (None, call.asked)
            call = replace(call, told=before.told if same and not told else tuple(told))
            call, asking = _asked(move, call, at, script)
            return Turn(call, (*actions, *asking), None, tuple(passed))
        if isinstance(move.heard, Spoke | Keyed):
            move = heard(call, move.heard, script)
        else:
            move = FLOW[call.state].answer(call, Entered(at), script)
    raise RecursionError(f"{before.state} leads to itself within one turn")


def _arrived(move: Move, at: datetime) -> Call:
    """The call in the state that the move leads to. Raises Undeclared."""
    call = move.call
    if move.to is not None:
        if move.to is not call.state:
            check(call.state, move.to)
        call = replace(call, state=move.to, asked=call.asked if move.heard else None)
    going_on = move.effect is not None and move.effect == call.pending
    return replace(
        call,
        pending=move.effect,
        pending_since=None if move.effect is None else call.pending_since if going_on else at,
        waits=call.waits if going_on else 0,
        reminder_noted=call.reminder_noted or isinstance(move.effect, NoteOutcome),
    )


def _missed(move: Move, script: Script) -> Move:
    call, out = ladders.after_no_match(move.call, script)
    more_direct = move.ask is not None and move.ask != call.asked
    return out or Asked(call, ask=move.ask, variant="ask" if more_direct else "help")


def _asked(move: Move, call: Call, at: datetime, script: Script) -> tuple[Call, tuple[Action, ...]]:
    """The step ends with a question of the state reached, and listening."""
    key = move.ask or call.asked or FLOW[call.state].asks[0].key
    call = replace(call, asked=key)
    variant, slow = (move.variant, move.slow) if isinstance(move, Asked) else ("ask", False)
    return call, question(call, variant, values_of(call, at, script), script, slow=slow)
