"""What a commitment costs: within a turn, and sustained. `beside.py` measures turns of other calls meanwhile.

    python -m benchmarks.commitments                             # SQLite in a temporary folder
    python -m benchmarks.commitments postgresql://USER@HOST/DB   # an empty database

Backends answer each of a booking's four steps (create, name, insert, agree) after 20 ms; looking at free/busy again
before the commitment is a fifth call, and is measured with and without 20 ms of its own.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from tests.booking.backends import MemoryAgenda, MemoryDirectory, MemoryRecords

from pupitre.booking.commit import asked_for, commit
from pupitre.booking.commitments import works
from pupitre.booking.dbos_engine import DbosEngine
from pupitre.booking.world import World
from pupitre.dialogue.effects import Commit
from pupitre.dialogue.events import CommitOutcome
from pupitre.model import Agent, Intent, Slot
from pupitre.slots import Rules
from pupitre.store import Database, migrate, open_database
from pupitre.store.commitments import StoredCommitments
from pupitre.store.due_work import StoredDueWork
from pupitre.store.reminders import StoredReminders
from pupitre.store.reservations import StoredReservations
from pupitre.store.tasks import StoredTasks

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 1, 2, 10, tzinfo=PARIS)
AGENTS = [Agent(n, f"Agent {n}", f"a{n}@x") for n in range(1, 201)]
STEP_SECONDS = 0.02
BACKEND_CALLS = ("records.create", "records.name_event", "agenda.insert", "records.note_sync")
SUSTAINED_SECONDS = 15.0


class Bench:
    """One tenant on a fresh store, with backends of 20 ms."""

    def __init__(self, database: Database, engine_url: str) -> None:
        self.slow_busy = False
        records, agenda = MemoryRecords(self.slowly), MemoryAgenda(self.slowly)
        worlds: dict[str, World] = {}
        self.engine = DbosEngine(engine_url, works(worlds))
        self.world = worlds["demo"] = World(
            tenant="demo",
            clock=self,
            directory=MemoryDirectory(AGENTS),
            records=records,
            free_busy=agenda,
            agenda=agenda,
            reservations=StoredReservations(database, "demo"),
            commitments=StoredCommitments(database, "demo"),
            due=StoredDueWork(database),
            reminders=StoredReminders(database, "demo"),
            tasks=StoredTasks(database, "demo"),
            engine=self.engine,
            rules=replace(Rules(), step=timedelta(minutes=30), holidays=frozenset({date(2026, 1, 1)})),
        )
        self.slots = iter(every_slot())
        self.count = 0

    def now(self) -> datetime:
        return NOW

    async def slowly(self, call: str, when: str) -> None:
        if when == "before" and (call in BACKEND_CALLS or (self.slow_busy and call == "agenda.busy")):
            await asyncio.sleep(STEP_SECONDS)

    async def book(self) -> float:
        """Milliseconds until the caller is told."""
        self.count += 1
        effect = Commit(Intent.BOOK, 1, 7, slot=next(self.slots))
        began = time.perf_counter()
        told = await commit(self.world, asked_for(f"call-{self.count}", effect, NOW), 10)
        assert told is not None, "told within the turn"
        assert told.outcome is CommitOutcome.RECORDED, told
        return (time.perf_counter() - began) * 1000


def every_slot() -> Iterator[Slot]:
    for days in range(3, 14):
        day = NOW.date() + timedelta(days=days)
        if day.weekday() < 5:
            for minutes in [*range(9 * 60, 12 * 60, 30), *range(14 * 60, 18 * 60, 30)]:
                start = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=PARIS)
                for agent in AGENTS:
                    yield Slot(start, start + timedelta(minutes=30), agent.id)


def show(name: str, times: list[float]) -> None:
    times.sort()
    p95, p99 = (times[int(len(times) * q)] for q in (0.95, 0.99))
    print(f"{name:44} p50 {statistics.median(times):7.1f}  p95 {p95:7.1f}  p99 {p99:7.1f} ms")


async def sustained(bench: Bench, at_once: int) -> None:
    end, times = time.perf_counter() + SUSTAINED_SECONDS, []
    cpu = time.process_time()

    async def caller() -> None:
        while time.perf_counter() < end:
            times.append(await bench.book())

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(at_once)))
    took = time.perf_counter() - began
    show(f"{at_once} callers at once: {len(times) / took:.1f} commitments/s", times)
    print(f"{'':44} CPU {(time.process_time() - cpu) / len(times) * 1000:.1f} ms each")


async def run(store: str, engine_url: str) -> None:
    await migrate(store)
    database = await open_database(store)
    bench = Bench(database, engine_url)
    began = time.perf_counter()
    bench.engine.launch()
    await bench.engine.ready()
    print(f"engine launched in {time.perf_counter() - began:.2f} s; load average {os.getloadavg()[0]:.1f}")
    for _ in range(10):
        await bench.book()
    for bench.slow_busy in (False, True):
        times = [await bench.book() for _ in range(100)]
        show("one caller at a time" + (", free/busy 20 ms too" if bench.slow_busy else ""), times)
    bench.slow_busy = False
    for at_once in (4, 8, 16):
        await sustained(bench, at_once)
    await bench.engine.stop()
    await database.close()


def main() -> None:
    if len(sys.argv) > 1:
        asyncio.run(run(sys.argv[1], sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(f"sqlite:///{Path(folder) / 'store.db'}", f"sqlite:///{Path(folder) / 'engine.db'}"))


if __name__ == "__main__":
    main()
