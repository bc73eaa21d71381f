"""Holds and reservations of one tenant: `ports.Reservations` on our own store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from pupitre.model import BackendId, Interval, Slot
from pupitre.ports import Claims, SlotTaken
from pupitre.store.database import Database, Param, Row, Statement
from pupitre.store.queries import queries
from pupitre.store.rows import as_struct, id_of, id_text

SQL = queries("reservations")


class Claim(Struct, frozen=True):
    """One claim on an agent's time. `expires` is there for a hold, `commitment_id` for a reservation."""

    slot: Slot
    call_id: str
    expires: datetime | None = None
    commitment_id: str | None = None


class StoredReservations:
    """See `ports.Reservations`."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    async def claimed(
        self, window: Interval, now: datetime, *, call_id: str | None = None, commitment_id: str | None = None
    ) -> Claims:
        """See `Reservations.claimed`."""
        held: dict[BackendId, list[Interval]] = {}
        reserved: dict[BackendId, list[Interval]] = {}
        own = False
        rows = await self._claimed(window, now)
        for claim in map(_claim, rows):
            own = own or (claim.commitment_id is None and claim.call_id == call_id)
            if claim.commitment_id is None and claim.call_id != call_id:
                held.setdefault(claim.slot.agent_id, []).append(claim.slot.interval)
            elif claim.commitment_id is not None and claim.commitment_id != commitment_id:
                reserved.setdefault(claim.slot.agent_id, []).append(claim.slot.interval)
        return Claims(held, reserved, own, _count(rows[0]["freed"]) if rows else await self.freed())

    async def claims(self, window: Interval, now: datetime) -> Sequence[Claim]:
        """Everything claimed inside the window at `now`, in the order of time. Raises Unavailable."""
        return [_claim(row) for row in await self._claimed(window, now)]

    async def _claimed(self, window: Interval, now: datetime) -> Sequence[Row]:
        return await self._database.read(
            SQL["claimed"], tenant=self._tenant, starts=window.start, ends=window.end, now=now
        )

    async def hold(self, call_id: str, slots: Sequence[Slot], now: datetime, until: datetime) -> Sequence[Slot]:
        """See `Reservations.hold`."""
        one_order = sorted(set(slots), key=lambda slot: (id_text(slot.agent_id), slot.start))
        results = await self._database.write(
            SQL["reap"].bind(tenant=self._tenant, now=now),
            SQL["release"].bind(tenant=self._tenant, call_id=call_id),
            *(
                SQL["hold"].bind(tenant=self._tenant, call_id=call_id, until=until, **slot_columns(slot))
                for slot in one_order
            ),
        )
        held = {slot for slot, result in zip(one_order, results[2:], strict=True) if result.touched}
        return [slot for slot in slots if slot in held]

    async def held(self, call_id: str, now: datetime) -> Sequence[Slot]:
        """See `Reservations.held`."""
        rows = await self._database.read(SQL["held"], tenant=self._tenant, call_id=call_id, now=now)
        return [slot_of(row) for row in rows]

    async def renew(self, call_id: str, now: datetime, until: datetime) -> None:
        """See `Reservations.renew`."""
        await self._database.write(SQL["renew"].bind(tenant=self._tenant, call_id=call_id, now=now, until=until))

    async def keep(self, call_id: str, slot: Slot) -> None:
        """See `Reservations.keep`."""
        await self._database.write(
            SQL["release_others"].bind(tenant=self._tenant, call_id=call_id, **slot_columns(slot))
        )

    async def release(self, call_id: str) -> None:
        """See `Reservations.release`."""
        await self._database.write(SQL["release"].bind(tenant=self._tenant, call_id=call_id))

    async def reserve(self, commitment_id: str, call_id: str, slot: Slot, now: datetime) -> bool:
        """See `Reservations.reserve`."""
        columns = slot_columns(slot)
        who: dict[str, Param] = {"tenant": self._tenant, "call_id": call_id}
        try:
            await self._database.write(
                SQL["reap"].bind(tenant=self._tenant, now=now),
                SQL["free"].bind(tenant=self._tenant, commitment_id=commitment_id),
                SQL["release_overlapping"].bind(**who, **columns),
                SQL["reserve"].bind(**who, **columns, commitment_id=commitment_id).expecting(1, SlotTaken("claimed")),
            )
        except SlotTaken:
            return False
        return True

    async def free(self, commitment_id: str) -> None:
        """See `Reservations.free`."""
        await self._database.write(*freeing(self._tenant, commitment_id))

    async def freed(self) -> int:
        """See `Reservations.freed`."""
        rows = await self._database.read(SQL["freed"], tenant=self._tenant)
        return _count(rows[0]["value"]) if rows else 0


def freeing(tenant: str, commitment_id: str) -> Sequence[Statement]:
    """What `Reservations.free` writes, for whoever writes it together with something else."""
    return [SQL[name].bind(tenant=tenant, commitment_id=commitment_id) for name in ("count_freed", "free")]


def slot_columns(slot: Slot) -> dict[str, Param]:
    """A slot as the columns `agent`, `starts`, `ends`."""
    return {"agent": id_text(slot.agent_id), "starts": slot.start, "ends": slot.end}


def slot_of(row: Row) -> Slot:
    """The slot of those columns."""
    return as_struct(Slot, {"start": row["starts"], "end": row["ends"], "agent_id": id_of(row["agent"])})


def _claim(row: Row) -> Claim:
    return as_struct(Claim, row | {"slot": slot_of(row)})


def _count(text: object) -> int:
    return 0 if text is None else int(str(text))
