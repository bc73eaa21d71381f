"""Calls written down in a file, played in the terminal: YAML scenarios, or the contract's events one JSON a line.

A YAML file is a list of scenarios (their keys: `tests/scenarios/README.md`); of each, the callers' side is played and
`hears`, `never_hears`, `state` and `ends` are checked. In a `.jsonl` file each line is an event of contract §1; a line
whose `event` is `call_start` begins a call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import msgspec
import yaml

from pupitre.voice import terminal
from pupitre.voice.terminal import Json, TakeEvent, actions_of, say_aside, show_caller
from pupitre.voice.words import WORDS

DEFAULT_CALLER = "+33639980001"
USUAL_WORLD: Json = yaml.safe_load(files(__package__).joinpath("usual_world.yaml").read_text(encoding="utf-8"))
"""The world of a scenario that does not say otherwise."""


class Turn(msgspec.Struct, frozen=True):
    """One thing the caller does, and what must be heard then."""

    event: Json
    told: str
    """How it is shown."""
    expected: Mapping[str, object] = {}


class WrittenCall(msgspec.Struct, frozen=True):
    name: str
    start: Turn
    turns: tuple[Turn, ...]
    world: Json | None = None
    """The world to load before it (contract §4, `POST /_sandbox/reset`); None: it goes on in the one there is."""
    at: str | None = None
    """The instant to walk the clock to before it, RFC 3339."""
    reminder: str | None = None
    """The offset ("P1D") of the reminder that rings: the call is outbound."""
    needs: str | None = None
    """What only a desk made for it can offer: `settings` or `outcomes`; such a call is not played here."""


class ScenarioFileError(ValueError):
    """The file cannot be played; the message says where and why."""


def read(path: Path) -> Sequence[WrittenCall]:
    """The calls of a file, in order. Raises ScenarioFileError, OSError."""
    text = path.read_text(encoding="utf-8")
    try:
        if path.suffix == ".jsonl":
            return tuple(_from_events([msgspec.json.decode(line) for line in text.splitlines() if line.strip()]))
        return tuple(_from_scenarios(yaml.safe_load(text)))
    except (yaml.YAMLError, msgspec.DecodeError) as error:
        raise ScenarioFileError(f"{path} cannot be read: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise ScenarioFileError(f"{path} is not a list of scenarios or of events: {error!r}") from error


class Scripted:
    """A caller who does what is written, then hangs up.

    A desk may be slow where the scenario was written with a quick one: a `continue` that the file does not speak of is
    waited for, and what was expected is looked for in all that was heard until then.
    """

    def __init__(self, call: WrittenCall) -> None:
        self._left = list(reversed(call.turns))
        self._expected = call.start.expected
        self._before: list[Json] = []
        self.misses: list[str] = []
        self.played = 0

    async def speak(self) -> Json:
        return self._next({"event": "hangup"}, WORDS["hangs_up"])

    async def transferred(self) -> Json:
        return self._next({"event": "transfer_result", "transfer": {"status": "answered"}}, "")

    async def wait(self, seconds: float) -> Json:
        if self._goes_on():
            return self._next({"event": "continue"}, "")
        await asyncio.sleep(seconds)
        return {"event": "continue"}

    def heard(self, reply: Json) -> None:
        actions = [*self._before, *actions_of(reply)]
        if actions[-1]["type"] == "continue" and self._expected.get("ends") != "continue" and not self._goes_on():
            self._before = actions[:-1]
            return
        self._before = []
        self.played += 1
        for miss in _misses(self._expected, {**reply, "actions": actions}):
            self.misses.append(miss)
            say_aside("✗ " + WORDS["expected"].format(what=miss))

    def _goes_on(self) -> bool:
        """Whether the file itself speaks of the next `continue`."""
        return bool(self._left) and self._left[-1].event["event"] == "continue"

    def _next(self, otherwise: Json, told: str) -> Json:
        turn = self._left.pop() if self._left else Turn(otherwise, told)
        self._expected = turn.expected
        if turn.told:
            show_caller(turn.told)
        return turn.event


async def play(call: WrittenCall, take_event: TakeEvent, call_id: str) -> Scripted:
    """Play one written call to its end; the answer says what was not as expected."""
    caller = Scripted(call)
    await terminal.converse(take_event, caller, call_id, call.start.event)
    return caller


def _from_scenarios(raw: list[Json]) -> Iterator[WrittenCall]:
    for one in raw:
        calls = one.get("calls") or [one]
        changes = one.get("world", {})
        if not isinstance(calls, list) or not isinstance(changes, dict):
            raise ScenarioFileError(f"{one['scenario']}: calls is a list, world is a mapping")
        for number, call in enumerate(calls):
            yield WrittenCall(
                name=str(one["scenario"]),
                start=_start(call),
                turns=tuple(_turn(turn) for turn in call["turns"]),
                world=None if number else USUAL_WORLD | changes,
                at=call.get("at"),
                reminder=call.get("reminder"),
                needs=next((key for key in ("settings", "outcomes") if key in one), None),
            )


def _start(call: Json) -> Turn:
    number = call.get("from", DEFAULT_CALLER)
    greeting = call.get("greeting", {})
    assert isinstance(greeting, dict)
    event: Json = {"event": "call_start"}
    if "reminder" in call:
        event["direction"] = "outbound"
    elif number != "anonymous":
        event["caller"] = {"from_e164": number, "channel": "pstn"}
    return Turn(event, "", greeting)


PLAIN = {
    "silent": ("no_speech", "silence"),
    "goes_on": ("continue", "goes_on"),
    "machine": ("machine_detected", "machine"),
    "hangs_up": ("hangup", "hangs_up"),
}
"""Turns that carry nothing: the key in the file -> (event, word shown)."""


def _turn(turn: Json) -> Turn:
    match turn:
        case {"says": str(words)}:
            stt: Json = {"text": words, "confidence": turn.get("sure", 0.9)}
            return Turn({"event": "stt_final", "stt": stt}, words, turn)
        case {"keys": keys}:
            return Turn({"event": "dtmf", "dtmf": {"digits": str(keys)}}, WORDS["pressed"].format(keys=keys), turn)
        case {"transfer": status}:
            told = WORDS["transfer_ends"].format(status=status)
            return Turn({"event": "transfer_result", "transfer": {"status": status}}, told, turn)
        case {"sends": name}:
            return Turn({"event": name}, WORDS["sends"].format(name=name), turn)
    plain = next((PLAIN[key] for key in PLAIN if key in turn), None)
    if plain is None:
        raise ScenarioFileError(f"a turn says, keys, is silent, …; this one does nothing known: {turn}")
    return Turn({"event": plain[0]}, WORDS[plain[1]], turn)


def _from_events(events: list[Json]) -> Iterator[WrittenCall]:
    calls: list[list[Json]] = []
    for event in events:
        if event["event"] == "call_start" or not calls:
            calls.append([])
        calls[-1].append({key: value for key, value in event.items() if key != "call_id"})
    for number, (start, *rest) in enumerate(calls, 1):
        yield WrittenCall(str(number), Turn(start, ""), tuple(Turn(event, _told(event)) for event in rest))


def _told(event: Json) -> str:
    match event:
        case {"stt": {"text": str(text)}}:
            return text
        case {"dtmf": {"digits": keys}}:
            return WORDS["pressed"].format(keys=keys)
        case _:
            return WORDS["sends"].format(name=event["event"])


def _misses(expected: Mapping[str, object], reply: Json) -> Iterator[str]:
    """What was expected of this reply and is not so."""
    actions = actions_of(reply)
    heard = " ".join(str(action["text"]) for action in actions if action["type"] == "say")
    state = reply.get("state")
    if "state" in expected and (not isinstance(state, dict) or state.get("name") != expected["state"]):
        yield str(expected["state"])
    if "ends" in expected and actions[-1]["type"] != expected["ends"]:
        yield str(expected["ends"])
    yield from (f"« {words} »" for words in _listed(expected.get("hears")) if words not in heard)
    yield from (f"≠ « {words} »" for words in _listed(expected.get("never_hears")) if words in heard)


def _listed(value: object) -> list[str]:
    return [] if value is None else [str(one) for one in value] if isinstance(value, list) else [str(value)]
