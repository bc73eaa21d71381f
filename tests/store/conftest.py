"""Every test of the store runs on SQLite and on a real PostgreSQL."""

import asyncio
from datetime import UTC, datetime

import psycopg
import pytest
from tests.servers.postgres import postgres  # noqa: F401  a fixture

from pupitre.store import migrate, open_database
from pupitre.store.migrate import REVISIONS

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
BOTH = [pytest.param("sqlite", id="sqlite"), pytest.param("postgresql", id="postgresql", marks=pytest.mark.real)]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """A migrated, empty store to be copied."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres):  # noqa: F811 -- a fixture
    """The address of a migrated database that is emptied for each test."""
    address = postgres.create_database()
    asyncio.run(migrate(address))
    return address


def empty(address):
    """As if new, other programs' schemas gone; a tenth of the time that another database would take."""
    with psycopg.connect(address, options="-csearch_path=pupitre,public", autocommit=True) as connection:
        named = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'pupitre'").fetchall()
        tables = ", ".join(name for (name,) in named if name != "alembic_version")
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
        others = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$|public$|pupitre$)'"
        ).fetchall()
        for (schema,) in others:
            connection.execute(f'DROP SCHEMA "{schema}" CASCADE')
        connection.execute("UPDATE alembic_version SET version_num = %s", [REVISIONS[-1]])


@pytest.fixture(params=BOTH)
def url(request, tmp_path):
    """The address of a migrated, empty store."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        path = tmp_path / "store.db"
        path.write_bytes(template.read_bytes())
        yield f"sqlite:///{path}"
        return
    address = request.getfixturevalue("postgres_template")
    empty(address)
    yield address


@pytest.fixture
async def database(url):
    opened = await open_database(url)
    yield opened
    await opened.close()
