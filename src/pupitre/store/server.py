"""The database server's own clock: where several processes work on one PostgreSQL, the one they agree on."""

from __future__ import annotations

from datetime import datetime

import msgspec

from pupitre.store.database import Database
from pupitre.store.queries import queries

SQL = queries("server")


async def time(database: Database) -> datetime:
    """The present by the database's clock. Raises Unavailable."""
    [row] = await database.read(SQL["time"])
    return msgspec.convert(row["now"], datetime)
