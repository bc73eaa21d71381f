"""A copy of the store while it is in use."""

import asyncio
import sqlite3
import subprocess

import pytest
from tests.servers.postgres import program

from pupitre.ports import ConfigError, Unavailable
from pupitre.store import open_database
from pupitre.store.backup import backup
from pupitre.store.queries import queries

SETTINGS = queries("sandbox")


def halves(n):
    return [SETTINGS["put_setting"].bind(tenant="demo", name=f"{half}{n}", value="x" * 1000) for half in ("a", "b")]


@pytest.fixture
def restored(url, tmp_path, request):
    """A function: the address of a store made from a copy."""
    if url.startswith("sqlite"):
        yield lambda copy: f"sqlite:///{copy}"
        return
    server = request.getfixturevalue("postgres")
    address = server.create_database()

    def restore(copy):
        subprocess.run([program("pg_restore"), "--no-owner", f"--dbname={address}", str(copy)], check=True)
        return address

    yield restore
    server.drop_database(address)


@pytest.mark.parametrize("beside", ["", "-wal", "-shm"])
async def test_the_store_is_never_copied_over_itself(tmp_path, beside):
    store = tmp_path / "pupitre.db"
    store.touch()
    link = tmp_path / "a link"
    link.symlink_to(f"{store}{beside}")

    for target in (link, tmp_path / f"pupitre.db{beside}"):
        with pytest.raises(ConfigError, match="the store itself"):
            await backup(f"sqlite:///{store}", target)


async def test_a_copy_made_while_batches_are_written_holds_all_before_it_and_no_half(url, database, tmp_path, restored):
    for n in range(100):
        await database.write(*halves(n))
    stop = asyncio.Event()

    async def go_on():
        n = 100
        while not stop.is_set():
            await database.write(*halves(n))
            n += 1
        return n

    writing = asyncio.create_task(go_on())
    await backup(url, tmp_path / "copy")
    stop.set()
    assert await writing > 100

    copy = await open_database(restored(tmp_path / "copy"))
    names = [
        half
        for half in ("a", "b")
        for n in range(400)
        if await copy.read(SETTINGS["setting"], tenant="demo", name=f"{half}{n}")
    ]
    await copy.close()
    assert names.count("a") == names.count("b") >= 100


async def test_a_copy_is_readable_by_its_owner_alone_and_leaves_nothing_else(url, database, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    await backup(url, folder / "copy")
    await backup(url, folder / "copy")

    assert [folder / "copy"] == list(folder.iterdir())
    assert 0o600 == (folder / "copy").stat().st_mode & 0o777


@pytest.mark.parametrize("there", ["sqlite:///{}/text.db", "postgresql://desk:s3cret@127.0.0.1:1/store"])
async def test_a_copy_that_fails_leaves_the_former_one_and_nothing_else(there, tmp_path):
    (tmp_path / "text.db").write_text("no store, and long enough to be seen as none " * 20)
    (tmp_path / "copy").write_text("the former one")

    with pytest.raises(Unavailable) as caught:
        await backup(there.format(tmp_path), tmp_path / "copy")
    assert "the former one" == (tmp_path / "copy").read_text()
    assert {"copy", "text.db"} == {path.name for path in tmp_path.iterdir()}
    assert "s3cret" not in f"{caught.value} {caught.value.__cause__}"


async def test_a_copy_that_cannot_be_put_there_says_so(url, database, tmp_path):
    for target in (tmp_path, tmp_path / "no" / "such" / "folder"):
        with pytest.raises(Unavailable, match="copy cannot be written"):
            await backup(url, target)


async def test_no_store_is_no_copy(tmp_path):
    with pytest.raises(ConfigError, match="no store at"):
        await backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "copy")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_damaged_store_is_not_copied_in_silence(url, database, tmp_path):
    await database.write(*halves(1))
    await database.close()
    path = url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with open(path, "r+b") as file:  # noqa: ASYNC230, PTH123 -- a test may wait
        file.seek(4096)
        file.write(b"\xff" * 20000)

    with pytest.raises(Unavailable, match="cannot be copied"):
        await backup(url, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.real
async def test_a_postgresql_without_pg_dump_says_what_to_install(postgres, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ConfigError, match=r"pg_dump is missing\. Install"):
        await backup(postgres.admin, tmp_path / "copy")
