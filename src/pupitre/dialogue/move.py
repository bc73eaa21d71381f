"""What a state answers to an event: where the call goes, what it is told first, what the world is asked.

A state knows no prompt texts and no other state's code; `decide` carries its move out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from pupitre.dialogue.actions import Ending
from pupitre.dialogue.call import Call, State, TransferReason
from pupitre.dialogue.effects import Effect
from pupitre.dialogue.events import Event


class Entered(Struct, frozen=True):
    """The call has just reached the state, which may pass it on when what it would ask is known already."""

    at: datetime


StateEvent = Event | Entered


class Move(Struct, frozen=True):
    call: Call
    to: State | None = None
    """The state reached; None: the call stays where it is."""
    tell: tuple[str, ...] = ()
    """Phrase keys said before anything else."""
    ask: str | None = None
    """Which of the state's questions is asked, when it is not the first one. With `to`: asked at once, the state
    reached is not entered."""
    effect: Effect | None = None
    """A question to the world; its answer comes back to the state that the call is in then."""
    heard: Event | None = None
    """What the state reached is given instead of being entered (a meaning that was doubtful)."""
    ending: Ending | None = None
    """How the reply ends when it is not with a question."""
    missed: bool = False
    """What was said has no meaning here: asked again with help, and counted."""


Variant = Literal["ask", "silence", "help", "short"]
"""Ways of asking a question: first, after silence, after words without meaning, and again in few words."""


class Asked(Move, frozen=True):
    """A move that asks a question in a certain way."""

    variant: Variant = "ask"
    slow: bool = False


def stay(call: Call, *tell: str, ask: str | None = None) -> Move:
    return Move(call, tell=tell, ask=ask)


def go(call: Call, to: State, *tell: str, ask: str | None = None) -> Move:
    return Move(call, to=to, tell=tell, ask=ask)


def miss(call: Call, ask: str | None = None) -> Move:
    return Move(call, ask=ask, missed=True)


def want(call: Call, effect: Effect, *tell: str) -> Move:
    return Move(call, effect=effect, tell=tell)


def hand_over(call: Call, reason: TransferReason, *tell: str, ask: str | None = None) -> Move:
    """To a person. The first reason given stays the reason."""
    return Move(replace(call, transfer_reason=call.transfer_reason or reason), State.TRANSFER_AGENT, tell, ask)
