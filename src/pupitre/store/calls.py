"""Calls as the desk remembers them, and their journal: one batch per turn, at most one answer per event."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Generic, TypeVar

import msgspec
from msgspec import Raw, Struct

from pupitre.store.database import Database, Param
from pupitre.store.queries import queries
from pupitre.store.rows import as_struct

C = TypeVar("C")
SQL = queries("calls")


class TurnRecord(Struct, frozen=True):
    """One line of the journal: all that is needed to decide the turn again and compare. Raw fields are JSON."""

    at: datetime
    event_id: str | None
    event: Raw
    steps: Raw
    """What was asked of the world in this turn, with ids and outcomes, in order."""
    before: str
    """The state the event found; the next field the one it left."""
    after: str
    reply: Raw
    context_delta: Raw
    seq: int = 0
    """1 for the first turn of the call; given by `save`."""


class CallStore(Generic[C]):
    """The calls of every tenant. `C` is the call's type, which travels as JSON."""

    def __init__(self, database: Database, kind: type[C]) -> None:
        self._database = database
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(kind)

    async def load(self, tenant: str, call_id: str) -> tuple[C, int] | None:
        """The call and its version; None when unknown. Raises Unavailable."""
        rows = await self._database.read(SQL["load"], tenant=tenant, call_id=call_id)
        if not rows:
            return None
        text, version = str(rows[0]["call"]), rows[0]["version"]
        assert isinstance(version, int)
        return self._decoder.decode(text), version

    async def save(
        self, tenant: str, call_id: str, call: C, turn: TurnRecord, *, expected: int, ended: bool = False
    ) -> int:
        """The call after this turn and the journal's line, both or neither; gives the call's new version.

        `expected` is the version that `load` gave, 0 for a call that is not known yet. Raises Stale when somebody else
        has saved a turn since, or has answered the same event; Unavailable.
        """
        text = self._encoder.encode(call).decode()
        ended_at = turn.at if ended else None
        key = {"tenant": tenant, "call_id": call_id}
        kept: dict[str, Param] = {"state": turn.after, "call": text, "at": turn.at, "ended_at": ended_at}
        if expected == 0:
            put = SQL["begin"].bind(**key, **kept)
        else:
            put = SQL["update"].bind(**key, **kept, expected=expected)
        version = expected + 1
        line = SQL["add_turn"].bind(
            **key,
            seq=version,
            event_id=turn.event_id,
            at=turn.at,
            event=_text(turn.event),
            steps=_text(turn.steps),
            before=turn.before,
            after=turn.after,
            reply=_text(turn.reply),
            context_delta=_text(turn.context_delta),
        )
        await self._database.write(put.expecting(1), line.expecting(1))
        return version

    async def reply_to(self, tenant: str, call_id: str, event_id: str) -> bytes | None:
        """The reply that this event got, as JSON; None when it has not been answered. Raises Unavailable."""
        rows = await self._database.read(SQL["reply_to"], tenant=tenant, call_id=call_id, event_id=event_id)
        return str(rows[0]["reply"]).encode() if rows else None

    async def first_reply(self, tenant: str, call_id: str) -> bytes | None:
        """The reply with which the call began, as JSON; None for an unknown call. Raises Unavailable."""
        rows = await self._database.read(SQL["first_reply"], tenant=tenant, call_id=call_id)
        return str(rows[0]["reply"]).encode() if rows else None

    async def journal(self, tenant: str, call_id: str) -> Sequence[TurnRecord]:
        """Every turn of the call, in order; empty for an unknown one. Raises Unavailable."""
        rows = await self._database.read(SQL["journal"], tenant=tenant, call_id=call_id)
        raw = ("event", "steps", "reply", "context_delta")
        return [as_struct(TurnRecord, row | {name: Raw(str(row[name]).encode()) for name in raw}) for row in rows]

    async def silent(self, tenant: str, since: datetime, limit: int = 100) -> Sequence[str]:
        """Calls not ended of which nothing was heard since then, longest silent first. Raises Unavailable."""
        rows = await self._database.read(SQL["silent"], tenant=tenant, since=since, limit=limit)
        return [str(row["call_id"]) for row in rows]

    def turn_lock(self, tenant: str, call_id: str) -> AbstractAsyncContextManager[None]:
        """One turn of a call at a time, turns of different calls in parallel. Raises Unavailable."""
        return self._database.lock(f"call {len(tenant)} {tenant} {call_id}")


def _text(raw: Raw) -> str:
    return bytes(raw).decode()
