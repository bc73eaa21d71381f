"""The schema is made once, brought up to date under a lock, and never spoken to when it is newer."""

import asyncio
import sqlite3
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from tests.store.conftest import BOTH

from pupitre.ports import ConfigError, Unavailable
from pupitre.store import migrate, open_database
from pupitre.store.database import Dialect
from pupitre.store.migrate import REVISIONS, _upgrade, schema_version
from pupitre.store.migrations.snapshot import snapshot
from pupitre.store.schema import creation


@pytest.fixture(params=BOTH)
def empty_url(request, tmp_path):
    """The address of a store that has no schema yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    server = request.getfixturevalue("postgres")
    address = server.create_database()
    yield address
    server.drop_database(address)


def execute(url, statement):
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            rows = connection.execute(statement).fetchall()
        connection.close()
        return rows
    with psycopg.connect(url, options="-csearch_path=pupitre,public") as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def shape(url):
    """All that a schema is, in a form to be compared."""
    if url.startswith("sqlite"):
        rows = execute(url, "SELECT type, name, tbl_name, sql FROM sqlite_master")
        return sorted((*row[:3], " ".join((row[3] or "").split())) for row in rows)
    columns = "table_name, column_name, data_type, is_nullable, column_default, is_identity"
    constraints = (
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'pupitre'::regnamespace"
    )
    return [
        sorted(execute(url, statement), key=repr)
        for statement in (
            f"SELECT {columns} FROM information_schema.columns WHERE table_schema = 'pupitre'",
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'pupitre'",
            constraints,
        )
    ]


def test_the_revisions_named_are_those_that_there_are():
    config = Config()
    config.set_main_option("script_location", "pupitre.store:migrations")
    scripts = ScriptDirectory.from_config(config)

    assert list(REVISIONS) == [script.revision for script in reversed(list(scripts.walk_revisions()))]


@pytest.mark.parametrize("dialect", Dialect)
def test_what_a_new_store_is_made_from_is_what_the_migrations_amount_to(dialect):
    """If not: python -m pupitre.store.migrations.snapshot."""
    assert snapshot(dialect) == creation(dialect)


def test_a_new_store_has_the_same_schema_as_one_that_was_migrated(empty_url):
    asyncio.run(migrate(empty_url))
    made = shape(empty_url)
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite:///")).unlink()
    else:
        execute(empty_url, "DROP SCHEMA pupitre CASCADE")
        execute(empty_url, "CREATE SCHEMA pupitre")
    _upgrade(empty_url)

    assert made == shape(empty_url)


async def test_migrating_makes_the_schema_and_again_changes_nothing(empty_url):
    assert await schema_version(empty_url) is None
    await migrate(empty_url)
    made = shape(empty_url)
    await migrate(empty_url)

    assert REVISIONS[-1] == await schema_version(empty_url)
    assert made == shape(empty_url)


def test_processes_that_start_together_make_it_once(empty_url):
    code = "import asyncio, sys; from pupitre.store import migrate; asyncio.run(migrate(sys.argv[1]))"
    started = [subprocess.Popen([sys.executable, "-c", code, empty_url]) for _ in range(4)]

    assert [0] * 4 == [process.wait(60) for process in started]
    assert REVISIONS[-1] == asyncio.run(schema_version(empty_url))


async def test_a_newer_schema_is_refused_with_advice_and_left_alone(url):
    execute(url, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(ConfigError, match=r"newer than this version.*Start the newer version, or restore"):
        await migrate(url)
    assert "9999" == await schema_version(url)


def test_a_store_that_is_up_to_date_costs_no_import_of_alembic(url):
    code = """if True:
        import asyncio, sys
        from pupitre.store import migrate
        asyncio.run(migrate(sys.argv[1]))
        assert not {"alembic", "sqlalchemy"} & sys.modules.keys()
    """
    subprocess.run([sys.executable, "-c", code, url], check=True)


@pytest.mark.parametrize("address", ["mysql://localhost/x", "store.db", "sqlite://", "sqlite:///", ""])
async def test_an_address_that_is_neither_is_refused_with_advice(address):
    with pytest.raises(ConfigError, match="sqlite:///FILE or postgresql://"):
        await open_database(address)


async def test_a_store_that_cannot_be_reached_is_unavailable(tmp_path):
    (tmp_path / "text.db").write_text("This is no database, and long enough to be seen as none. " * 20)
    for address in (
        f"sqlite:///{tmp_path}/text.db",
        f"sqlite:///{tmp_path}/no/such/folder/store.db",
        "postgresql://nobody@127.0.0.1:1/nothing",
    ):
        with pytest.raises(Unavailable):
            await migrate(address)
        with pytest.raises(Unavailable):
            await open_database(address)


async def test_a_new_file_is_for_its_owner_alone(tmp_path):
    await migrate(f"sqlite:///{tmp_path}/new.db")
    database = await open_database(f"sqlite:///{tmp_path}/new.db")

    assert {0o600} == {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    await database.close()


def test_the_package_carries_its_sql():
    assert files("pupitre.store.schema").joinpath("sqlite.sql").is_file()
    assert files("pupitre.store.queries").joinpath("calls.sql").is_file()
