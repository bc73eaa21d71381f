"""Carrying a move out: say what is to be said, pass through states whose question is answered already, end the step."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from pupitre.dialogue import ladders
from pupitre.dialogue.actions import Action
from pupitre.dialogue.call import Call
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
NOT_REPEATED = ("disclosure", "lowconfirm.no", "wait")


def carried_out(move: Move, at: datetime, script: Script) -> Turn:
    """Say what is to be said, pass through states whose question is answered already, and end the step."""
    actions: list[Action] = []
    told: list[str] = []
    before = move.call
    for _ in range(MAX_STEPS):
        call = _arrived(move)
        if move.tell:
            values = values_of(call, at, script)
            actions += [say(call, key, values, script) for key in move.tell]
            told += [key for key in move.tell if key not in NOT_REPEATED]
        if move.effect is not None and move.ending is None:
            return Turn(call, tuple(actions), move.effect)
        if move.ending is not None:
            return Turn(call, (*actions, move.ending))
        if move.missed:
            move = _missed(move, script)
            continue
        if move.to is None or move.ask:
            return _asked(move, call, before, tuple(told), tuple(actions), at, script)
        if isinstance(move.heard, Spoke | Keyed):
            move = heard(call, move.heard, script)
        else:
            move = FLOW[call.state].answer(call, Entered(at), script)
    raise RecursionError(f"{before.state} leads to itself within one turn")


def _arrived(move: Move) -> Call:
    """The call in the state that the move leads to. Raises Undeclared."""
    call = move.call
    if move.to is not None:
        if move.to is not call.state:
            check(call.state, move.to)
        call = replace(call, state=move.to, asked=call.asked if move.heard else None)
    return replace(
        call,
        pending=move.effect,
        waits=call.waits if move.effect is not None and move.effect == call.pending else 0,
        reminder_noted=call.reminder_noted or isinstance(move.effect, NoteOutcome),
    )


def _missed(move: Move, script: Script) -> Move:
    call, out = ladders.after_no_match(move.call, script)
    more_direct = move.ask is not None and move.ask != call.asked
    return out or Asked(call, ask=move.ask, variant="ask" if more_direct else "help")


def _asked(
    move: Move,
    call: Call,
    before: Call,
    told: tuple[str, ...],
    actions: tuple[Action, ...],
    at: datetime,
    script: Script,
) -> Turn:
    """The step ends with the question of the state reached, and listening."""
    key = move.ask or (call.asked if move.to is None else None) or FLOW[call.state].asks[0].key
    same = before.state is call.state and before.asked == key and not told
    call = replace(call, asked=key, told=before.told if same else told)
    variant, slow = (move.variant, move.slow) if isinstance(move, Asked) else ("ask", False)
    return Turn(call, (*actions, *question(call, variant, values_of(call, at, script), script, slow=slow)))
