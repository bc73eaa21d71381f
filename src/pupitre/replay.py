"""Decides a journalled call again, and tells where today's conversation differs from what was said then. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pupitre.desk import opened
from pupitre.dialogue.actions import Action, Transfer
from pupitre.dialogue.call import Call, new_call
from pupitre.dialogue.context import context_of
from pupitre.dialogue.decide import decide, rescue
from pupitre.dialogue.script import Script
from pupitre.dialogue.turn import Turn
from pupitre.merge_patch import difference
from pupitre.ports import JournalTurn


class Replayed(Struct, frozen=True):
    """One turn, decided again."""

    turn: JournalTurn
    differs: str | None
    """What is not as it was, in a sentence; None when nothing differs."""


def replay(call: Call, turns: Sequence[JournalTurn], script: Script) -> Iterator[Replayed]:
    """Every turn of the call up to the first that differs. `call` as stored, `script` as pinned for it."""
    now = new_call(
        script.settings,
        tenant_id=call.tenant_id,
        call_id=call.call_id,
        at=turns[0].event.at,
        direction=call.direction,
        reminder_id=call.reminder_id,
        from_e164=call.from_e164,
        from_raw=call.from_raw,
        channel=call.channel,
        config_id=call.config_id,
    )
    context: dict[str, object] = {}
    before: tuple[Action, ...] = ()
    for turn in turns:
        try:
            after, actions = _decided(now, turn, script)
        except _Differs as difference_:
            yield Replayed(turn, str(difference_))
            return
        if turn.opening:
            actions = opened(before, actions)
        # A start that only opened the call was never answered: the reply after it counts from nothing.
        delta = difference({} if turn.opening else context, context_of(after, script))
        differs = _difference(turn, after, actions, delta)
        yield Replayed(turn, differs)
        if differs:
            return
        now, before, context = after, actions, context_of(after, script)


class _Differs(Exception):
    """Today another question is asked of the world."""


def _decided(call: Call, turn: JournalTurn, script: Script) -> tuple[Call, tuple[Action, ...]]:
    if turn.trouble is not None:
        rescued = rescue(call, turn.event.at, script)
        return rescued.call, rescued.actions
    decided: Turn = decide(call, turn.event, script)
    actions = decided.actions
    for step in turn.steps:
        if decided.effect != step.effect:
            raise _Differs(f"the world was asked {step.effect}, now {decided.effect}")
        decided = decide(decided.call, step.outcome, script)
        actions += decided.actions
    if decided.effect is not None:
        raise _Differs(f"nothing more was asked of the world, now {decided.effect}")
    return decided.call, actions


def _difference(turn: JournalTurn, after: Call, actions: tuple[Action, ...], delta: dict[str, object]) -> str | None:
    said = tuple(_without_file(action) for action in turn.reply.actions)
    if after.state != turn.after:
        return f"the call went to {turn.after}, now to {after.state}"
    if actions != said:
        return f"the reply was {said}, now {actions}"
    if delta != turn.reply.context_delta:
        return f"the context changed by {turn.reply.context_delta}, now by {delta}"
    return None


def _without_file(action: Action) -> Action:
    """The address of the caller's file was added by the desk, after deciding."""
    return replace(action, url=None) if isinstance(action, Transfer) else action
