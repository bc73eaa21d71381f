"""Crashes and outages of the store: nothing acknowledged is lost, nothing is half there, and it comes back."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from itertools import chain
from pathlib import Path

import pytest
from tests.servers.postgres import data_folder, free_port, start, stop
from tests.store.conftest import NOW

from pupitre.model import Slot
from pupitre.ports import Unavailable
from pupitre.store import migrate, open_database
from pupitre.store.queries import queries
from pupitre.store.reservations import StoredReservations

pytestmark = pytest.mark.faults
SETTINGS = queries("sandbox")
WRITER = """if True:
    import asyncio, os, sys
    from pupitre.store import open_database
    from pupitre.store.queries import queries
    put = queries("sandbox")["put_setting"]

    async def caller(database, number):
        n = 0
        while True:
            halves = [put.bind(tenant="demo", name=f"{half}-{number}-{n}", value="x" * 500) for half in ("a", "b")]
            await database.write(*halves)
            os.write(1, f"{number}-{n}\\n".encode())
            n += 1

    async def main():
        database = await open_database(sys.argv[1])
        await asyncio.gather(*(caller(database, number) for number in range(64)))

    asyncio.run(main())
"""


def settings(url):
    """Names of all settings; the file is sound, too."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()
        names = {name for (name,) in connection.execute("SELECT name FROM settings")}
        connection.close()
        return names

    async def read():
        database = await open_database(url)
        names = {row["name"] for row in await database._pool.fetch("SELECT name FROM settings")}
        await database.close()
        return names

    return asyncio.run(read())


@pytest.mark.parametrize("killed_after", [0.3, 0.45, 0.6, 0.75])
def test_kill_9_among_group_commits_loses_no_acknowledged_batch_and_leaves_none_half_there(url, killed_after):
    with subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE) as writer:
        first = writer.stdout.readline()
        # Enough to lose some, however slow the machine; then the instant of death varies.
        first += b"".join(writer.stdout.readline() for _ in range(100))
        time.sleep(killed_after)
        writer.kill()
        acknowledged = (first + writer.stdout.read()).splitlines(keepends=True)
    told = {line.decode().strip() for line in acknowledged if line.endswith(b"\n")}
    kept = settings(url)

    assert len(told) > 100
    assert set() == {f"{half}-{each}" for each in told for half in ("a", "b")} - kept
    assert {name[1:] for name in kept if name[0] == "a"} == {name[1:] for name in kept if name[0] == "b"}


def test_after_kill_9_the_next_process_goes_on_at_once(url):
    for _ in range(2):
        with subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE) as writer:
            assert writer.stdout.readline()
            writer.kill()


# ---- SQLite ----------------------------------------------------------------------------------------------------------

sqlite_only = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def big(n):
    return SETTINGS["put_setting"].bind(tenant="demo", name=f"n{n}", value="x" * 20_000)


async def kept(database, n):
    return bool(await database.read(SETTINGS["setting"], tenant="demo", name=f"n{n}"))


@sqlite_only
async def test_a_full_store_is_unavailable_loses_nothing_and_goes_on_when_there_is_room(database):
    pages = database._writing.execute("PRAGMA page_count").fetchone()["page_count"]
    database._writing.execute(f"PRAGMA max_page_count = {pages + 60}")
    outcomes = await asyncio.gather(*(database.write(big(n)) for n in range(40)), return_exceptions=True)

    full = [isinstance(outcome, Unavailable) and "disk full" in str(outcome) for outcome in outcomes]
    assert 0 < sum(full) < 40
    assert [not failed for failed in full] == [await kept(database, n) for n in range(40)]

    database._writing.execute("PRAGMA max_page_count = 100000")
    await asyncio.gather(*(database.write(big(n)) for n in range(40)))
    assert all([await kept(database, n) for n in range(40)])


DISK_FULL = """if True:
    import asyncio, json, resource, signal, sys
    from tests.store.test_faults import big, kept
    from pupitre.ports import Unavailable
    from pupitre.store import open_database

    async def main():
        database = await open_database(sys.argv[1])
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
        outcomes = []
        for start in range(0, 100, 10):
            batches = (database.write(big(n)) for n in range(start, start + 10))
            outcomes += await asyncio.gather(*batches, return_exceptions=True)
        read = [await kept(database, n) for n in range(100)]
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await database.write(big(1000))
        await database.close()
        unavailable = [isinstance(outcome, Unavailable) for outcome in outcomes]
        others = [repr(each) for each in outcomes if isinstance(each, Exception) and not isinstance(each, Unavailable)]
        print(json.dumps([unavailable, read, others]))

    asyncio.run(main())
"""


@sqlite_only
def test_a_disk_that_takes_no_more_bytes_loses_nothing_that_was_acknowledged(url):
    """The file system itself refuses to let any file grow past a limit, in the middle of a commit."""
    run = [sys.executable, "-c", DISK_FULL, url]
    done = subprocess.run(
        run, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(["src", "."])}
    )
    unavailable, read, others = json.loads(done.stdout)

    assert [] == others
    assert 0 < sum(unavailable) < 100
    assert [not failed for failed in unavailable] == read
    assert {f"n{n}" for n in range(100) if read[n]} | {"n1000"} == settings(url)


@sqlite_only
async def test_a_store_that_another_process_keeps_locked_is_unavailable_for_writing_and_still_read(url, database):
    await database.write(big(1))
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    writing = [asyncio.create_task(database.write(big(n))) for n in range(2, 30)]
    await asyncio.sleep(0.1)

    assert await kept(database, 1)
    for refused in await asyncio.gather(*writing, return_exceptions=True):
        assert isinstance(refused, Unavailable)
        assert "locked by another process" in str(refused)
    assert time.monotonic() - began < 20, "all that wait are told together, not one after the other"

    other.execute("ROLLBACK")
    other.close()
    await database.write(big(2))
    assert await kept(database, 2)


# ---- PostgreSQL ------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_server():
    """A server that may be killed: folder, port, process."""
    folder, port = data_folder(), free_port()
    running, server = start(folder, port)
    box = {"running": running, "server": server, "folder": folder, "port": port}
    yield box
    if box["server"].poll() is None:
        stop(box["server"])
    shutil.rmtree(folder, ignore_errors=True)


def crash(server):
    """The server and all its processes, at once."""
    children = [file.read_text().split() for file in Path(f"/proc/{server.pid}/task").glob("*/children")]
    server.kill()
    for pid in chain.from_iterable(children):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    server.wait()


@pytest.mark.real
def test_a_postgresql_that_goes_is_unavailable_and_when_it_is_back_everything_acknowledged_is_there(own_server):
    url = own_server["running"].create_database()
    asyncio.run(migrate(url))
    slot = Slot(NOW, NOW + timedelta(minutes=30), 45)

    async def conversation():
        database = await open_database(url)
        claims = StoredReservations(database, "demo")
        await database.write(big(1))
        assert await claims.reserve("k1", "c1", slot, NOW)
        async with database.lock("turn"):
            crash(own_server["server"])
            with pytest.raises(Unavailable):
                await database.read(SETTINGS["setting"], tenant="demo", name="n1")
            with pytest.raises(Unavailable):
                await database.write(big(2))
            with pytest.raises(Unavailable):
                async with database.lock("another turn"):
                    pass
        _, own_server["server"] = start(own_server["folder"], own_server["port"])

        assert await kept(database, 1)
        assert not await claims.reserve("k2", "c2", slot, NOW)
        await database.write(big(2))
        async with database.lock("turn"):
            pass
        await database.close()

    asyncio.run(conversation())
