"""Puts a desk together from its settings: it and what it asks (backing, surroundings) alone make adapters.

A House is one process's desk: its store, its engine, and a Tenant for each organisation, isolated from the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog

from pupitre import metrics
from pupitre.backing import Backing, Finding, backing_of
from pupitre.booking import commitments, dialling, due, todos, watch
from pupitre.booking.dbos_engine import DbosEngine
from pupitre.booking.due import SetClock
from pupitre.booking.telephone import Telephone
from pupitre.booking.world import World
from pupitre.clock import HeldClock, SharedClock
from pupitre.closures import public_holidays
from pupitre.config import Config
from pupitre.config import Tenant as TenantConfig
from pupitre.desk import forget
from pupitre.ending import end
from pupitre.ports import Clock, CommitmentStatus, DeskError, Unavailable
from pupitre.settings import TenantFile
from pupitre.store import Database, migrate, open_database, sandbox
from pupitre.store.due_work import StoredDueWork
from pupitre.store.outbound_calls import StoredOutboundCalls
from pupitre.surroundings import clock_of, dialer_of, emulators_of
from pupitre.sync_rounds import KeptInStep
from pupitre.tenant import Tenant, close_silent_calls, tenant_of, world_of
from pupitre.walking import Walk

if TYPE_CHECKING:
    from pupitre.voice.dialler import GatewayDialer
    from pupitre.voice.ringing import RingingDialer

log = structlog.get_logger()

RUNNING = CommitmentStatus.RUNNING
_WATCH_SECONDS = 1.0
_ENGINE_SECONDS = 20.0


class House:
    """One process's desk; `open_house` makes it, `close` ends it."""

    def __init__(self, config: Config, database: Database, clock: Clock) -> None:
        self.config = config
        self.database = database
        self.clock = clock
        self.due = StoredDueWork(database)
        self.tenants: dict[str, Tenant] = {}
        self.emulators = emulators_of(config)
        self._backings: dict[str, Backing] = {}
        self._dialers: dict[str, GatewayDialer | RingingDialer | None] = {}
        self.worlds: dict[str, World] = {}
        self.in_step = KeptInStep(database)
        self.kinds = {**due.COMMITMENTS, **dialling.KINDS, **self.in_step.kinds()}
        self._worlds_made = asyncio.Event()
        works = {**commitments.works(self.worlds), **dialling.works(self.worlds)}
        self.engine = DbosEngine(_engine_url(config), works)
        self._background: set[asyncio.Task[None]] = set()
        self._tending: list[asyncio.Task[None]] = []
        """What looks after the tenants' worlds by itself."""
        self._walk: Walk | None = None

    async def world(self, tenant: str) -> World:
        """What the tenant's booking works with."""
        await self._worlds_made.wait()
        return self.worlds[tenant]

    def begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run this until the house is closed."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    def launch(self, *, working: bool) -> None:
        """Begin what need not be ready for the first turn: public holidays, the durable engine, due work.

        The sandbox's due work is done when its clock is walked, and only then.
        """
        self.begin(self._make_worlds())
        for backing in self._backings.values():
            self.begin(backing.wake_up())
        if working:
            self._tend()
        if working and not isinstance(self.clock, HeldClock):
            self.begin(self._work_off())

    def dependencies(self) -> dict[str, Callable[[], Awaitable[object]]]:
        """What the desk cannot do without, by name, and how to ask whether it is there."""

        async def store() -> None:
            await sandbox.clock(self.database)

        asked: dict[str, Callable[[], Awaitable[object]]] = {"store": store, "engine": self.engine.ready}
        for tenant, backing in self._backings.items():
            asked |= {f"{tenant}.{name}": ping for name, ping in backing.pings.items()}
        return asked

    async def refresh_clock(self) -> None:
        """Go by the time that other processes go by: in the sandbox what one of them has set, else the database's."""
        if isinstance(self.clock, SharedClock):
            await self.clock.compare()
        elif isinstance(self.clock, HeldClock) and (now := await sandbox.clock(self.database)):
            self.clock.set(now)

    async def set_clock(self, now: datetime) -> None:
        """In the sandbox: another time, for all processes."""
        assert isinstance(self.clock, HeldClock)
        await sandbox.set_clock(self.database, now)
        self.clock.set(now)
        if self.emulators is not None:
            await self.emulators.set_clock(now)

    def back(self, tenant: TenantConfig) -> None:
        """Make the tenant's backends."""
        self._backings[tenant.settings.id] = backing_of(tenant, self.database, self.clock)
        self._dialers.setdefault(tenant.settings.id, dialer_of(self.config, tenant, self.clock))

    async def renew(self, tenant_id: str) -> None:
        """In the sandbox: make the tenant's backends anew, as they remember who was there before."""
        await self._worlds_made.wait()
        old, world = self._backings[tenant_id], self.worlds[tenant_id]
        [tenant] = [one for one in self.config.tenants if one.settings.id == tenant_id]
        self.back(tenant)
        await self._make_world(tenant.settings, world.rules.holidays)
        await self._backings[tenant_id].wake_up()
        await old.close()

    async def check_up(self, tenant_id: str) -> AsyncIterator[tuple[str, Finding]]:
        """Everything there is to say about the tenant's backends, by backend; changes nothing, raises nothing."""
        for name, look in self._backings[tenant_id].check_ups.items():
            try:
                for finding in await look():
                    yield name, finding
            except DeskError as error:
                yield name, Finding("error", str(error))

    def telephone(self, settings: TenantFile) -> Telephone:
        """What the tenant's reminders are dialled with."""
        return Telephone(
            calls=StoredOutboundCalls(self.database, settings.id),
            dialer=self._dialers[settings.id],
            rules=settings.reminders.dial_rules(real=not self.config.desk.sandbox.enabled),
            outcomes=self._backings[settings.id].records,
            told=partial(metrics.count_reminder, settings.id),
        )

    def backing(self, tenant_id: str) -> Backing:
        """The tenant's backends, as they are now."""
        return self._backings[tenant_id]

    async def walk(self, until: datetime) -> None:
        """In the sandbox: let time pass, and do what is due, in its order, at its instant.

        Returns when nothing is under way. Raises Unavailable when something due cannot be done now, or when the sandbox
        is emptied meanwhile.
        """
        await self._worlds_made.wait()
        self._walk = Walk(self.set_clock)
        self.in_step.walked_to = until
        try:
            await self._walk.go(self._walk_to(until, self._walk.set_clock))
        finally:
            self._walk, self.in_step.walked_to = None, None

    async def _walk_to(self, until: datetime, set_clock: SetClock) -> None:
        with suppress(TimeoutError):  # just started, a desk has no engine yet for what is due
            await asyncio.wait_for(self.engine.ready(), _ENGINE_SECONDS)
        await due.walk(self.due, self.worlds, self.kinds, until, set_clock)
        self.in_step.walked_to = None
        await set_clock(until)
        for world in self.worlds.values():
            while await world.commitments.find(status=RUNNING, limit=1):  # noqa: ASYNC110 -- other processes run them too
                await asyncio.sleep(0.02)
        for tenant in self.tenants.values():
            await close_silent_calls(tenant, until)

    @asynccontextmanager
    async def emptying(self, tenant: Tenant) -> AsyncIterator[None]:
        """In the sandbox: in the block no round of the tenant is under way in this process, time stands still, and
        nothing begins by itself. What was under way before has a moment to end, then goes no further.
        """
        assert isinstance(self.clock, HeldClock)
        await self._worlds_made.wait()
        if self._walk is not None:
            await self._walk.stop()
        async with self.clock.walking:
            tended = bool(self._tending)
            await end(self._tending, seconds=0)
            step = self.in_step.of(tenant.id)
            await self.in_step.leave(tenant.id)
            forget(tenant.desk)
            try:
                yield
            finally:
                self.in_step.stay(step)
                if tended:
                    self._tend()

    def _tend(self) -> None:
        shown = [todos.keep_showing(partial(self.world, tenant)) for tenant in self.tenants]
        self._tending = [self.begin(work) for work in (self._watch(), *shown)]

    async def _work_off(self) -> None:
        """What fell due while no desk ran must find its tenant."""
        await self._worlds_made.wait()
        self.begin(due.tell_left(self.due, self.worlds, self.kinds, self.clock))
        await due.work_off(self.due, self.worlds, self.kinds, self.clock)

    async def _watch(self) -> None:
        """Now and then: begin again what nobody runs, close calls that went silent."""
        await self._worlds_made.wait()
        while True:
            try:
                await self.refresh_clock()
                await watch.look_after(self.worlds.values())
                for tenant in self.tenants.values():
                    await close_silent_calls(tenant, self.clock.now())
            except Exception as error:
                log.warning("watch_failed", reason=str(error), exc_info=not isinstance(error, Unavailable))
            await asyncio.sleep(_WATCH_SECONDS)

    async def _make_worlds(self) -> None:
        year = self.clock.now().year
        for tenant in self.config.tenants:
            days = await asyncio.to_thread(public_holidays, tenant.settings.slots.holidays, year)
            await self._make_world(tenant.settings, days)
        self._worlds_made.set()
        self.engine.launch()

    async def _make_world(self, settings: TenantFile, holidays: frozenset[date]) -> None:
        backing = self._backings[settings.id]
        world = self.worlds[settings.id] = world_of(
            settings, self.database, self.clock, backing, self.engine, self.telephone(settings), holidays
        )
        await self.in_step.add(settings, world, backing)

    async def close(self) -> None:
        """Stop what runs in the background, then let go of engine and store."""
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.in_step.close()
        await self.engine.stop()
        for backing in self._backings.values():
            await backing.close()
        for dialer in self._dialers.values():
            if dialer is not None:
                await dialer.close()
        if self.emulators is not None:
            await self.emulators.close()
        await self.database.close()


async def open_house(config: Config) -> House:
    """Bring the store to this version's schema, open it and make every tenant. Raises ConfigError, Unavailable."""
    await migrate(config.database_url)
    database = await open_database(config.database_url)
    try:
        house = House(config, database, await clock_of(config, database))
        for tenant in config.tenants:
            house.back(tenant)
            id_ = tenant.settings.id
            world, backing = partial(house.world, id_), partial(house.backing, id_)
            house.tenants[id_] = await tenant_of(tenant, database, house.clock, world, backing)
    except BaseException:
        await database.close()
        raise
    return house


def _engine_url(config: Config) -> str:
    """The engine's own database: a file beside the store's, or the same PostgreSQL."""
    url = config.database_url
    return url.removesuffix(".db") + ".engine.db" if url.startswith("sqlite") else url
