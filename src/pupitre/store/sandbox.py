"""The sandbox's side of the store: its mark, its clock for all processes, and emptying a tenant."""

from __future__ import annotations

from datetime import datetime

import msgspec

from pupitre.ports import ConfigError
from pupitre.store.database import Database
from pupitre.store.queries import queries

SQL = queries("sandbox")


async def mark(database: Database, now: datetime) -> None:
    """Say that this database is a sandbox's. Raises ConfigError when it has taken real calls, Unavailable."""
    if await clock(database) is None and await database.read(SQL["any_call"]):
        raise ConfigError("the database has taken real calls; give the sandbox a database of its own")
    await database.write(SQL["mark"].bind(now=now))


async def clock(database: Database) -> datetime | None:
    """The time that stands still; None when this is no sandbox. Raises Unavailable."""
    rows = await database.read(SQL["clock"])
    return msgspec.convert(rows[0]["now"], datetime) if rows else None


async def set_clock(database: Database, now: datetime) -> None:
    """Another time, for all processes. Raises Unavailable."""
    await database.write(SQL["set_clock"].bind(now=now).expecting(1))


async def empty(database: Database, tenant: str) -> None:
    """Take everything the tenant has out of the store. Raises Unavailable."""
    await database.write(*(query.bind(tenant=tenant) for name, query in SQL.items() if name.startswith("empty_")))


async def setting(database: Database, tenant: str, name: str) -> str | None:
    """A word kept under a name. Raises Unavailable."""
    rows = await database.read(SQL["setting"], tenant=tenant, name=name)
    return str(rows[0]["value"]) if rows else None


async def put_setting(database: Database, tenant: str, name: str, value: str) -> None:
    """Keep a word under a name. Raises Unavailable."""
    await database.write(SQL["put_setting"].bind(tenant=tenant, name=name, value=value))
