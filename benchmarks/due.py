"""What a million rows of due work cost a desk: `python -m benchmarks.due [--rows 1000000] [--database postgresql://…]`.

The rows are written straight into the store of a running `pupitre serve`, spread over a year. Shown with and without
them: the desk's memory, and how long turns take at 60 a second; then the worker's look at what is due, and a walk of
the sandbox's clock over the first thousand rows.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import aiohttp
import psycopg
from benchmarks.running import RunningDesk, desk, percentile
from benchmarks.turns import Line, steady

from pupitre.store import open_database
from pupitre.store.due_work import StoredDueWork
from pupitre.store.sqlite import stored

NOW = datetime(2026, 1, 2, 8, tzinfo=UTC)
FIRST = NOW + timedelta(days=1)
YEAR = timedelta(days=365)
WALKED = 1000
COLUMNS = ("tenant", "kind", "key", "subject", "due")
Row = tuple[str, str, str, str, datetime]


def rows(count: int) -> Iterator[Row]:
    """Later tries of commitments, evenly over a year."""
    for n in range(count):
        yield "demo", "commitment", f"bench-{n}", f"bench-{n}", FIRST + YEAR * n / count


def fill(address: str, count: int) -> float:
    """Writes them; how many seconds it took."""
    began = time.perf_counter()
    if address.startswith("sqlite"):
        with closing(sqlite3.connect(address.removeprefix("sqlite:///"), timeout=30)) as connection:
            plain = ((*row[:-1], stored(row[-1])) for row in rows(count))
            while some := list(itertools.islice(plain, 50_000)):
                with connection:
                    connection.executemany("INSERT INTO due_work VALUES (?, ?, ?, ?, ?)", some)
    else:
        with psycopg.connect(address, options="-csearch_path=pupitre") as connection:
            with connection.cursor().copy(f"COPY due_work ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                for row in rows(count):
                    copy.write_row(row)
            connection.commit()
            connection.autocommit = True
            connection.execute("ANALYZE due_work")
    return time.perf_counter() - began


async def turns(running: RunningDesk, seconds: float, first: int) -> list[float]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        line = Line(session, running)
        await steady(line, 60, seconds, itertools.count(first))
    return line.times


def show(name: str, running: RunningDesk, times: list[float]) -> None:
    print(
        f"{name:28} {running.memory_mb():6.1f} MB  60 turns/s: p50 {percentile(times, 0.5):5.2f} "
        f"p99 {percentile(times, 0.99):5.2f} ms",
        flush=True,
    )


async def look(address: str, until: datetime) -> list[float]:
    """How long the worker's question takes."""
    database = await open_database(address)
    due, times = StoredDueWork(database), []
    for _ in range(200):
        began = time.perf_counter()
        await due.due(until, 100, ["demo"], ["commitment"])
        times.append(time.perf_counter() - began)
    await database.close()
    return times


def measure(running: RunningDesk, address: str, count: int, seconds: float) -> None:
    asyncio.run(turns(running, 3, 0))
    show("no rows", running, asyncio.run(turns(running, seconds, 1000)))
    print(f"{count:,} rows written in {fill(address, count):.0f} s", flush=True)
    show(f"{count:,} rows", running, asyncio.run(turns(running, seconds, 2000)))
    for what, until in (("nothing due", NOW), ("100 due", FIRST + YEAR)):
        times = asyncio.run(look(address, until))
        print(f"what is due, {what}: p50 {percentile(times, 0.5):.2f} p99 {percentile(times, 0.99):.2f} ms", flush=True)
    began = time.perf_counter()
    running.post("/_sandbox/clock", {"set": (FIRST + YEAR * (WALKED - 1) / count).isoformat()})
    took = time.perf_counter() - began
    print(f"the clock walked over {WALKED} rows in {took:.1f} s, {took / WALKED * 1000:.1f} ms each", flush=True)
    show("after the walk", running, asyncio.run(turns(running, seconds, 3000)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--database")
    chosen = parser.parse_args()
    options = ["--database", chosen.database] if chosen.database else []
    with desk(*options) as running:
        [store] = [chosen.database] if chosen.database else [f"sqlite:///{running.directory / 'desk' / 'pupitre.db'}"]
        measure(running, store, chosen.rows, chosen.seconds)


if __name__ == "__main__":
    main()
