"""Commitments of one tenant with their history: `ports.Commitments` on our own store."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pupitre.model import BackendId
from pupitre.ports import Commitment, CommitmentStatus, Due, HistoryLine, NotFound, Stale
from pupitre.store.database import Database, Param, Row, Statement
from pupitre.store.due_work import put
from pupitre.store.queries import queries
from pupitre.store.reservations import freeing
from pupitre.store.rows import as_struct, id_text

SQL = queries("commitments")
_DECODER = msgspec.json.Decoder(Commitment)


class StoredCommitments:
    """See `ports.Commitments`."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    async def open(self, commitment: Commitment, line: HistoryLine) -> Commitment:
        """See `Commitments.open`."""
        opened = SQL["open"].bind(**self._columns(commitment), call_id=commitment.call_id, asked_at=commitment.asked_at)
        try:
            await self._database.write(opened.expecting(1), self._line(commitment.id, line))
        except Stale:
            return await self.read(commitment.id)
        return msgspec.structs.replace(commitment, version=1)

    async def read(self, commitment_id: str) -> Commitment:
        """See `Commitments.read`."""
        rows = await self._database.read(SQL["read"], tenant=self._tenant, id=commitment_id)
        if not rows:
            raise NotFound(f"no commitment {commitment_id}")
        return _commitment(rows[0])

    async def save(
        self, commitment: Commitment, lines: Sequence[HistoryLine] = (), *, then: Due | None = None, free: bool = False
    ) -> Commitment:
        """See `Commitments.save`."""
        saved = SQL["save"].bind(**self._columns(commitment), expected=commitment.version)
        told = (self._line(commitment.id, line) for line in lines)
        freed = freeing(self._tenant, commitment.id) if free else ()
        try:
            await self._database.write(saved.expecting(1), *told, *([] if then is None else [put(then)]), *freed)
        except Stale:
            await self.read(commitment.id)
            raise
        return msgspec.structs.replace(commitment, version=commitment.version + 1)

    async def history(self, commitment_id: str) -> Sequence[HistoryLine]:
        """See `Commitments.history`."""
        rows = await self._database.read(SQL["history"], tenant=self._tenant, id=commitment_id)
        return [as_struct(HistoryLine, row | {"by": row["person"]}) for row in rows]

    async def find(
        self,
        *,
        call_id: str | None = None,
        appointment_id: BackendId | None = None,
        status: CommitmentStatus | None = None,
        limit: int = 100,
    ) -> Sequence[Commitment]:
        """See `Commitments.find`."""
        if call_id is not None:
            rows = await self._database.read(SQL["of_call"], tenant=self._tenant, call_id=call_id, limit=limit)
        elif appointment_id is not None:
            rows = await self._database.read(
                SQL["of_appointment"], tenant=self._tenant, appointment_id=id_text(appointment_id), limit=limit
            )
        elif status is not None:
            rows = await self._database.read(SQL["with_status"], tenant=self._tenant, status=status, limit=limit)
        else:
            rows = await self._database.read(SQL["latest"], tenant=self._tenant, limit=limit)
        return [
            found
            for found in map(_commitment, rows)
            if (appointment_id is None or found.appointment_id == appointment_id)
            and (status is None or found.status is status)
        ]

    async def running(self, seconds: float, after: str = "", limit: int = 100) -> Sequence[Commitment]:
        """See `Commitments.running`."""
        rows = await self._database.read(SQL["running"], tenant=self._tenant, seconds=seconds, after=after, limit=limit)
        return [_commitment(row) for row in rows]

    async def waited(self, commitment_id: str) -> float:
        """See `Commitments.waited`."""
        rows = await self._database.read(SQL["waited"], tenant=self._tenant, id=commitment_id)
        if not rows:
            raise NotFound(f"no commitment {commitment_id}")
        return msgspec.convert(rows[0]["seconds"], float)

    def _columns(self, commitment: Commitment) -> dict[str, Param]:
        appointment_id = commitment.appointment_id
        return {
            "tenant": self._tenant,
            "id": commitment.id,
            "status": commitment.status,
            "appointment_id": None if appointment_id is None else id_text(appointment_id),
            "commitment": msgspec.json.encode(commitment).decode(),
        }

    def _line(self, commitment_id: str, line: HistoryLine) -> Statement:
        return SQL["add_line"].bind(
            tenant=self._tenant, id=commitment_id, at=line.at, what=line.what, detail=line.detail, person=line.by
        )


def _commitment(row: Row) -> Commitment:
    found = _DECODER.decode(str(row["commitment"]))
    return msgspec.structs.replace(found, version=msgspec.convert(row["version"], int))
