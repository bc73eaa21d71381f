"""`pupitre talk`: a call in the terminal, typed or played from a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import aiohttp
import click
import msgspec

from pupitre.commands.demo import local_demo
from pupitre.commands.written_calls import Stage, bare_stage, play_all, sandbox_stage
from pupitre.desk import take_turn
from pupitre.logs import set_up
from pupitre.ports.errors import ConfigError, Unavailable
from pupitre.tenant import Tenant
from pupitre.voice.contract import parse, reply_json
from pupitre.voice.keyboard import Keyboard
from pupitre.voice.scenario import ScenarioFileError, WrittenCall, read
from pupitre.voice.terminal import Json, TakeEvent, Typed, converse, welcome
from pupitre.voice.words import WORDS
from pupitre.web.demo.example import callers
from pupitre.wiring import House

ANONYMOUS = "anonymous"


@click.command()
@click.option("--scenario", type=click.Path(path_type=Path), help="Play the calls of FILE (.yaml, or .jsonl events).")
@click.option("--from", "number", help="Who calls, as +33612345678, or anonymous; the demo's first patient otherwise.")
@click.option("--url", "address", help="A desk that runs; without it a desk is made for this, in this process.")
@click.option("--token", envvar="PUPITRE_GATEWAY_TOKEN", help="The desk's gateway token; a demo needs none.")
@click.pass_context
def talk(
    context: click.Context, scenario: Path | None, number: str | None, address: str | None, token: str | None
) -> None:
    """Hold a call with the desk: type what a caller would say.

    A scenario is played in the world it describes, on an empty desk; with --url, in the world which that desk has.
    """
    set_up(only_errors=True)
    caller = number or callers()[0].phone
    if scenario is None:
        asyncio.run(_type(caller, address, token))
    elif not asyncio.run(_play(_calls_of(scenario), address, token)):
        context.exit(1)


async def _type(number: str, address: str | None, token: str | None) -> None:
    async with _stage_at(address, token) if address else _demo_stage() as stage:
        start: Json = {"event": "call_start"}
        if number != ANONYMOUS:
            start["caller"] = {"from_e164": number, "channel": "pstn"}
        welcome(WORDS["anonymous"] if number == ANONYMOUS else WORDS["calls_from"].format(number=number))
        await converse(stage.take_event, Typed(Keyboard().read_line), str(uuid4()), start)


async def _play(calls: tuple[WrittenCall, ...], address: str | None, token: str | None) -> bool:
    async with _stage_at(address, token) if address else _empty_stage() as stage:
        return await play_all(calls, stage)


def _calls_of(file: Path) -> tuple[WrittenCall, ...]:
    try:
        return tuple(read(file))
    except FileNotFoundError as error:
        raise ConfigError(f"there is no file {file}; give --scenario the path of one") from error
    except (ScenarioFileError, OSError) as error:
        raise ConfigError(str(error)) from error


@asynccontextmanager
async def _demo_stage() -> AsyncIterator[Stage]:
    """The demo's world, forgotten at the end."""
    with TemporaryDirectory(prefix="pupitre-talk-") as folder:
        async with local_demo(Path(folder)) as (house, tenant):
            yield bare_stage(_in_process(house, tenant))


@asynccontextmanager
async def _empty_stage() -> AsyncIterator[Stage]:
    """A sandbox, forgotten at the end."""
    with TemporaryDirectory(prefix="pupitre-talk-") as folder:
        async with sandbox_stage(Path(folder), _in_process) as stage:
            yield stage


@asynccontextmanager
async def _stage_at(address: str, token: str | None) -> AsyncIterator[Stage]:
    """A desk that runs elsewhere, in whatever world it has."""
    url = address.rstrip("/") + "/ivr"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession(headers=headers) as client:

        async def take_event(event: Json) -> Json:
            try:
                async with client.post(url, json=event) as answer:
                    reply: Json = await answer.json(content_type=None)
                    return reply
            except (aiohttp.ClientError, ValueError) as error:
                raise Unavailable(f"no desk answers at {address}; start one with `pupitre demo`") from error

        yield bare_stage(take_event)


def _in_process(house: House, tenant: Tenant) -> TakeEvent:
    """What `POST /ivr` does, without HTTP."""

    async def take_event(event: Json) -> Json:
        incoming = parse(msgspec.json.encode(event), house.clock.now(), tenant.settings.region)
        reply: Json = msgspec.json.decode(reply_json(await take_turn(tenant.desk, incoming)))
        return reply

    return take_event
