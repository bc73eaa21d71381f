"""Due work of all tenants: `ports.DueWork` on our own store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from pupitre.ports import Due, LeftWork
from pupitre.store.database import Database, Statement
from pupitre.store.queries import queries
from pupitre.store.rows import as_structs

SQL = queries("due_work")

_SOON = timedelta(seconds=1)
"""What falls due within it is perhaps being done by the time it would be hastened, and would then be done twice."""


def put(row: Due) -> Statement:
    """What `DueWork.put` writes of one row, for whoever writes it together with something else."""
    return SQL["put"].bind(tenant=row.tenant, kind=row.kind, key=row.key, subject=row.subject, due=row.due)


class StoredDueWork:
    """See `ports.DueWork`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, rows: Sequence[Due]) -> None:
        """See `DueWork.put`."""
        await self._database.write(*map(put, rows))

    async def ensure(self, row: Due) -> None:
        """Add it unless a row of the same tenant, kind and key is there. Raises Unavailable."""
        await self._database.write(
            SQL["ensure"].bind(tenant=row.tenant, kind=row.kind, key=row.key, subject=row.subject, due=row.due)
        )

    async def drop(self, tenant: str, kind: str, keys: Sequence[str]) -> None:
        """See `DueWork.drop`."""
        await self._database.write(*(SQL["drop"].bind(tenant=tenant, kind=kind, key=key) for key in keys))

    async def hasten(self, tenant: str, kind: str, keys: Sequence[str], now: datetime) -> None:
        """See `DueWork.hasten`."""
        soon, query = now + _SOON, SQL["hasten"]
        await self._database.write(*(query.bind(tenant=tenant, kind=kind, key=key, now=now, soon=soon) for key in keys))

    async def due(self, until: datetime, limit: int, tenants: Collection[str], kinds: Collection[str]) -> Sequence[Due]:
        """See `DueWork.due`."""
        whose = {"tenants": _listed(tenants), "kinds": _listed(kinds)}
        return as_structs(Due, await self._database.read(SQL["due"], until=until, limit=limit, **whose))

    async def left(self, until: datetime, tenants: Collection[str], kinds: Collection[str]) -> Sequence[LeftWork]:
        """See `DueWork.left`."""
        whose = {"tenants": _listed(tenants), "kinds": _listed(kinds)}
        return as_structs(LeftWork, await self._database.read(SQL["left"], until=until, **whose))

    async def done(self, row: Due) -> None:
        """See `DueWork.done`."""
        await self._database.write(SQL["done"].bind(tenant=row.tenant, kind=row.kind, key=row.key, due=row.due))


def _listed(names: Collection[str]) -> str:
    return msgspec.json.encode(sorted(names)).decode()
