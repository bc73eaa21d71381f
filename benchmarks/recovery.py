"""How soon a commitment goes on after its process was killed -9.

    python -m benchmarks.recovery [KILLS]       # on SQLite, and on a PostgreSQL of its own where one is installed

`restarted`: the desk is started again; seconds from its `ready` line to the end of the commitment. `taken over`:
another process lives; seconds from the death. The death comes at every step's start and inside every step, in turn.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.faults.backend_server import backends_running
from tests.faults.running import Program, asked, day, until
from tests.servers import postgres

from pupitre.model import Intent
from pupitre.store import migrate

PLACES = [
    "reserve:start",
    "agenda.busy:after",
    "record:start",
    "records.create:before",
    "records.create:after",
    "plan:start",
    "agenda.insert:before",
    "agenda.insert:after",
    "agree:start",
    "records.note_sync:after",
]
KILLS = 10

Start = Callable[..., Program]


def restarted(start: Start, wanted: object, place: str) -> float:
    """The only process dies, and is started again."""
    mortal = start(PUPITRE_TEST_DIE_AT=place)
    mortal.commit(wanted)
    mortal.wait_until_dead()
    next_one = start()
    until(lambda: next_one.standing(wanted.id)["status"] == "done", 60)
    return time.monotonic() - next_one.ready


def taken_over(start: Start, wanted: object, place: str) -> float:
    """One of two dies."""
    living, mortal = start(), start(PUPITRE_TEST_DIE_AT=place)
    mortal.commit(wanted)
    mortal.wait_until_dead()
    return until(lambda: living.standing(wanted.id)["status"] == "done", 60)


def measure(name: str, how: Callable[[Start, object, str], float], store: str, engine: str, kills: int) -> None:
    """So many deaths on one store, each of another commitment."""
    times = []
    for n, place in enumerate(itertools.islice(itertools.cycle(PLACES), kills)):
        with backends_running() as backends, processes(store, engine, backends.url) as start:
            slot = day(3 + n % 8, 9 + n // 8 % 3, 0)
            times.append(how(start, asked(Intent.BOOK, slot, call=f"{how.__name__}-{n}"), place))
    print(f"{name:32} p50 {statistics.median(times):5.2f} s  max {max(times):5.2f} s  of {len(times)}", flush=True)


@contextmanager
def processes(store: str, engine: str, backends: str) -> Iterator[Start]:
    started: list[Program] = []

    def start(**environment: str) -> Program:
        started.append(Program(store, engine, backends, **environment))
        return started[-1]

    try:
        yield start
    finally:
        for program in started:
            if program.process.poll() is None:
                program.stop()
            with closing(program.process.stdout):
                pass


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    with tempfile.TemporaryDirectory() as folder:
        store, engine = (f"sqlite:///{Path(folder) / name}" for name in ("store.db", "engine.db"))
        asyncio.run(migrate(store))
        measure("SQLite, restarted", restarted, store, engine, kills)
        measure("SQLite, taken over", taken_over, store, engine, kills)
    data = postgres.data_folder()
    running, server = postgres.start(data)
    try:
        address = running.create_database()
        asyncio.run(migrate(address))
        measure("PostgreSQL, restarted", restarted, address, address, kills)
        measure("PostgreSQL, taken over", taken_over, address, address, kills)
    finally:
        postgres.stop(server)
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
