"""Tasks of one tenant: `ports.Tasks` on our own store, and what the lists of a person need."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pupitre.dialogue.effects import TaskKind
from pupitre.model import BackendId, Slot
from pupitre.ports import NotFound, Task, ToShow
from pupitre.store.database import Database, Param, Row
from pupitre.store.queries import queries
from pupitre.store.reservations import slot_columns, slot_of
from pupitre.store.rows import as_struct, id_of, id_text

SQL = queries("tasks")
_NO_SLOT: dict[str, Param] = {"agent": None, "starts": None, "ends": None}


class StoredTasks:
    """See `ports.Tasks`."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    async def leave(
        self,
        key: str,
        kind: TaskKind,
        reason: str,
        due: datetime,
        *,
        call_id: str | None = None,
        appointment_id: BackendId | None = None,
        slot: Slot | None = None,
        patient_phone: str | None = None,
    ) -> Task:
        """See `Tasks.leave`."""
        await self._database.write(
            SQL["leave"].bind(
                tenant=self._tenant,
                key=key,
                kind=kind,
                reason=reason,
                due=due,
                call_id=call_id,
                appointment_id=None if appointment_id is None else id_text(appointment_id),
                patient_phone=patient_phone,
                **(slot_columns(slot) if slot else _NO_SLOT),
            )
        )
        [row] = await self._database.read(SQL["by_key"], tenant=self._tenant, key=key)
        return _task(row)

    async def read(self, task_id: int) -> Task:
        """One task. Raises NotFound, Unavailable."""
        rows = await self._database.read(SQL["read"], tenant=self._tenant, id=task_id)
        if not rows:
            raise NotFound(f"no task {task_id}")
        return _task(rows[0])

    async def listed(self, status: str = "open", limit: int = 1000) -> Sequence[Task]:
        """Tasks that are "open" or "closed", most urgent first. Raises Unavailable."""
        rows = await self._database.read(SQL["with_status"], tenant=self._tenant, status=status, limit=limit)
        return [_task(row) for row in rows]

    async def to_show(self, limit: int) -> Sequence[ToShow]:
        """See `Tasks.to_show`."""
        rows = await self._database.read(SQL["to_show"], tenant=self._tenant, limit=limit)
        return [ToShow(str(row["key"]), _task(row)) for row in rows]

    async def showed(self, task: Task) -> None:
        """See `Tasks.showed`."""
        await self._database.write(SQL["showed"].bind(tenant=self._tenant, id=task.id, status=task.status))

    async def close(self, task_id: int, by: str, now: datetime) -> Task:
        """Close it in this person's name; a closed one stays as it was. Raises NotFound, Unavailable."""
        await self._database.write(SQL["close"].bind(tenant=self._tenant, id=task_id, closed_by=by, now=now))
        return await self.read(task_id)

    async def close_under(self, prefix: str, by: str, now: datetime, *, but: str | None = None) -> None:
        """See `Tasks.close_under`."""
        await self._database.write(
            SQL["close_under"].bind(tenant=self._tenant, prefix=prefix, but=but or "", closed_by=by, now=now)
        )


def _task(row: Row) -> Task:
    appointment_id = None if row["appointment_id"] is None else id_of(row["appointment_id"])
    slot = None if row["agent"] is None else slot_of(row)
    return as_struct(Task, row | {"appointment_id": appointment_id, "slot": slot})
