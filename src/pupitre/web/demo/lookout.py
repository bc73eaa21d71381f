"""Looks at the desk's world while somebody watches, tells every watcher what has changed, and keeps the story."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import nullcontext
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
import structlog
from msgspec.structs import replace

from pupitre.booking.in_step import InStep
from pupitre.booking.report import Report
from pupitre.model import BackendId, Interval
from pupitre.ports import Reminder, Unavailable
from pupitre.tenant import Tenant
from pupitre.web.demo.happenings import Happening, Seen, happenings
from pupitre.web.demo.reading import Reader
from pupitre.wiring import House

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
        self._heard = 0
        """The number of the last round that was told."""
        self._report: bytes | None = None
        """The report that was kept when last looked at."""
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
        step = self._house.in_step.of(self._tenant.id)
        return Seen(
            at=now.astimezone(self._zone),
            reading=await self._reader.read(),
            claims=await self._tenant.reservations.claims(window, now),
            reminders=[self._local(one) for one in await self._tenant.reminders.between(window)],
            ringing=[call for call in await self._tenant.outbound.since(now - _BACK) if call.ended_at is None],
            tasks=await self._tenant.tasks.listed(),
            two_way=step is not None and step.two_way,
        )

    async def tell(self) -> None:
        """Look once: what has changed since the time before goes to every watcher, and into the story.

        Raises Unavailable.
        """
        step = self._house.in_step.of(self._tenant.id)
        async with nullcontext() if step is None else step.following.alone():  # no round is seen half done
            now, before = await self.look(), self._last
            if step is not None:
                now = replace(now, rounds=await self._rounds(step))
            self._last = now
            self._story.extend(happenings(before, now) if before is not None else ())
        for what in _TOLD:
            if before is not None and getattr(now, what) != getattr(before, what):
                for queue in self._watchers:
                    queue.put_nowait(what)

    async def _look_on(self) -> None:
        """For ever."""
        while True:
            try:
                await self.tell()
            except Unavailable as error:
                log.warning("demo_cannot_look", reason=str(error))
            await asyncio.sleep(_LOOK_SECONDS)

    async def _rounds(self, step: InStep) -> Sequence[Report]:
        """What the rounds since the last time did: all of this process, and of others the one that was kept last."""
        kept = self._house.in_step.rounds(self._tenant.id)
        reports = [one.report for one in kept if one.number > self._heard]
        told = await step.following.told()
        if told is not None and told != self._report:
            last = msgspec.json.decode(told, type=Report)
            reports += [] if any(one.report == last for one in kept) else [last]
        self._heard = max((one.number for one in kept), default=self._heard)
        self._report = told
        return reports

    def _local(self, one: Reminder) -> Reminder:
        return replace(one, due=one.due.astimezone(self._zone), dial_at=one.dial_at.astimezone(self._zone))
