"""Every tenant's record and planning kept in step: which backends that takes, and the rounds that fall due."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from msgspec import Struct
from msgspec.structs import replace

from pupitre import metrics
from pupitre.backing import Backing
from pupitre.booking import reconcile
from pupitre.booking.due import Begin
from pupitre.booking.in_step import InStep
from pupitre.booking.report import Report
from pupitre.booking.world import World
from pupitre.clock import HeldClock
from pupitre.ending import end
from pupitre.ports import Due, Unavailable
from pupitre.settings import TenantFile
from pupitre.store import Database
from pupitre.store.due_work import StoredDueWork
from pupitre.store.sync import StoredFollowing

log = structlog.get_logger()

_TOGETHER_SECONDS = 0.05
"""Announcements of one change come in bunches."""


_ROUNDS_KEPT = 100
"""Of each tenant, for whoever looks now and then."""


class NumberedRound(Struct, frozen=True):
    """One round of this process, ended."""

    number: int
    """Rounds are counted through, whosever they are."""
    report: Report


@dataclass(slots=True)
class _Hurried:
    """The round that an announcement has begun, or will in a moment; kept until the next of the same channel."""

    row: Due
    task: asyncio.Task[bool]
    """Whether it was done."""
    begun: bool = False


class KeptInStep:
    """The tenants whose record or planning people may change behind the desk's back."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._due = StoredDueWork(database)
        self._steps: dict[str, InStep] = {}
        self._hurried: dict[tuple[str, str], _Hurried] = {}
        """By tenant and key of the row."""
        self._hurrying: dict[asyncio.Task[bool], str] = {}
        """Whose they are."""
        self._rounds: defaultdict[str, deque[NumberedRound]] = defaultdict(lambda: deque(maxlen=_ROUNDS_KEPT))
        self._count = 0
        self.walked_to: datetime | None = None
        """In the sandbox: up to where its clock is being walked."""

    async def add(self, settings: TenantFile, world: World, backing: Backing) -> None:
        """Keep this tenant in step from now on; in local mode there is nothing to keep."""
        if settings.mode == "local":
            return
        step = self._steps[settings.id] = InStep(
            world=world,
            records=backing.records,
            agenda=backing.agenda,
            following=StoredFollowing(self._database, settings.id),
            two_way=settings.sync.mode == "two_way",
            every=timedelta(minutes=settings.sync.every_min),
            announced_at=settings.sync.announced_at,
            noted=partial(self._note, settings.id),
        )
        try:
            await self._due.ensure(reconcile.next_round(step, world.now()))
        except Unavailable as error:
            log.warning("sync_not_begun", reason=str(error))

    async def leave(self, tenant: str) -> None:
        """Keep it in step no longer, until it is added again. What was hastened has ended on return: a round that is
        under way has a moment to do so by itself, so that none of its requests is cut off on its way.
        """
        self._steps.pop(tenant, None)
        for key in [key for key in self._hurried if key[0] == tenant]:
            hurried = self._hurried.pop(key)
            if not hurried.begun:
                hurried.task.cancel()
        await end(task for task, whose in self._hurrying.items() if whose == tenant)
        self._rounds.pop(tenant, None)

    def stay(self, step: InStep | None) -> None:
        """What was left is kept in step as before, unless it has been added anew."""
        if step is not None:
            self._steps.setdefault(step.world.tenant, step)

    def of(self, tenant: str) -> InStep | None:
        """What keeps the tenant in step."""
        return self._steps.get(tenant)

    def rounds(self, tenant: str) -> Sequence[NumberedRound]:
        """The last rounds that this process did, in their order."""
        return tuple(self._rounds[tenant])

    def follow_both_ways(self, tenant: str, two_way: bool) -> None:  # noqa: FBT001 -- it is what the name says
        """From now on carry what people change in the planning into the record, or leave it to a person."""
        step = self.of(tenant)
        if step is not None:
            self._steps[tenant] = replace(step, two_way=two_way)

    async def hasten(self, tenant: str, channel_id: str) -> None:
        """A channel says something: have a round fall due now. Many at once are one. Raises Unavailable."""
        step = self.of(tenant)
        if step is None:
            return
        row = reconcile.hastened(step, channel_id)
        await self._due.put([row])
        # In the sandbox nobody works off what is due until the clock is walked; announcements do not wait for it.
        if isinstance(step.world.clock, HeldClock) and self.of(tenant) is not None:
            self._hurry(row)

    async def close(self) -> None:
        """Stop what was hastened; it is due still."""
        await end(self._hurrying, seconds=0)

    def kinds(self) -> Mapping[str, Begin]:
        """Who does the rounds that fall due."""
        return {reconcile.DUE_KIND: self._fallen_due}

    def _hurry(self, row: Due) -> None:
        """Begin its round in a moment, unless one is about to begin."""
        key = row.tenant, row.key
        about_to = self._hurried.get(key)
        if about_to is not None and not about_to.begun and not about_to.task.done():
            about_to.row = row
            return
        task = asyncio.create_task(self._in_a_moment(key))
        self._hurried[key] = _Hurried(row, task)
        self._hurrying[task] = row.tenant
        task.add_done_callback(self._hurrying.pop)

    async def _in_a_moment(self, key: tuple[str, str]) -> bool:
        await asyncio.sleep(_TOGETHER_SECONDS)
        hurried = self._hurried[key]
        hurried.begun = True
        try:
            await self._round(hurried.row)
            await self._due.done(hurried.row)
        except Unavailable as error:
            log.warning("sync_must_wait", reason=str(error))
            return False
        return True

    async def _fallen_due(self, _world: World, row: Due) -> None:
        """A row that was hastened is worked once: what has begun is waited for, what has not is begun here."""
        hurried = self._hurried.get((row.tenant, row.key))
        if hurried is not None and hurried.row == row:
            if not hurried.begun:
                hurried.begun = True
                hurried.task.cancel()
            else:
                await asyncio.wait({hurried.task})
                if not hurried.task.cancelled() and not hurried.task.exception() and hurried.task.result():
                    del self._hurried[row.tenant, row.key]
                    return
        await self._round(row)

    async def _round(self, row: Due) -> None:
        step = self.of(row.tenant)
        if step is None:
            return
        report = await reconcile.due_round(step, row, self.walked_to)
        waits = report.at - report.oldest_waiting if report.oldest_waiting else timedelta()
        metrics.SYNC_LAG.labels(row.tenant).set(waits.total_seconds())

    def _note(self, tenant: str, report: Report) -> None:
        self._count += 1
        self._rounds[tenant].append(NumberedRound(self._count, report))
