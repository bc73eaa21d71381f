"""Every tenant's record and planning kept in step: which backends that takes, and the rounds that fall due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from pupitre import metrics
from pupitre.backing import Backing
from pupitre.booking import reconcile
from pupitre.booking.due import Begin
from pupitre.booking.in_step import InStep
from pupitre.booking.world import World
from pupitre.ports import Due, Unavailable
from pupitre.settings import TenantFile
from pupitre.store import Database
from pupitre.store.due_work import StoredDueWork
from pupitre.store.sync import StoredFollowing

log = structlog.get_logger()


class KeptInStep:
    """The tenants whose record or planning people may change behind the desk's back."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._due = StoredDueWork(database)
        self._steps: dict[str, InStep] = {}
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
