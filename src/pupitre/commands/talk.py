"""`pupitre talk`: a call in the terminal, typed or played from a file, with a desk that runs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import aiohttp
import click
import msgspec

from pupitre.commands.demo import demo_house
from pupitre.desk import take_turn
from pupitre.logs import set_up
from pupitre.ports.errors import ConfigError, Unavailable
from pupitre.voice.contract import parse, reply_json
from pupitre.voice.keyboard import Keyboard
from pupitre.voice.scenario import ScenarioFileError, play, read
from pupitre.voice.terminal import Json, TakeEvent, Typed, converse, say_aside, welcome
from pupitre.voice.words import WORDS


@click.command()
@click.option("--scenario", type=click.Path(path_type=Path), help="Play the calls of FILE (.yaml, or .jsonl events).")
@click.option("--from", "number", help="The number that calls, as +33612345678; without it the number is withheld.")
@click.option("--url", "address", help="A desk that runs; without it the demo's desk answers, in this process.")
@click.option("--token", envvar="PUPITRE_GATEWAY_TOKEN", help="The desk's gateway token; a demo needs none.")
@click.pass_context
def talk(
    context: click.Context, scenario: Path | None, number: str | None, address: str | None, token: str | None
) -> None:
    """Hold a call with the desk: type what a caller would say."""
    if address is not None:
        talking = _talk_to(address.rstrip("/"), token, scenario, number)
    else:
        set_up()
        talking = _talk_here(scenario, number)
    if not asyncio.run(talking):
        context.exit(1)


async def _talk_here(scenario: Path | None, number: str | None) -> bool:
    """With a desk of its own, which is forgotten at the end."""
    with TemporaryDirectory(prefix="pupitre-talk-") as folder:
        house, tenant = await demo_house(Path(folder), 0)
        house.launch(working=True)

        async def take_event(event: Json) -> Json:
            incoming = parse(msgspec.json.encode(event), house.clock.now(), tenant.settings.region)
            reply: Json = msgspec.json.decode(reply_json(await take_turn(tenant.desk, incoming)))
            return reply

        try:
            return await hold_calls(take_event, scenario, number)
        finally:
            await house.close()


async def _talk_to(address: str, token: str | None, scenario: Path | None, number: str | None) -> bool:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession(headers=headers) as client:

        async def take_event(event: Json) -> Json:
            try:
                async with client.post(f"{address}/ivr", json=event) as answer:
                    reply: Json = await answer.json(content_type=None)
                    return reply
            except (aiohttp.ClientError, ValueError) as error:
                raise Unavailable(f"no desk answers at {address}; start one with `pupitre demo`") from error

        return await hold_calls(take_event, scenario, number)


async def hold_calls(take_event: TakeEvent, scenario: Path | None, number: str | None) -> bool:
    """A typed call, or those of a file; False when a reply was not as the file expects. Raises ConfigError."""
    if scenario is None:
        caller = {"caller": {"from_e164": number, "channel": "pstn"}} if number else {}
        welcome(WORDS["calls_from"].format(number=number) if number else WORDS["anonymous"])
        await converse(take_event, Typed(Keyboard().read_line), str(uuid4()), {"event": "call_start", **caller})
        return True
    try:
        calls = read(scenario)
    except (ScenarioFileError, OSError) as error:
        raise ConfigError(str(error)) from error
    played, misses = 0, 0
    for call in calls:
        welcome(call.name)
        result = await play(call, take_event, str(uuid4()))
        played, misses = played + result.played, misses + len(result.misses)
    say_aside(WORDS["not_well"].format(n=misses) if misses else WORDS["all_well"].format(n=played))
    return misses == 0
