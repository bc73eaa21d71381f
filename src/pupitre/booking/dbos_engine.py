"""The durable engine on DBOS: SQLite for the processes of one machine, PostgreSQL for those of several.

DBOS is imported and launched in the background: a desk answers its first turns meanwhile, and commitments wait.
A job begins in the process that was asked, so that it can be answered within the turn; one whose process died is taken
over by any other. The application version never changes, so that no deploy strands what an earlier one began.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from collections.abc import Awaitable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import msgspec

from pupitre.booking.alive import Alive, LockedFiles
from pupitre.booking.engine import Job, JobState, Kept, Steps, Work
from pupitre.clock import SystemClock
from pupitre.ports import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy
    from dbos import DBOSConfig

T = TypeVar("T")

_log = logging.getLogger(__name__)

_VERSION = "pupitre"
_TAKEOVERS = "pupitre-takeovers"
_LOOK_ROUND_SECONDS = 0.5
_START_SECONDS = 1.0
"""What a start may take where nobody waits for the end."""
_CLOSE_SECONDS = 1.5
_POLL_SECONDS = 0.05
_SLOWEST_POLL_SECONDS = 0.5
_ENDED = frozenset({"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})
_KEEP_ENDED = timedelta(hours=1)
"""A job that has ended is of no use but to whoever looks for a fault: what it did is in our own store."""
_PURGE_AT_ONCE = 100
"""Few, so that no turn waits for them; while there are more, the next round takes as many again: 200 a second."""
_PURGE_SECONDS = 60.0


class DbosEngine:
    """See `engine.Engine`. One per process: DBOS is a singleton."""

    def __init__(self, url: str, works: Mapping[str, Work], keep_ended: timedelta = _KEEP_ENDED) -> None:
        """`url` is `sqlite:///…` (a file of its own, apart from the store's) or `postgresql://…`.

        Nothing is left of a job so long after its beginning, once it has ended.
        """
        self._url = url
        self._keep_ended = keep_ended
        self._works = works
        self._name = uuid4().hex
        self._alive = _alive(url, self._name)
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._starting: dict[str, asyncio.Task[None]] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._database: sqlalchemy.Engine | None = None
        self._found_dead: Counter[str] = Counter()
        self._background: asyncio.Task[None] | None = None
        self._run: Callable[[dict[str, object]], Coroutine[Any, Any, None]] | None = None

    def launch(self) -> None:
        """Begin to launch, and return at once."""
        self._background = asyncio.create_task(self._live())

    async def ready(self) -> None:
        """Return when jobs can be started."""
        await self._ready.wait()

    async def run(self, job: Job, seconds: float = 0) -> bool:
        end = self._loop.time() + seconds
        start = self._starting.get(job.id) or asyncio.create_task(self._start(job))
        if not start.done():
            self._starting[job.id] = start
            start.add_done_callback(lambda _: self._starting.pop(job.id, None))
        # Never cancelled: a job noted as begun here, but not begun, would be found by nobody.
        await asyncio.wait({start}, timeout=max(seconds, _START_SECONDS))
        if not start.done():
            raise Unavailable("the durable engine is not there yet")
        start.result()
        return seconds > 0 and await self._ended(job, end)

    async def _start(self, job: Job) -> None:
        await self._ready.wait()
        from dbos import DBOS, SetWorkflowID  # noqa: PLC0415 - imported after the desk answers

        if job.id in self._running:
            return
        assert self._run is not None
        try:
            with SetWorkflowID(job.id):
                await DBOS.start_workflow_async(self._run, msgspec.to_builtins(job))
        except Exception as error:
            raise Unavailable(f"the engine did not take {job.id}") from error

    async def _ended(self, job: Job, end: float) -> bool:
        pause = _POLL_SECONDS
        while True:
            left = end - self._loop.time()
            task = self._running.get(job.id)
            if task is not None:
                done, _ = await asyncio.wait({task}, timeout=max(left, 0))
                return bool(done)
            if await self.state(job) is JobState.ENDED:
                return True
            if job.id in self._running:  # it has got under way while we looked
                continue
            if left <= 0:
                return False
            await asyncio.sleep(min(pause, left))
            pause = min(pause * 1.5, _SLOWEST_POLL_SECONDS)

    async def state(self, job: Job) -> JobState:
        await self._ready.wait()
        from dbos import DBOS  # noqa: PLC0415 -- slow to load: commands that commit nothing do without

        if job.id in self._running:
            return JobState.ACTIVE
        try:
            found = await DBOS.get_workflow_status_async(job.id)
        except Exception as error:
            raise Unavailable("the engine's database does not answer") from error
        if found is None:
            return JobState.UNKNOWN
        return JobState.ENDED if found.status in _ENDED else JobState.ACTIVE

    async def stop(self, seconds: float = 2.0) -> None:
        """Give what runs here some time to end, then leave it to be taken over."""
        if self._background is not None:
            self._background.cancel()
            await asyncio.gather(self._background, return_exceptions=True)
        if self._running:
            await asyncio.wait(set(self._running.values()), timeout=seconds)
        if self._ready.is_set():
            # In a thread that nobody has to wait for: what it leaves undone ends with the process.
            closing = threading.Thread(target=self._close, name="engine-closing", daemon=True)
            closing.start()
            end = self._loop.time() + _CLOSE_SECONDS
            while closing.is_alive() and self._loop.time() < end:  # noqa: ASYNC110 - a thread has no event
                await asyncio.sleep(0.01)
            # DBOS made its own thread pool this loop's default, and shuts it down.
            self._loop.set_default_executor(ThreadPoolExecutor())
        self._alive.close()

    # ---- inside ------------------------------------------------------------------------------------------------------

    async def _live(self) -> None:
        while not self._ready.is_set():
            try:
                await asyncio.to_thread(self._launch)
                self._ready.set()
            except Exception:  # noqa: BLE001 - a database that is down comes back
                _log.exception("the durable engine did not launch; trying again")
                await asyncio.sleep(1)
        purge_at, purge_every = 0.0, min(_PURGE_SECONDS, self._keep_ended.total_seconds())
        while True:
            try:
                await asyncio.to_thread(self._take_over)
                if self._loop.time() >= purge_at:
                    more = await asyncio.to_thread(self._purge)
                    purge_at = 0.0 if more else self._loop.time() + purge_every
            except Exception as error:  # noqa: BLE001 - the database may be down for a while
                _log.warning("could not look for work to take over: %s", type(error).__name__)
            await asyncio.sleep(_LOOK_ROUND_SECONDS)

    def _launch(self) -> None:
        from dbos import DBOS, DBOSPortableJSONSerializer  # noqa: PLC0415 -- slow to load: commands that commit nothing do without

        self._alive.hold()
        self._database = _database(self._url)
        config: DBOSConfig = {
            "name": "pupitre",
            "application_version": _VERSION,
            "executor_id": self._name,
            "serializer": DBOSPortableJSONSerializer(),
            "system_database_url": self._url,
            "system_database_engine": self._database,
            "use_listen_notify": False,
            "max_executor_threads": 16,
            "log_level": "ERROR",
        }
        DBOS.destroy(destroy_registry=True)
        DBOS(config=config)

        async def run(fields: dict[str, object]) -> None:
            await self._job(fields)

        self._run = DBOS.workflow(name="job")(run)
        DBOS.launch()
        DBOS.register_queue(_TAKEOVERS, polling_interval_sec=_LOOK_ROUND_SECONDS / 2, on_conflict="always_update")

    async def _job(self, fields: dict[str, object]) -> None:
        """What DBOS runs: in the desk's own loop when begun here, in one of its own when taken over."""
        from dbos import DBOS  # noqa: PLC0415 -- slow to load: commands that commit nothing do without

        job = msgspec.convert(fields, Job)

        async def keep(name: str, run: Callable[[], Awaitable[Kept]]) -> Kept:
            async def at_home() -> Kept:
                return await self._at_home(run())

            return await DBOS.run_step_async({"name": name}, at_home)

        task = asyncio.current_task()
        if task is not None and asyncio.get_running_loop() is self._loop:
            self._running[job.id] = task
        try:
            await self._works[job.kind](Steps(keep, self._at_home), job)
        finally:
            self._running.pop(job.id, None)

    async def _at_home(self, work: Awaitable[T]) -> T:
        """Connections belong to the desk's loop: whatever touches the world runs there."""
        if asyncio.get_running_loop() is self._loop:
            return await work

        async def awaited() -> T:
            return await work

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(awaited(), self._loop))

    def _close(self) -> None:
        from dbos import DBOS  # noqa: PLC0415 -- slow to load: commands that commit nothing do without

        DBOS.destroy(destroy_registry=True)
        if self._database is not None:
            self._database.dispose()

    def _take_over(self) -> None:
        """Resume what dead processes left. The lock in a dead one's name keeps any two from resuming the same."""
        from dbos import DBOS  # noqa: PLC0415 -- slow to load: commands that commit nothing do without

        self._alive.hold()
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        owners = {found.executor_id for found in pending if found.executor_id} - {self._name}
        self._found_dead = Counter({owner: n for owner, n in self._found_dead.items() if owner in owners})
        for owner in owners:
            with self._alive.dead(owner) as dead:
                self._found_dead[owner] = self._found_dead[owner] + 1 if dead else 0
                if not dead or self._found_dead[owner] < self._alive.patience:
                    continue
                left = DBOS.list_workflows(status="PENDING", executor_id=owner, load_input=False, load_output=False)
                if left:
                    DBOS.resume_workflows([found.workflow_id for found in left], queue_name=_TAKEOVERS)
                    _log.warning("took over %d jobs of a process that died", len(left))

    def _purge(self) -> bool:
        """Delete some of what has ended; whether there may be more."""
        from dbos import DBOS  # noqa: PLC0415 -- slow to load: commands that commit nothing do without

        before = (SystemClock().now() - self._keep_ended).isoformat()  # the engine's own time, never the sandbox's
        ended = DBOS.list_workflows(
            status=sorted(_ENDED), end_time=before, limit=_PURGE_AT_ONCE, load_input=False, load_output=False
        )
        if ended:
            DBOS.delete_workflows([found.workflow_id for found in ended])
        return len(ended) == _PURGE_AT_ONCE


def _alive(url: str, name: str) -> Alive:
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        return LockedFiles(file.with_name(f"{file.name}.alive"), name)
    from pupitre.booking.alive_postgresql import AdvisoryLocks  # noqa: PLC0415 - loads a driver SQLite needs not

    return AdvisoryLocks(url, name)


def _database(url: str) -> sqlalchemy.Engine:
    import sqlalchemy as sa  # noqa: PLC0415 - heavy, and needed only here

    if not url.startswith("sqlite"):
        return sa.create_engine(
            sa.make_url(url).set(drivername="postgresql+psycopg"), pool_size=8, max_overflow=4, pool_pre_ping=True
        )
    Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, connect_args={"check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's own types
        connection.isolation_level = "IMMEDIATE"
        # NORMAL survives every death of a process. What a power cut takes is a step's result or a job's beginning: the
        # step is done again, idempotent as it is, and the job begun again by the watch; our own store loses nothing.
        for pragma in ("busy_timeout=30000", "foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
