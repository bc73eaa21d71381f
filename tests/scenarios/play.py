"""Whole calls, written down in YAML and played through a driver: the pure core, a running desk, a voice provider.

A scenario (see `README.md` here) says what the world is (the shape of `POST /_sandbox/reset`), what callers do, what
they hear, and how the world stands in the end (the shape of `GET /_sandbox/state`).
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import yaml

from pupitre.voice.scenario import USUAL_WORLD

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.yaml"))
ENDINGS = ("listen", "transfer", "hangup", "continue")

Json = dict[str, Any]

WORLD: Json = USUAL_WORLD
"""The world of a scenario that does not say otherwise: a Friday morning, nobody busy."""


@dataclass(frozen=True)
class Scenario:
    name: str
    file: str
    calls: list[Json]
    world: Json
    settings: Json = field(default_factory=dict)
    """Tenant settings of the conversation that differ from the defaults."""
    outcomes: dict[str, list[str]] = field(default_factory=dict)
    """What the world answers, by effect, instead of what it would: only a driver that plays the world can do it."""
    finally_: Json = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{Path(self.file).stem}: {self.name}"


class Driver(Protocol):
    """Whatever turns an event of the contract (§1) into a reply, on a world that can be reset and looked at."""

    def reset(self, scenario: Scenario) -> None:
        """Load the scenario's world and settings."""
        ...

    def set_clock(self, at: str) -> None:
        """Walk the world's time forward; reminders that are due are dialled and left ringing."""
        ...

    def post(self, event: Json) -> Json:
        """One event, one reply."""
        ...

    def state(self) -> Json:
        """The world as it stands, in the shape of `GET /_sandbox/state`."""
        ...


def load(path: Path) -> Iterator[Scenario]:
    """The scenarios of one file. Raises TypeError for a key that no scenario has."""
    for raw in yaml.safe_load(path.read_text(encoding="utf-8")):
        one = deepcopy(raw)
        name, world = one.pop("scenario"), WORLD | one.pop("world", {})
        calls = one.pop("calls", None) or [
            {key: one.pop(key) for key in ("from", "reminder", "greeting", "turns") if key in one}
        ]
        yield Scenario(name, path.name, calls, world, finally_=one.pop("finally", {}), **one)


def every() -> list[Scenario]:
    return [scenario for path in FILES for scenario in load(path)]


def play(scenario: Scenario, driver: Driver) -> None:
    """Play all its calls and check all it says. Raises AssertionError with the scenario, the turn and the reply."""
    driver.reset(scenario)
    for number, call in enumerate(scenario.calls, 1):
        if "at" in call:
            driver.set_clock(call["at"])
        _play_call(scenario, call, f"call-{number}", driver)
    _check_state(scenario, driver.state())


def _play_call(scenario: Scenario, call: Json, call_id: str, driver: Driver) -> None:
    start: Json = {"event": "call_start"}
    if "reminder" in call:
        start |= {"direction": "outbound", "reminder_id": _ringing(call["reminder"], driver.state())}
    elif call.get("from", "+33639980001") != "anonymous":
        start["caller"] = {"from_e164": call.get("from", "+33639980001"), "channel": "pstn"}
    for turn in [{"starts": True, **call.get("greeting", {})}, *call["turns"]]:
        event = {"call_id": call_id} | (start if "starts" in turn else _event(turn))
        reply = driver.post(event)
        try:
            _check_form(reply)
            _check_turn(turn, reply)
        except AssertionError as wrong:
            raise AssertionError(f"{scenario}\n  turn   {turn}\n  reply  {reply}\n  {wrong}") from wrong


def _event(turn: Json) -> Json:
    match turn:
        case {"says": words}:
            return {"event": "stt_final", "stt": {"text": words, "confidence": turn.get("sure", 0.9)}}
        case {"keys": keys}:
            return {"event": "dtmf", "dtmf": {"digits": str(keys)}}
        case {"silent": _}:
            return {"event": "no_speech"}
        case {"transfer": status}:
            return {"event": "transfer_result", "transfer": {"status": status}}
        case {"goes_on": _}:
            return {"event": "continue"}
        case {"machine": _}:
            return {"event": "machine_detected"}
        case {"hangs_up": _}:
            return {"event": "hangup"}
        case {"sends": name}:
            return {"event": name}
    raise ValueError(f"a turn needs says, keys, silent, transfer, goes_on, machine, hangs_up or sends: {turn}")


def _ringing(offset: str, state: Json) -> str:
    """The reminder of this offset that is ringing now."""
    ringing = [one["id"] for one in state["reminders"] if one["offset"] == offset and one["status"] == "dialled"]
    assert ringing, f"no reminder {offset} is ringing: {state['reminders']}"
    return str(ringing[0])


def _check_form(reply: Json) -> None:
    """What every reply keeps to, whatever the scenario."""
    kinds = [action["type"] for action in reply["actions"]]
    assert kinds[-1] in ENDINGS, "a reply ends in listen, transfer, hangup or continue"
    assert not set(kinds[:-1]) & set(ENDINGS), "and in exactly one of them"
    said = [action["text"] for action in reply["actions"] if action["type"] == "say"]
    assert all(text.strip() for text in said), "nothing empty is said"
    assert not any("{{" in text for text in said), "no placeholder is said"
    assert sum(text.count("?") for text in said) <= 1, "one question at a time"


def _check_turn(turn: Json, reply: Json) -> None:
    heard = " ".join(action["text"] for action in reply["actions"] if action["type"] == "say")
    if "state" in turn:
        assert reply["state"]["name"] == turn["state"], f"expected state {turn['state']}"
    for words in _listed(turn.get("hears")):
        assert words in heard, f"expected to hear {words!r}"
    for words in _listed(turn.get("never_hears")):
        assert words not in heard, f"expected not to hear {words!r}"
    if "ends" in turn:
        assert reply["actions"][-1]["type"] == turn["ends"], f"expected it to end with {turn['ends']}"
    for key, value in turn.get("action", {}).items():
        assert reply["actions"][-1].get(key) == value, f"expected its last action to have {key}: {value}"


def _check_state(scenario: Scenario, state: Json) -> None:
    for table, expected in scenario.finally_.items():
        rows = list(state[table])
        assert len(rows) == len(expected), f"{scenario}\n  {table}: expected {expected}\n  found {rows}"
        for want in expected:
            match = next((row for row in rows if all(_same(row.get(k), v) for k, v in want.items())), None)
            assert match is not None, f"{scenario}\n  {table}: expected {want}\n  found {rows}"
            rows.remove(match)


def _same(found: object, expected: object) -> bool:
    """Equal, times as instants; a text that starts and ends with … is a part."""
    if isinstance(found, str) and isinstance(expected, str):
        if expected.startswith("…"):
            return expected.strip("…") in found
        try:
            return datetime.fromisoformat(found) == datetime.fromisoformat(expected)
        except (ValueError, TypeError):
            return found == expected
    return found == expected


def _listed(value: str | list[str] | None) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else value
