"""A call in the terminal: the same JSON as `POST /ivr`, typed or played from a scenario, told as a conversation.

The terminal is a voice gateway like any other: it posts events to whatever takes them, plays the actions and obeys
the last one. It knows nothing of the desk behind.
"""

from __future__ import annotations

import asyncio
import re
import textwrap
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import count
from typing import Protocol

import click

from pupitre.voice.words import WORDS

Json = dict[str, object]
TakeEvent = Callable[[Json], Awaitable[Json]]
"""One event of the contract (§1) to its reply; what `POST /ivr` does."""

WIDTH = 76
LABEL = 11


class Caller(Protocol):
    """Whoever is on the line: a person at the keyboard, or a scenario."""

    async def speak(self) -> Json:
        """What the caller does while the desk listens, as an event without `call_id`."""
        ...

    async def transferred(self) -> Json:
        """How the transfer ended, as an event."""
        ...

    async def wait(self, seconds: float) -> Json:
        """The event after a `continue`."""
        ...

    def heard(self, reply: Json) -> None:
        """Every reply, as it comes."""
        ...


async def converse(take_event: TakeEvent, caller: Caller, call_id: str, start: Json) -> None:
    """Hold one call until either side hangs up. `start` is its first event, usually `call_start` with a caller."""
    event: Json = start
    for number in count(1):
        reply = await take_event({"event_id": f"t{number}", **event, "call_id": call_id})
        show(reply)
        caller.heard(reply)
        if event["event"] == "hangup":
            return
        last = actions_of(reply)[-1]
        match last["type"]:
            case "listen":
                event = await caller.speak()
            case "transfer":
                event = await caller.transferred()
            case "continue":
                event = await caller.wait(_milliseconds(last) / 1000)
            case _:
                say_aside(WORDS["over"])
                return


class Typed:
    """A person at the keyboard. `read_line(prompt)` returns a line without its end, None at the end of input."""

    def __init__(self, read_line: Callable[[str], Awaitable[str | None]]) -> None:
        self._read_line = read_line

    async def speak(self) -> Json:
        return spoken_line(await self._read_line(_label(WORDS["you"], "cyan")))

    async def transferred(self) -> Json:
        answer = await self._read_line(_label("", "cyan") + WORDS["answered"] + " ")
        if answer is None or answer.strip() == "/q":
            return {"event": "hangup"}
        status = "answered" if answer.strip().casefold() in WORDS["yes"].split() else "no_answer"
        return {"event": "transfer_result", "transfer": {"status": status}}

    async def wait(self, seconds: float) -> Json:
        await asyncio.sleep(seconds)
        return {"event": "continue"}

    def heard(self, reply: Json) -> None:
        pass


def spoken_line(line: str | None) -> Json:
    """A typed line as an event: `#1` or `#0612345678#` are keys, an empty line silence; `/q` or the end hangs up."""
    said = line.strip() if line is not None else "/q"
    if said == "/q":
        return {"event": "hangup"}
    if not said:
        return {"event": "no_speech"}
    if said.startswith("#") and len(said) > 1 and set(said[1:]) <= set("0123456789*# "):
        return {"event": "dtmf", "dtmf": {"digits": said[1:].replace(" ", "")}}
    return {"event": "stt_final", "stt": {"text": said}}


def welcome(title: str) -> None:
    """Who calls whom, and how to use the keyboard."""
    click.echo()
    click.echo("  " + click.style(title, bold=True))
    click.echo("  " + click.style(WORDS["help"], dim=True))
    click.echo()


def show(reply: Json) -> None:
    """The actions of a reply as a person would hear them, and the state, dim."""
    actions = actions_of(reply)
    for action in actions:
        if action["type"] == "say":
            _say(WORDS["desk"], str(action["text"]), "yellow", aside=WORDS["slow"] if action.get("rate") else "")
    last = actions[-1]
    if last["type"] == "transfer":
        _show_transfer(last)
    state = reply.get("state")
    name = state.get("name", "") if isinstance(state, dict) else ""
    listening = last.get("dtmf") if last["type"] == "listen" else None
    keys = WORDS["keys"].format(**listening) if isinstance(listening, dict) and listening["max_digits"] != 1 else ""
    click.echo(click.style(f"{'':{LABEL + 2}}{name} {keys}".rstrip(), dim=True))


def show_caller(words: str) -> None:
    """What a caller said who is not typing."""
    _say(WORDS["you"], words, "cyan")


def say_aside(text: str) -> None:
    click.echo(click.style(f"{'':{LABEL + 2}}{text}", dim=True, italic=True))


def actions_of(reply: Json) -> Sequence[Json]:
    """The actions of a reply. Raises ValueError for what is none."""
    actions = reply.get("actions")
    if not isinstance(actions, list) or not actions:
        raise ValueError(f"a reply has actions, this one has not: {reply}")
    return actions


def _show_transfer(action: Json) -> None:
    urgent = action.get("priority") == "emergency"
    colour = "red" if urgent else "magenta"
    title = WORDS["emergency" if urgent else "transfer"].format(target=action["target"])
    _say(WORDS["agent"], title, colour, bold=True)
    if action.get("brief"):
        _say("", str(action["brief"]), colour)


def _say(who: str, text: str, colour: str, *, aside: str = "", bold: bool = False) -> None:
    for number, line in enumerate(_wrapped(text)):
        start = _label(who if number == 0 else "", colour)
        click.echo(start + click.style(line, bold=bold))
    if aside:
        say_aside(aside)


def _wrapped(text: str) -> Iterator[str]:
    """French puts a space before ? ! : ; and that space never ends a line."""
    bound = re.sub(r" (?=[?!:;»])|(?<=«) ", "\u00a0", text)
    lines = textwrap.wrap(bound, WIDTH - LABEL - 2) or [""]
    yield from (line.replace("\u00a0", " ") for line in lines)


def _label(who: str, colour: str) -> str:
    return "  " + click.style(f"{who:<{LABEL - 2}}", fg=colour, bold=True) + click.style("│ ", fg=colour)


def _milliseconds(action: Json) -> int:
    after = action.get("after_ms")
    return after if isinstance(after, int) else 0
