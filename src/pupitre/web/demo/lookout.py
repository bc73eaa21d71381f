"""Looks at the desk's world while somebody watches, tells every watcher what has changed, and keeps the story."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
import structlog
from msgspec.structs import replace

from pupitre.booking.reconcile import DUE_KIND, PERIODIC, Report
from pupitre.model import BackendId, Interval
from pupitre.ports import Reminder, Unavailable
from pupitre.web.demo.happenings import Happening, Seen, happenings
from pupitre.web.demo.reading import Reader
from pupitre.wiring import House, Tenant

log = structlog.get_logger()

_LOOK_SECONDS = 0.4
"""Changes may come from any process, and from either side."""
_STORY = 300
_BACK, _AHEAD = timedelta(days=7), timedelta(days=60)
_TOLD = ("claims", "reading", "reminders", "ringing", "tasks", "two_way")


class Lookout:
    """One for all who watch."""

    def __init__(self, house: House, tenant: Tenant) -> None:
        self._house = house
        self._tenant = tenant
        self._zone = ZoneInfo(tenant.settings.timezone)
        self._reader = Reader(house, tenant)
        self._watchers: set[asyncio.Queue[str]] = set()
        self._looking: asyncio.Task[None] | None = None
        self._last: Seen | None = None
        self._story: deque[Happening] = deque(maxlen=_STORY)

    async def watch(self) -> AsyncIterator[str]:
        """The name of what has changed, whenever something has."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._watchers.add(queue)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_on())
        try:
            while True:
                yield await queue.get()
        finally:
            self._watchers.discard(queue)
            if not self._watchers and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    def story(self, appointment_id: BackendId) -> Sequence[Happening]:
        """What has happened to it while somebody watched, in order."""
        return [one for one in self._story if one.appointment == appointment_id]

    async def look(self) -> Seen:
        """Everything as it is now. Raises Unavailable."""
        now = self._house.clock.now()
        window = Interval(now - _BACK, now + _AHEAD)
        report, announced, two_way = await self._reconciled()
        return Seen(
            at=now.astimezone(self._zone),
            reading=await self._reader.read(),
            claims=await self._tenant.reservations.claims(window, now),
            reminders=[self._local(one) for one in await self._tenant.reminders.between(window)],
            ringing=[call for call in await self._tenant.outbound.since(now - _BACK) if call.ended_at is None],
            tasks=await self._tenant.tasks.listed(),
            report=report,
            announced=announced,
            two_way=two_way,
        )

    async def _look_on(self) -> None:
        """For ever."""
        while True:
            try:
                await self._look_once()
            except Unavailable as error:
                log.warning("demo_cannot_look", reason=str(error))
            await asyncio.sleep(_LOOK_SECONDS)

    async def _look_once(self) -> None:
        now, before = await self.look(), self._last
        self._last = now
        if before is None:
            return
        self._story.extend(happenings(before, now))
        for what in _TOLD:
            if getattr(now, what) != getattr(before, what):
                for queue in self._watchers:
                    queue.put_nowait(what)

    async def _reconciled(self) -> tuple[Report | None, bool, bool]:
        """The last report, whether an announcement began it, and whether Google's moves are followed.

        A round that fell due by itself has put the next one; whatever else runs in between was asked for by Google.
        """
        step = self._house.in_step.of(self._tenant.id)
        if step is None:
            return None, False, False
        told = await step.following.told()
        report = msgspec.json.decode(told, type=Report) if told else None
        until = self._house.clock.now() + timedelta(hours=2)
        ahead = await self._house.due.due(until, 1000, [self._tenant.id], [DUE_KIND])
        periodic = [row.due for row in ahead if row.key == PERIODIC]
        announced = report is not None and all(report.at + step.every != due for due in periodic)
        return report, announced, step.two_way

    def _local(self, one: Reminder) -> Reminder:
        return replace(one, due=one.due.astimezone(self._zone), dial_at=one.dial_at.astimezone(self._zone))
