"""From a database URL to an open door."""

from __future__ import annotations

from pathlib import Path

from pupitre.ports import ConfigError
from pupitre.store.database import Database
from pupitre.store.sqlite import SqliteDatabase

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgres://")


async def open_database(url: str) -> Database:
    """`sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://…`. Raises ConfigError, Unavailable."""
    path = sqlite_path(url)
    if path:
        return SqliteDatabase(path)
    # Loaded only where it is used: it costs 50 ms.
    from pupitre.store.postgresql import PostgresqlDatabase  # noqa: PLC0415 -- a desk on SQLite needs no PostgreSQL client

    return await PostgresqlDatabase.open(url)


def sqlite_path(url: str) -> Path | None:
    """The file a SQLite URL names; None for PostgreSQL. Raises ConfigError on anything else."""
    if url.startswith(_POSTGRESQL):
        return None
    if not url.startswith(_SQLITE) or not url.removeprefix(_SQLITE):
        raise ConfigError("The database must be sqlite:///FILE or postgresql://USER@HOST/NAME.")
    return Path(url.removeprefix(_SQLITE))
