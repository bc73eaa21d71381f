"""What a state may answer."""

from __future__ import annotations

from msgspec import Struct

from pupitre.dialogue.actions import Action
from pupitre.dialogue.call import Call, State
from pupitre.dialogue.effects import Effect


class Turn(Struct, frozen=True):
    """The call as it stands now, what to do on the line, and at most one question to the world.

    While `effect` is set the turn is not over: the desk performs it and decides again with its outcome; the actions of
    the steps of one turn are played in order.
    """

    call: Call
    actions: tuple[Action, ...] = ()
    effect: Effect | None = None
    passed: tuple[State, ...] = ()
    """The states reached in this step, in order: those passed through because their question was answered already,
    and the one that `call` stands in, unless it did not move."""
