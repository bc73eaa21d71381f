"""How many turns a second the store keeps, and how long one takes: `python -m benchmarks.store [DATABASE_URL]`.

A turn is what the desk does: read the call, ask whether the event was answered, save call and journal line durably.
Without an address a SQLite file beside this one is used, on the disk that the checkout stands on.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pupitre.clock import HeldClock
from pupitre.dialogue.actions import Listen, Say
from pupitre.dialogue.call import Call, State
from pupitre.dialogue.events import Spoke
from pupitre.model import Slot
from pupitre.ports import Due, JournalTurn, Reply
from pupitre.store import Database, migrate, open_database
from pupitre.store.calls import StoredCalls
from pupitre.store.due_work import StoredDueWork
from pupitre.store.reservations import StoredReservations

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SAID = "je voudrais déplacer mon rendez-vous de mardi à jeudi après-midi si c'est possible"
REPLY = Reply((Say("Très bien. " * 20), Listen(7000)), State.WELCOME_INTENT, {"last_utterance": {"raw_text": SAID * 8}})


def turn(event_id: str) -> JournalTurn:
    return JournalTurn(Spoke(NOW, SAID), State.START, State.WELCOME_INTENT, (), REPLY, event_id)


async def one_turn(calls: StoredCalls, call_id: str, n: int) -> None:
    call, version = (await calls.load(call_id)) or (Call(call_id, "demo", NOW, "v1", "fr-FR", "Europe/Paris"), 0)
    assert await calls.reply_to(call_id, f"e{n}") is None
    await calls.save(call, [turn(f"e{n}")], version)


async def at_once(calls: StoredCalls, callers: int, seconds: float) -> None:
    """Turns a second with so many callers who never wait."""
    end, turns = time.perf_counter() + seconds, 0

    async def caller(number: int) -> None:
        nonlocal turns
        n = 0
        while time.perf_counter() < end:
            await one_turn(calls, f"busy-{callers}-{number}-{n // 10}", n)
            n += 1
            turns += 1

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(caller(number) for number in range(callers)))
    took = time.perf_counter() - began
    print(f"{callers:3} callers: {turns / took:7.0f} turns/s, {(time.process_time() - cpu) / turns * 1e6:5.0f} us CPU")


async def at_a_rate(calls: StoredCalls, rate: int, seconds: int) -> None:
    """How long a turn takes when so many come every second."""
    took: list[float] = []

    async def one(n: int) -> None:
        began = time.perf_counter()
        await one_turn(calls, f"rate-{n}", 0)
        took.append(time.perf_counter() - began)

    tasks = []
    start = time.perf_counter()
    for n in range(rate * seconds):
        await asyncio.sleep(max(0, start + n / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one(n)))
    await asyncio.gather(*tasks)
    took.sort()
    p50, p99 = took[len(took) // 2] * 1e3, took[len(took) * 99 // 100] * 1e3
    print(f"{rate:3} turns/s:  p50 {p50:.2f} ms, p99 {p99:.2f} ms, worst {took[-1] * 1e3:.1f} ms")


async def claims(database: Database, rounds: int) -> None:
    """Hold three offers, pick one, reserve it."""
    reservations = StoredReservations(database, "demo")

    async def caller(n: int) -> None:
        at = NOW + timedelta(days=1, minutes=30 * (n // 50))
        slots = [Slot(at + timedelta(days=d), at + timedelta(days=d, minutes=30), n % 50) for d in (0, 30, 60)]
        await reservations.hold(f"c{n}", slots, NOW, NOW + timedelta(minutes=3))
        await reservations.keep(f"c{n}", slots[0])
        await reservations.reserve(f"k{n}", f"c{n}", slots[0], NOW)

    began = time.perf_counter()
    for start in range(0, rounds, 64):
        await asyncio.gather(*(caller(n) for n in range(start, min(start + 64, rounds))))
    print(f"claims: {rounds / (time.perf_counter() - began):.0f} callers/s hold three, keep one, reserve it")


async def due(database: Database, rows: int) -> None:
    """What is due costs an index, however much waits."""
    work = StoredDueWork(database)
    began = time.perf_counter()
    for start in range(0, rows, 1000):
        far = NOW + timedelta(days=1 + start // 1000)
        await work.put([Due("demo", f"r{n}", "reminder", f"r{n}", far) for n in range(start, start + 1000)])
    print(f"due work: {rows / (time.perf_counter() - began):.0f} rows/s put")
    began = time.perf_counter()
    for _ in range(1000):
        await work.due(NOW, 100, ["demo"], ["reminder"])
    print(f"          {(time.perf_counter() - began) * 1e3:.0f} us to see that nothing of {rows} rows is due")


async def main(url: str) -> None:
    began = time.perf_counter()
    await migrate(url)
    print(f"migrated in {(time.perf_counter() - began) * 1e3:.0f} ms", end=", ")
    began = time.perf_counter()
    await migrate(url)
    database = await open_database(url)
    print(f"opened again in {(time.perf_counter() - began) * 1e3:.1f} ms")
    calls = StoredCalls(database, "demo", HeldClock(NOW))
    for callers in (1, 8, 64):
        await at_once(calls, callers, 5)
    await at_a_rate(calls, 60, 20)
    await claims(database, 2000)
    await due(database, 100_000)
    await database.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(main(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as folder:
            asyncio.run(main(f"sqlite:///{folder}/store.db"))
