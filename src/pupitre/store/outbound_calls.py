"""Calls that one tenant's desk had made for its reminders, and numbers that are not to be called any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import convert

from pupitre.model import BackendId
from pupitre.ports import OutboundCall
from pupitre.store.database import Database, Row
from pupitre.store.queries import queries
from pupitre.store.rows import as_struct, id_of, id_text

SQL = queries("outbound_calls")


class StoredOutboundCalls:
    """`ports.OutboundCalls` on our own store."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    async def begin(self, reminder_id: str, appointment_id: BackendId, phone: str, at: datetime) -> None:
        """See `OutboundCalls.begin`."""
        statement = SQL["begin"].bind(
            tenant=self._tenant,
            reminder_id=reminder_id,
            appointment_id=id_text(appointment_id),
            phone=phone,
            at=at,
        )
        await self._database.write(statement)

    async def end(self, reminder_id: str, outcome: str, at: datetime) -> bool:
        """What the ringing call of this reminder brought; False when none was ringing."""
        statement = SQL["end"].bind(tenant=self._tenant, reminder_id=reminder_id, outcome=outcome, at=at)
        [result] = await self._database.write(statement)
        return result.touched > 0

    async def ringing(self) -> Sequence[OutboundCall]:
        """Calls that have not ended, oldest first: as many lines are taken."""
        return [_call(row) for row in await self._database.read(SQL["ringing"], tenant=self._tenant)]

    async def since(self, since: datetime, limit: int = 1000) -> Sequence[OutboundCall]:
        """Calls begun since then, oldest first."""
        rows = await self._database.read(SQL["since"], tenant=self._tenant, since=since, limit=limit)
        return [_call(row) for row in rows]

    async def to_number(self, phone: str, since: datetime) -> int:
        """See `OutboundCalls.to_number`."""
        rows = await self._database.read(SQL["to_number"], tenant=self._tenant, phone=phone, since=since)
        return convert(rows[0]["calls"], int) if rows else 0

    async def forbid(self, phone: str, at: datetime, call_id: str | None = None) -> None:
        """The patient asked, in this call, never to be called at this number again."""
        await self._database.write(SQL["forbid"].bind(tenant=self._tenant, phone=phone, call_id=call_id, at=at))

    async def allow(self, phone: str) -> None:
        """The number may be called again."""
        await self._database.write(SQL["allow"].bind(tenant=self._tenant, phone=phone))

    async def forbidden(self, phone: str) -> bool:
        """Whether the number is not to be called."""
        return bool(await self._database.read(SQL["forbidden"], tenant=self._tenant, phone=phone))


def _call(row: Row) -> OutboundCall:
    return as_struct(OutboundCall, row | {"appointment_id": id_of(row["appointment_id"])})
