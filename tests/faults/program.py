"""A desk's booking as a process of its own, to be killed: `python -m tests.faults.program STORE ENGINE BACKENDS`.

It prints its ready line, answers POST /commit with what the caller may be told, and looks after what is left over.
PUPITRE_TEST_DIE_AT names the instant at which it kills itself: `<step>:start`, `<step>:end` between the engine's
steps, `<backend>.<call>:before` or `:after` around a call of a backend. PUPITRE_TEST_STEPS=old puts a step of an
imaginary earlier version in front of every attempt; PUPITRE_TEST_MINUTES_LATER sets its clock on.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import aiohttp
import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from tests.faults.backend_server import AGENTS

from pupitre import ports
from pupitre.booking import due, watch
from pupitre.booking.commit import commit
from pupitre.booking.commitments import works
from pupitre.booking.dbos_engine import DbosEngine
from pupitre.booking.engine import ONCE, Steps
from pupitre.booking.world import World
from pupitre.model import Appointment, CalendarRef
from pupitre.ports import Busy, Commitment, PlanningEvent, Unavailable
from pupitre.slots import Rules
from pupitre.store import open_database
from pupitre.store.commitments import StoredCommitments
from pupitre.store.due_work import StoredDueWork
from pupitre.store.reminders import StoredReminders
from pupitre.store.reservations import StoredReservations
from pupitre.store.tasks import StoredTasks

DIE_AT = os.environ.get("PUPITRE_TEST_DIE_AT")
LATER = timedelta(minutes=int(os.environ.get("PUPITRE_TEST_MINUTES_LATER", "0")))
OLD_STEPS = os.environ.get("PUPITRE_TEST_STEPS") == "old"


def pass_by(place: str) -> None:
    if place == DIE_AT:
        os.kill(os.getpid(), signal.SIGKILL)


class MortalSteps(Steps):
    """The engine's steps, with death between them."""

    def __init__(self, steps: Steps) -> None:
        super().__init__(steps._keep, steps._at_home)

    async def step(self, returns, name, action, tries=ONCE):
        pass_by(f"{name}:start")
        value = await super().step(returns, name, action, tries)
        pass_by(f"{name}:end")
        return value

    async def last(self, returns, action, tries=ONCE):
        pass_by("agree:start")
        value = await super().last(returns, action, tries)
        pass_by("agree:end")
        return value


def mortal(work):
    async def attempt(do, job):
        steps = MortalSteps(do)
        if OLD_STEPS:
            await steps.step(ports.Busy, "a step that later versions do not have", _nothing)
        await work(steps, job)

    return attempt


async def _nothing() -> Busy:
    return Busy({})


class Remote:
    """A port over HTTP."""

    def __init__(self, session: aiohttp.ClientSession, url: str, which: str) -> None:
        self.session, self.url, self.which = session, url, which

    async def call(self, method, returns, **arguments):
        place = f"{self.which}.{method}"
        pass_by(f"{place}:before")
        try:
            async with self.session.post(
                f"{self.url}/{self.which}/{method}", data=msgspec.json.encode(arguments)
            ) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(str(error)) from error
        pass_by(f"{place}:after")
        if answer.status == 409:
            kind, message = msgspec.json.decode(body)
            raise getattr(ports, kind)(message)
        return msgspec.json.decode(body, type=returns)


class RemoteRecords(Remote):
    async def read(self, appointment_id):
        return await self.call("read", Appointment, appointment_id=appointment_id)

    async def create(self, draft, key):
        return await self.call("create", Appointment, draft=draft, key=key)

    async def made(self, key):
        return await self.call("made", Appointment | None, key=key)

    async def name_event(self, appointment_id, external_uid):
        await self.call("name_event", None, appointment_id=appointment_id, external_uid=external_uid)

    async def move(self, appointment_id, slot, status):
        return await self.call("move", Appointment, appointment_id=appointment_id, slot=slot, status=status)

    async def cancel(self, appointment_id, reason):
        return await self.call("cancel", Appointment, appointment_id=appointment_id, reason=reason)

    async def note_sync(self, appointment_id, state, ref, error):
        await self.call("note_sync", None, appointment_id=appointment_id, state=state, ref=ref, error=error)


class RemoteAgenda(Remote):
    async def busy(self, agents, window):
        found = await self.call("busy", Busy, agents=agents, window=window)
        return Busy({int(agent): spans for agent, spans in found.intervals.items()})  # JSON has no numbers as keys

    async def insert(self, appointment, agent, key):
        return await self.call("insert", CalendarRef, appointment=appointment, agent=agent, key=key)

    async def move(self, ref, appointment, agent, key, *, before=None):
        return await self.call(
            "move", CalendarRef, ref=ref, appointment=appointment, agent=agent, key=key, before=before
        )

    async def cancel(self, ref):
        return await self.call("cancel", CalendarRef | None, ref=ref)

    async def read(self, ref):
        return await self.call("read", PlanningEvent, ref=ref)


class Directory:
    async def agents(self):
        return AGENTS


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC) + LATER


async def main(store: str, engine_url: str, backends: str) -> None:
    database = await open_database(store)
    clock, worlds = RealClock(), {}
    engine = DbosEngine(engine_url, {kind: mortal(work) for kind, work in works(worlds).items()})
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        agenda = RemoteAgenda(session, backends, "agenda")
        worlds["demo"] = world = World(
            tenant="demo",
            clock=clock,
            directory=Directory(),
            records=RemoteRecords(session, backends, "records"),
            free_busy=agenda,
            agenda=agenda,
            reservations=StoredReservations(database, "demo"),
            commitments=StoredCommitments(database, "demo"),
            due=StoredDueWork(database),
            reminders=StoredReminders(database, "demo"),
            tasks=StoredTasks(database, "demo"),
            engine=engine,
            rules=Rules(),
        )

        async def ask(request):
            asked = msgspec.json.decode(await request.body(), type=Commitment)
            try:
                told = await commit(world, asked, 2.5)
            except Unavailable as error:
                return JSONResponse({"error": str(error)}, 503)
            return JSONResponse(None if told is None else {"outcome": told.outcome})

        async def standing(request):
            kept = await world.commitments.read(request.query_params["id"])
            return JSONResponse({"status": kept.status, "outcome": kept.outcome, "attempt": kept.attempt})

        routes = [Route("/commit", ask, methods=["POST"]), Route("/commitment", standing)]
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=0, log_config=None, lifespan="off"))
        engine.launch()
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
            await asyncio.sleep(0.005)
        print(f"ready http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", flush=True)  # noqa: T201 -- what a server prints
        working = asyncio.create_task(due.work_off(world.due, worlds, due.COMMITMENTS, clock))
        watching = asyncio.create_task(_watch(worlds))
        await serving
        working.cancel()
        watching.cancel()
        await engine.stop()
    await database.close()


async def _watch(worlds) -> None:
    while True:
        with suppress(Unavailable):
            await watch.look_after(worlds.values())
        await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
