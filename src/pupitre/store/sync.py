"""What keeps one tenant's record and planning in step: `ports.Following` on our own store."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import msgspec

from pupitre.model import BackendId
from pupitre.ports import Followed, FollowedCalendar
from pupitre.store.database import Database, Statement
from pupitre.store.queries import queries
from pupitre.store.rows import id_text

SQL = queries("sync")
_SINCE, _REPORT = "sync.since", "sync.report"


class StoredFollowing:
    """See `ports.Following`."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    async def appointments(self, now: datetime) -> Sequence[Followed]:
        """See `Following.appointments`."""
        rows = await self._database.read(SQL["followed"], tenant=self._tenant, now=now)
        return [msgspec.json.decode(str(row["followed"]), type=Followed) for row in rows]

    async def put(self, followed: Sequence[Followed], since: datetime | None = None) -> None:
        """See `Following.put`."""
        written = [self._follow(one) for one in followed]
        if since is not None:
            written.append(self._word(_SINCE, since.isoformat()))
        if written:
            await self._database.write(*written)

    async def leave(self, appointment_id: BackendId) -> None:
        """See `Following.leave`."""
        await self._database.write(SQL["leave"].bind(tenant=self._tenant, appointment_id=id_text(appointment_id)))

    async def forget(self, now: datetime) -> None:
        """See `Following.forget`."""
        await self._database.write(SQL["forget"].bind(tenant=self._tenant, now=now))

    async def since(self) -> datetime | None:
        """See `Following.since`."""
        word = await self._read_word(_SINCE)
        return datetime.fromisoformat(word) if word else None

    async def calendars(self) -> Sequence[FollowedCalendar]:
        """See `Following.calendars`."""
        rows = await self._database.read(SQL["calendars"], tenant=self._tenant)
        return [msgspec.json.decode(str(row["calendar"]), type=FollowedCalendar) for row in rows]

    async def put_calendar(self, calendar: FollowedCalendar, followed: Sequence[Followed] = ()) -> None:
        """See `Following.put_calendar`."""
        kept = SQL["put_calendar"].bind(
            tenant=self._tenant,
            agent=id_text(calendar.agent_id),
            calendar=msgspec.json.encode(calendar).decode(),
            channel_id=calendar.channel.id if calendar.channel else None,
        )
        await self._database.write(kept, *(self._follow(one) for one in followed))

    async def drop_calendar(self, agent_id: BackendId) -> None:
        """See `Following.drop_calendar`."""
        await self._database.write(SQL["drop_calendar"].bind(tenant=self._tenant, agent=id_text(agent_id)))

    async def close_tasks(self, appointment_id: BackendId, by: str, now: datetime) -> None:
        """See `Following.close_tasks`."""
        subject = id_text(appointment_id)
        closed = SQL["close_tasks"].bind(tenant=self._tenant, appointment_id=subject, closed_by=by, now=now)
        await self._database.write(closed)

    async def close_task(self, key: str, by: str, now: datetime) -> None:
        """See `Following.close_task`."""
        await self._database.write(SQL["close_task"].bind(tenant=self._tenant, key=key, closed_by=by, now=now))

    async def tell(self, report: bytes) -> None:
        """See `Following.tell`."""
        await self._database.write(self._word(_REPORT, report.decode()))

    async def told(self) -> bytes | None:
        """See `Following.told`."""
        word = await self._read_word(_REPORT)
        return word.encode() if word else None

    def alone(self) -> AbstractAsyncContextManager[None]:
        """See `Following.alone`."""
        return self._database.lock(f"sync/{self._tenant}")

    def _follow(self, one: Followed) -> Statement:
        return SQL["follow"].bind(
            tenant=self._tenant,
            appointment_id=id_text(one.appointment.id),
            followed=msgspec.json.encode(one).decode(),
            ends=one.appointment.slot.end,
        )

    def _word(self, name: str, value: str) -> Statement:
        return SQL["put_word"].bind(tenant=self._tenant, name=name, value=value)

    async def _read_word(self, name: str) -> str | None:
        rows = await self._database.read(SQL["word"], tenant=self._tenant, name=name)
        return str(rows[0]["value"]) if rows else None


async def channel_of(database: Database, channel_id: str) -> tuple[str, FollowedCalendar] | None:
    """The tenant and the calendar whose changes this channel announces, None for a stranger's. Raises Unavailable."""
    rows = await database.read(SQL["channel"], channel_id=channel_id)
    if not rows:
        return None
    return str(rows[0]["tenant"]), msgspec.json.decode(str(rows[0]["calendar"]), type=FollowedCalendar)
