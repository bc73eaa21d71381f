"""Brings the store to the schema that this version of the desk speaks; run by serve and worker, under a lock.

A store that is there already costs one query, a new one is made from `schema/*.sql`; alembic is loaded only to upgrade.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from pupitre.ports import ConfigError, Unavailable
from pupitre.store.database import Dialect
from pupitre.store.open import sqlite_path
from pupitre.store.schema import MIGRATION_LOCK, creation

REVISIONS = ("0001",)
"""Every schema this version knows, oldest first; the last is the one it speaks."""

_LOCK_WAIT = 30.0
"""Seconds that a process waits for another that changes the schema."""

_VERSION = "SELECT version_num FROM {schema}alembic_version"


async def migrate(url: str) -> None:
    """Make or upgrade the schema behind `url`. Raises ConfigError when it is newer than this version, Unavailable."""
    found = await schema_version(url)
    if found is None:
        await _create(url)
        found = await schema_version(url)
    if found not in REVISIONS:
        raise ConfigError(
            f"The store's schema is {found}, newer than this version of pupitre knows ({REVISIONS[-1]}). "
            "Start the newer version, or restore the backup made before it."
        )
    if found != REVISIONS[-1]:
        await asyncio.to_thread(_upgrade, url)


async def schema_version(url: str) -> str | None:
    """The revision the store stands at; None when there is none yet. Raises Unavailable."""
    path = sqlite_path(url)
    return _sqlite_version(path) if path else await _postgresql_version(url)


async def _create(url: str) -> None:
    path = sqlite_path(url)
    if path:
        await asyncio.to_thread(_create_sqlite, path)
    else:
        await _create_postgresql(url)


def _create_sqlite(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # callers' names and numbers: for its owner alone
        with closing(sqlite3.connect(path, timeout=_LOCK_WAIT, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN IMMEDIATE;\n{creation(Dialect.SQLITE)}\nCOMMIT;")
    except sqlite3.Error as error:
        if _sqlite_version(path) is None:  # else another process was faster
            raise Unavailable(f"{path}: {error}") from error
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}") from error


def _sqlite_version(path: Path) -> str | None:
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(path, timeout=_LOCK_WAIT)) as connection:
            row = connection.execute(_VERSION.format(schema="")).fetchone()
    except sqlite3.Error as error:
        if "no such table" in str(error):
            return None
        raise Unavailable(f"{path}: {error}") from error
    return str(row[0]) if row else None


async def _create_postgresql(url: str) -> None:
    from pupitre.store.postgresql import SCHEMA, connect  # noqa: PLC0415  as below

    async with connect(url) as connection, connection.transaction():
        await connection.execute(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        if await connection.fetchval("SELECT to_regclass($1)", f"{SCHEMA}.alembic_version") is None:
            await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            await connection.execute(f"SET LOCAL search_path = {SCHEMA}, public")
            await connection.execute(creation(Dialect.POSTGRESQL))


async def _postgresql_version(url: str) -> str | None:
    from pupitre.store.postgresql import SCHEMA, connect  # noqa: PLC0415  loaded only where it is used: it costs 50 ms

    async with connect(url) as connection:
        if await connection.fetchval("SELECT to_regclass($1)", f"{SCHEMA}.alembic_version") is None:
            return None
        version: str | None = await connection.fetchval(_VERSION.format(schema=f"{SCHEMA}."))
        return version


def _upgrade(url: str) -> None:
    from alembic import command  # noqa: PLC0415  loaded only when there is something to do: it costs 0.8 s
    from alembic.config import Config  # noqa: PLC0415  as above

    config = Config()
    config.set_main_option("script_location", "pupitre.store:migrations")
    config.attributes["url"] = url
    command.upgrade(config, "head")
