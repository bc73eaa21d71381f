"""A desk's booking on a real store, the real engine, and backends in memory."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.booking.backends import MemoryAgenda, MemoryDirectory, MemoryRecords
from tests.servers.postgres import postgres  # noqa: F401  a fixture
from tests.store.conftest import postgres_template, sqlite_template, url  # noqa: F401  fixtures

from pupitre.booking.commit import asked_for
from pupitre.booking.commitments import works
from pupitre.booking.dbos_engine import DbosEngine
from pupitre.booking.world import World
from pupitre.dialogue.effects import Commit
from pupitre.model import Agent, Intent, Slot
from pupitre.slots import Rules
from pupitre.store import open_database
from pupitre.store.commitments import StoredCommitments
from pupitre.store.due_work import StoredDueWork
from pupitre.store.reminders import StoredReminders
from pupitre.store.reservations import StoredReservations
from pupitre.store.tasks import StoredTasks

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 1, 2, 10, 0, tzinfo=PARIS)
AGENTS = [Agent(45, "Alice", "alice@x"), Agent(46, "Bruno", "bruno@x"), Agent(47, "Chloé", "chloe@x")]


def slot(day: int, clock: str, agent: int = 45) -> Slot:
    hour, minute = clock.split(":")
    start = datetime(2026, 1, day, int(hour), int(minute), tzinfo=PARIS)
    return Slot(start, start + timedelta(minutes=30), agent)


class FrozenClock:
    def __init__(self, now: datetime = NOW) -> None:
        self.instant = now

    def now(self) -> datetime:
        return self.instant


class Desk:
    """One tenant's world, with its backends at hand."""

    def __init__(self, database, engine: str, tenant: str = "demo") -> None:
        self.clock, self.database = FrozenClock(), database
        self.directory = MemoryDirectory(list(AGENTS))
        self.records = MemoryRecords()
        self.agenda = MemoryAgenda()
        self.worlds: dict[str, World] = {}
        self.engine = DbosEngine(engine, works(self.worlds))
        self.world = World(
            tenant=tenant,
            clock=self.clock,
            directory=self.directory,
            records=self.records,
            free_busy=self.agenda,
            agenda=self.agenda,
            reservations=StoredReservations(database, tenant),
            commitments=StoredCommitments(database, tenant),
            due=StoredDueWork(database),
            reminders=StoredReminders(database, tenant),
            tasks=StoredTasks(database, tenant),
            engine=self.engine,
            rules=Rules(holidays=frozenset({date(2026, 1, 1)})),
        )
        self.worlds[tenant] = self.world

    def book(self, wanted: Slot, call: str = "call-1", n: int = 1, patient: int = 7):
        return asked_for(call, Commit(Intent.BOOK, n, patient, slot=wanted), self.clock.now())

    def move(self, appointment: int, wanted: Slot, call: str = "call-2", n: int = 1):
        effect = Commit(Intent.RESCHEDULE, n, 7, slot=wanted, appointment_id=appointment)
        return asked_for(call, effect, self.clock.now())

    def cancel(self, appointment: int, call: str = "call-3", n: int = 1):
        effect = Commit(Intent.CANCEL, n, 7, appointment_id=appointment, reason="caller")
        return asked_for(call, effect, self.clock.now())


def engine_url(store_url: str) -> str:
    return store_url.replace("store.db", "engine.db") if store_url.startswith("sqlite") else store_url


@pytest.fixture
async def desk(url):  # noqa: F811 -- a fixture
    database = await open_database(url)
    made = Desk(database, engine_url(url))
    made.engine.launch()
    await made.engine.ready()
    yield made
    await made.engine.stop()
    await database.close()
