"""Every test of the store runs on SQLite and on a real PostgreSQL."""

import asyncio
from datetime import UTC, datetime

import pytest
from tests.servers.postgres import postgres  # noqa: F401  a fixture

from pupitre.store import migrate, open_database

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
BOTH = [pytest.param("sqlite", id="sqlite"), pytest.param("postgresql", id="postgresql", marks=pytest.mark.real)]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """A migrated, empty store to be copied."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    asyncio.run(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres):  # noqa: F811
    """The name of a migrated, empty database to be copied."""
    address = postgres.create_database()
    asyncio.run(migrate(address))
    return address.rpartition("/")[2]


@pytest.fixture(params=BOTH)
def url(request, tmp_path):
    """The address of a migrated, empty store."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        path = tmp_path / "store.db"
        path.write_bytes(template.read_bytes())
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres")
    address = server.create_database(request.getfixturevalue("postgres_template"))
    yield address
    server.drop_database(address)


@pytest.fixture
async def database(url):
    opened = await open_database(url)
    yield opened
    await opened.close()
