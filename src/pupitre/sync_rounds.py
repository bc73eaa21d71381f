"""Every tenant's record and planning kept in step: which backends that takes, and the rounds that fall due."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from msgspec.structs import replace

from pupitre import metrics
from pupitre.backing import Backing
from pupitre.booking import reconcile
from pupitre.booking.due import Begin
from pupitre.booking.in_step import InStep
from pupitre.booking.world import World
from pupitre.clock import HeldClock
from pupitre.ports import Due, Unavailable
from pupitre.settings import TenantFile
from pupitre.store import Database
from pupitre.store.due_work import StoredDueWork
from pupitre.store.sync import StoredFollowing

log = structlog.get_logger()

_TOGETHER_SECONDS = 0.05
"""Announcements of one change come in bunches."""


class KeptInStep:
    """The tenants whose record or planning people may change behind the desk's back."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._due = StoredDueWork(database)
        self._steps: dict[str, InStep] = {}
        self._asked: set[tuple[str, str]] = set()
        self._hurrying: set[asyncio.Task[None]] = set()
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
        )
        try:
            await self._due.ensure(reconcile.next_round(step, world.now()))
        except Unavailable as error:
            log.warning("sync_not_begun", reason=str(error))

    def of(self, tenant: str) -> InStep | None:
        """What keeps the tenant in step."""
        return self._steps.get(tenant)

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
        if isinstance(step.world.clock, HeldClock) and (tenant, channel_id) not in self._asked:
            # In the sandbox nobody works off what is due until the clock is walked; announcements do not wait for it.
            self._asked.add((tenant, channel_id))
            task = asyncio.create_task(self._hurry(step, row, channel_id))
            self._hurrying.add(task)
            task.add_done_callback(self._hurrying.discard)

    async def _hurry(self, step: InStep, row: Due, channel_id: str) -> None:
        await asyncio.sleep(_TOGETHER_SECONDS)
        self._asked.discard((step.world.tenant, channel_id))
        try:
            await reconcile.due_round(step, row)
            await self._due.done(row)
        except Unavailable as error:
            log.warning("sync_must_wait", reason=str(error))

    async def close(self) -> None:
        """Stop what was hastened; it is due still."""
        for task in tuple(self._hurrying):
            task.cancel()
        await asyncio.gather(*self._hurrying, return_exceptions=True)

    def kinds(self) -> Mapping[str, Begin]:
        """Who does the rounds that fall due."""
        return {reconcile.DUE_KIND: self._round}

    async def _round(self, world: World, row: Due) -> None:
        step = self.of(world.tenant)
        if step is None:
            return
        report = await reconcile.due_round(step, row, self.walked_to)
        waits = report.at - report.oldest_waiting if report.oldest_waiting else timedelta()
        metrics.SYNC_LAG.labels(world.tenant).set(waits.total_seconds())
