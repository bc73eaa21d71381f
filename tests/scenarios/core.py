"""The driver that plays scenarios against the pure core and the world in memory: no desk, no wire, no waiting."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from tests.scenarios.play import Scenario
from tests.scenarios.world import World

from pupitre.dialogue.actions import Action, Hangup, Listen, Say, Transfer
from pupitre.dialogue.call import Call, State, new_call
from pupitre.dialogue.context import context_of
from pupitre.dialogue.decide import decide, hear
from pupitre.dialogue.effects import Effect
from pupitre.dialogue.events import (
    CallerEvent,
    CallStarted,
    Continued,
    HungUp,
    Keyed,
    MachineDetected,
    Silent,
    Spoke,
    Strange,
    TransferEnded,
    TransferStatus,
    WorldEvent,
)
from pupitre.dialogue.script import script_of
from pupitre.dialogue.settings import DialogueSettings
from pupitre.languages import load

Json = dict[str, Any]


class CoreDriver:
    """Also keeps which edges of the flow table were taken, and the path that was walked."""

    def __init__(self) -> None:
        self.edges: set[tuple[State, State]] = set()
        self.path: list[tuple[str, ...]] = []

    def reset(self, scenario: Scenario) -> None:
        self.script = script_of(_settings(scenario.settings), load("fr-FR"))
        self.world = World(scenario.world, scenario.outcomes)
        self.calls: dict[str, Call] = {}

    def set_clock(self, at: str) -> None:
        self.world.set_clock(datetime.fromisoformat(at))

    def state(self) -> Json:
        return self.world.state()

    def post(self, event: Json) -> Json:
        call = self.calls.get(event["call_id"]) or self._new(event)
        said = hear(call, _event(event, self.world.now), self.script)
        before = call.state
        actions: list[Action] = []
        asked: list[str] = []
        turn = decide(call, said, self.script)
        while True:
            actions += turn.actions
            for state in turn.passed:
                if state is not before:
                    self.edges.add((before, state))
                before = state
            if turn.effect is None:
                break
            answer = self.world.perform(turn.call, turn.effect)
            asked.append(f"{_named(turn.effect)} {_named(answer)}")
            turn = decide(turn.call, answer, self.script)
        self.calls[call.call_id] = msgspec.json.decode(msgspec.json.encode(turn.call), type=Call)
        if turn.call.ended:
            self.world.release(call.call_id)
        reason = str(turn.call.transfer_reason)
        self.path.append((_said(said), *asked, turn.call.state, turn.call.asked or "", reason, _kinds(actions)))
        return {
            "actions": [_action(action) for action in actions],
            "state": {"name": turn.call.state.value},
            "context": context_of(turn.call, self.script),
        }

    def _new(self, event: Json) -> Call:
        return new_call(
            self.script.settings,
            tenant_id="demo",
            call_id=event["call_id"],
            at=self.world.now,
            direction=event.get("direction", "inbound"),
            reminder_id=event.get("reminder_id"),
            from_e164=event.get("caller", {}).get("from_e164"),
        )


def _settings(changes: Json) -> DialogueSettings:
    return msgspec.convert({"tenant_name": "Le cabinet", **changes}, DialogueSettings)


def _event(event: Json, at: datetime) -> CallerEvent:
    match event["event"]:
        case "call_start":
            return CallStarted(at)
        case "stt_final":
            return Spoke(at, event["stt"]["text"], event["stt"]["confidence"])
        case "no_speech":
            return Silent(at)
        case "dtmf":
            return Keyed(at, event["dtmf"]["digits"])
        case "transfer_result":
            return TransferEnded(at, TransferStatus(event["transfer"]["status"]))
        case "continue":
            return Continued(at)
        case "machine_detected":
            return MachineDetected(at)
        case "hangup":
            return HungUp(at)
        case name:
            return Strange(at, name)


def _action(action: Action) -> Json:
    match action:
        case Say():
            return {"type": "say", "text": action.text, "rate": action.rate, "barge_in": action.barge_in}
        case Listen():
            keypad = {"max_digits": action.max_digits, "finish_on": action.finish_on}
            return {"type": "listen", "timeout_ms": action.timeout_ms, "dtmf": keypad, "hints": list(action.hints)}
        case Transfer():
            who = {"caller_id": action.caller_id, "priority": action.priority, "brief": action.brief}
            return {"type": "transfer", "target": action.target, **who}
        case Hangup():
            return {"type": "hangup"}
        case _:
            return {"type": "continue", "after_ms": action.after_ms}


def _said(event: CallerEvent) -> str:
    """What sort of thing the caller did, by the aspects of its meaning; the words themselves do not make a path."""
    meaning = getattr(event, "meaning", None)
    heard = [name for name in meaning.__struct_fields__ if getattr(meaning, name)] if meaning else []
    return " ".join((type(event).__name__, *heard))


def _named(value: Effect | WorldEvent) -> str:
    """An effect or its answer, by its kind and what it decides."""
    parts = (
        getattr(value, field, None) for field in ("intent", "outcome", "reason", "kind", "later", "stop", "offsets")
    )
    return " ".join((type(value).__name__, *(str(part) for part in parts if part and " " not in str(part))))


def _kinds(actions: list[Action]) -> str:
    """The shape of the reply; the words do not make a path."""
    return " ".join(type(action).__name__ for action in actions)
