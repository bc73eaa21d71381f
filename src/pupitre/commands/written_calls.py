"""Plays written calls one after another, each in the world it asks for, and tells how many went as written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import msgspec
from msgspec import Struct

from pupitre.commands.init import make_sandbox, write
from pupitre.config import load
from pupitre.sandbox.loading import reset as load_world
from pupitre.sandbox.showing import state as shown
from pupitre.sandbox.worlds import World
from pupitre.tenant import Tenant
from pupitre.voice.scenario import Turn, WrittenCall, play
from pupitre.voice.terminal import Json, TakeEvent, say_aside, welcome
from pupitre.voice.words import WORDS
from pupitre.wiring import House, open_house

NAME = "Le cabinet"
"""The tenant of a scenario's desk."""


class Stage(Struct, frozen=True):
    """Where calls are played: a desk, and how its world is set where it can be."""

    take_event: TakeEvent
    reset: Callable[[Json], Awaitable[None]]
    walk: Callable[[datetime], Awaitable[None]]
    ringing: Callable[[str], Awaitable[str | None]]
    """The id of the reminder of this offset that rings."""


async def play_all(calls: Sequence[WrittenCall], stage: Stage) -> bool:
    """True when every reply was as written; what cannot be played here is named and left out."""
    played, misses = 0, 0
    for call in calls:
        welcome(call.name)
        if call.needs is not None:
            say_aside(WORDS["not_played"].format(needs=call.needs))
            continue
        if call.world is not None:
            await stage.reset(call.world)
        if call.at is not None:
            await stage.walk(datetime.fromisoformat(call.at))
        if call.reminder is not None:
            reminder = await stage.ringing(call.reminder)
            if reminder is None:
                say_aside("✗ " + WORDS["expected"].format(what=WORDS["no_reminder"].format(offset=call.reminder)))
                misses += 1
                continue
            start = Turn({**call.start.event, "reminder_id": reminder}, call.start.told, call.start.expected)
            call = msgspec.structs.replace(call, start=start)  # noqa: PLW2901 -- the same call, now that it rings
        result = await play(call, stage.take_event, str(uuid4()))
        played, misses = played + result.played, misses + len(result.misses)
    say_aside(WORDS["not_well"].format(n=misses) if misses else WORDS["all_well"].format(n=played))
    return misses == 0


def bare_stage(take_event: TakeEvent) -> Stage:
    """A desk whose world is as it is."""

    async def leave(_: object) -> None:
        pass

    async def nothing_rings(_: str) -> None:
        pass

    return Stage(take_event, leave, leave, nothing_rings)


@asynccontextmanager
async def sandbox_stage(folder: Path, taking: Callable[[House, Tenant], TakeEvent]) -> AsyncIterator[Stage]:
    """An empty desk in this folder, whose world and clock can be set."""
    write(folder, {"demo": NAME}, sandbox=True, mode="local", desk_port=0, emulators_port=0, database=None)
    await make_sandbox(folder)
    house = await open_house(load(folder / "pupitre.toml"))
    house.launch(working=True)
    tenant = house.tenants["demo"]

    async def reset(world: Json) -> None:
        await load_world(house, tenant, msgspec.convert(world, World))

    async def ringing(offset: str) -> str | None:
        state = await shown(house, tenant)
        reminders = msgspec.convert(state["reminders"], list[_Reminder])
        return next((one.id for one in reminders if one.offset == offset and one.status == "dialled"), None)

    try:
        yield Stage(taking(house, tenant), reset, house.walk, ringing)
    finally:
        await house.close()


class _Reminder(Struct):
    id: str
    offset: str
    status: str
