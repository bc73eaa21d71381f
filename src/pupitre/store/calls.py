"""Calls as the desk remembers them, and their journal: one batch per turn, at most one answer per event."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import msgspec

from pupitre.dialogue.call import Call
from pupitre.dialogue.events import CallerEvent
from pupitre.ports import Clock, NotFound
from pupitre.ports.calls import JournalTurn, Reply, Step
from pupitre.store.database import Database, Param
from pupitre.store.queries import queries

SQL = queries("calls")
_encode = msgspec.json.Encoder().encode
_call = msgspec.json.Decoder(Call).decode
_event: msgspec.json.Decoder[CallerEvent] = msgspec.json.Decoder(CallerEvent)
_steps = msgspec.json.Decoder(tuple[Step, ...]).decode
_reply = msgspec.json.Decoder(Reply).decode


class StoredCalls:
    """One tenant's calls: see `ports.calls.CallStore`."""

    def __init__(self, database: Database, tenant: str, clock: Clock) -> None:
        self._database = database
        self._tenant = tenant
        self._clock = clock

    def turn(self, call_id: str) -> AbstractAsyncContextManager[None]:
        """See `CallStore.turn`."""
        return self._database.lock(f"call {len(self._tenant)} {self._tenant} {call_id}")

    async def load(self, call_id: str) -> tuple[Call, int] | None:
        """See `CallStore.load`."""
        rows = await self._database.read(SQL["load"], tenant=self._tenant, call_id=call_id)
        if not rows:
            return None
        version = rows[0]["version"]
        assert isinstance(version, int)
        return _call(str(rows[0]["call"])), version

    async def save(self, call: Call, turns: Sequence[JournalTurn], version: int) -> None:
        """See `CallStore.save`. The version counts the turns."""
        at = turns[-1].event.at
        key: dict[str, Param] = {"tenant": self._tenant, "call_id": call.call_id}
        kept: dict[str, Param] = {
            "state": call.state,
            "call": _text(call),
            "at": at,
            "ended_at": at if call.ended else None,
            "version": version + len(turns),
        }
        if version == 0:
            put = SQL["begin"].bind(**key, **kept)
        else:
            put = SQL["update"].bind(**key, **kept, expected=version)
        lines = [
            SQL["add_turn"].bind(
                **key,
                seq=version + ahead,
                event_id=turn.event_id,
                at=turn.event.at,
                event=_text(turn.event),
                steps=_text(turn.steps),
                before=turn.before,
                after=turn.after,
                reply=_text(turn.reply),
                opening=int(turn.opening),
                trouble=turn.trouble,
            )
            for ahead, turn in enumerate(turns, start=1)
        ]
        await self._database.write(put.expecting(1), *(line.expecting(1) for line in lines))

    async def reply_to(self, call_id: str, event_id: str) -> Reply | None:
        """See `CallStore.reply_to`."""
        rows = await self._database.read(SQL["reply_to"], tenant=self._tenant, call_id=call_id, event_id=event_id)
        return _reply(str(rows[0]["reply"])) if rows else None

    async def first_reply(self, call_id: str) -> Reply | None:
        """See `CallStore.first_reply`."""
        rows = await self._database.read(SQL["first_reply"], tenant=self._tenant, call_id=call_id)
        return _reply(str(rows[0]["reply"])) if rows else None

    async def journal(self, call_id: str) -> Sequence[JournalTurn]:
        """See `CallStore.journal`."""
        rows = await self._database.read(SQL["journal"], tenant=self._tenant, call_id=call_id)
        return [
            JournalTurn(
                event=_event.decode(str(row["event"])),
                before=str(row["before"]),
                after=str(row["after"]),
                steps=_steps(str(row["steps"])),
                reply=_reply(str(row["reply"])),
                opening=bool(row["opening"]),
                event_id=None if row["event_id"] is None else str(row["event_id"]),
                trouble=None if row["trouble"] is None else str(row["trouble"]),
            )
            for row in rows
        ]

    async def silent(self, since: datetime, limit: int = 100) -> Sequence[str]:
        """See `CallStore.silent`."""
        rows = await self._database.read(SQL["silent"], tenant=self._tenant, since=since, limit=limit)
        return [str(row["call_id"]) for row in rows]

    async def pin(self, configuration: bytes) -> str:
        """See `CallStore.pin`."""
        name = hashlib.sha256(configuration).hexdigest()
        pinned = SQL["pin"].bind(tenant=self._tenant, hash=name, config=configuration.decode(), at=self._clock.now())
        await self._database.write(pinned)
        return name

    async def pinned(self, configuration_id: str) -> bytes:
        """See `CallStore.pinned`."""
        rows = await self._database.read(SQL["pinned"], tenant=self._tenant, hash=configuration_id)
        if not rows:
            raise NotFound(f"no configuration {configuration_id} is pinned")
        return str(rows[0]["config"]).encode()


def _text(value: object) -> str:
    return _encode(value).decode()
