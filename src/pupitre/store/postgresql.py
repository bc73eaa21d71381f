"""PostgreSQL behind the door: a pool of asyncpg connections, one transaction per batch.

Named locks are advisory locks of one session kept for that purpose, however many turns run: waiting is asking again, so
that a slow turn takes no connection from the pool.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime

import asyncpg

from pupitre.ports import Conflict, Refused, SlotTaken, Unavailable
from pupitre.store.database import Dialect, Param, Query, Result, Row, Statement
from pupitre.store.locks import Locks

SCHEMA = "pupitre"
"""The PostgreSQL schema that holds every table of the store."""

_MOST_CONNECTIONS = 10
_CONNECT_WAIT = 5.0
_ANSWER_WAIT = 10.0
_DEADLOCK_TRIES = 5
_LOCK_WAITS = (0.002, 0.005, 0.01, 0.02, 0.04)
"""Seconds between two tries to get a lock that another process holds; the last one repeats."""

_GONE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresSystemError,
)
_TRY_AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


class PostgresqlDatabase:
    """One database, all tables in the schema `pupitre`."""

    dialect = Dialect.POSTGRESQL

    def __init__(self, url: str, pool: asyncpg.Pool) -> None:
        self.url = url
        self._pool = pool
        self._locks = Locks()
        self._keeper = _LockKeeper(url)
        self._closed = False
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @classmethod
    async def open(cls, url: str) -> PostgresqlDatabase:
        """Connects. Raises Unavailable."""
        with _translated():
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=_MOST_CONNECTIONS,
                timeout=_CONNECT_WAIT,
                command_timeout=_ANSWER_WAIT,
                reset=_keep,
                server_settings={
                    "search_path": f"{SCHEMA}, public",
                    "application_name": "pupitre",
                    # Every query reads a few rows through an index. Where statistics are missing the planner expects
                    # many, and compiling for them would take the server's processor a thousand times as long.
                    "jit": "off",
                },
            )
        return cls(url, pool)

    async def read(self, query: Query, **params: Param) -> list[Row]:
        """See `Database.read`."""
        with self._in_use(), _translated():
            rows = await self._pool.fetch(query.postgresql, *_ordered(query, params))
        return [dict(row) for row in rows]

    async def write(self, *statements: Statement) -> list[Result]:
        """See `Database.write`. A batch that the server chose to undo (deadlock) is tried again."""
        if not statements:
            return []
        with self._in_use(), _translated():
            for _ in range(_DEADLOCK_TRIES - 1):
                with suppress(*_TRY_AGAIN):
                    return await self._write(statements)
            return await self._write(statements)

    async def _write(self, statements: tuple[Statement, ...]) -> list[Result]:
        if len(statements) == 1 and statements[0].expect is None:  # a statement alone is a transaction of its own
            async with self._pool.acquire(timeout=_CONNECT_WAIT) as connection:
                return [await _run(connection, statements[0])]
        results = []
        async with self._pool.acquire(timeout=_CONNECT_WAIT) as connection, connection.transaction():
            for statement in statements:
                results.append(await _run(connection, statement))  # noqa: PERF401  a comprehension cannot be undone midway
        return results

    @asynccontextmanager
    async def lock(self, name: str) -> AsyncIterator[None]:
        """See `Database.lock`: across processes."""
        async with self._locks.hold(name):
            key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
            waits = iter(_LOCK_WAITS)
            while not await self._keeper.take(key):  # noqa: ASYNC110  another process holds it: no event can tell
                await asyncio.sleep(next(waits, _LOCK_WAITS[-1]))
            try:
                yield
            finally:
                self._keeper.release(key)

    async def close(self) -> None:
        """See `Database.close`."""
        self._closed = True
        await self._idle.wait()
        await self._keeper.close()
        await self._pool.close()

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        """What is asked while the door closes is refused; what was asked before is waited for."""
        if self._closed:
            raise Unavailable("the store is closed")
        self._under_way += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()


class _LockKeeper:
    """The session that holds this process's advisory locks; opened when first needed, and again when it broke.

    What is asked of the server is never cut off half way, though the turn that asked be cancelled: a lock granted to
    nobody would keep the call from every other process.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._session: asyncpg.Connection | None = None
        self._one_query = asyncio.Lock()
        self._asked: set[asyncio.Task[bool]] = set()

    async def take(self, key: int) -> bool:
        """Whether the lock is ours now. Raises Unavailable."""
        taking = self._ask(self._take(key))
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            self._ask(self._let_go(key, taking))
            raise

    def release(self, key: int) -> None:
        """Nobody waits for it to be done: the session counts how often it has the lock."""
        self._ask(self._let_go(key))

    async def close(self) -> None:
        """A session that ends lets go of everything."""
        if self._asked:
            await asyncio.wait(self._asked)
        if self._session is not None:
            self._session.terminate()

    def _ask(self, asking: Coroutine[None, None, bool]) -> asyncio.Task[bool]:
        task = asyncio.create_task(asking)
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)
        return task

    async def _take(self, key: int) -> bool:
        async with self._one_query:
            with _translated():
                if self._session is None or self._session.is_closed():
                    self._session = await asyncpg.connect(
                        self._url, timeout=_CONNECT_WAIT, command_timeout=_ANSWER_WAIT
                    )
                taken: bool = await self._session.fetchval("SELECT pg_try_advisory_lock($1)", key)
                return taken

    async def _let_go(self, key: int, taking: asyncio.Task[bool] | None = None) -> bool:
        with suppress(Unavailable):
            if taking is None or await taking:
                await self._release(key)
        return False

    async def _release(self, key: int) -> None:
        async with self._one_query:
            if self._session is not None and not self._session.is_closed():
                try:
                    await self._session.execute("SELECT pg_advisory_unlock($1)", key)
                except (*_GONE, asyncpg.PostgresError):
                    self._session.terminate()  # what it held is free with it


async def _run(connection: asyncpg.pool.PoolConnectionProxy, statement: Statement) -> Result:
    query, params = statement.query, _ordered(statement.query, statement.params)
    if query.answers:
        rows = [dict(row) for row in await connection.fetch(query.postgresql, *params)]
        result = Result(rows, len(rows))
    else:
        result = Result([], _touched(await connection.execute(query.postgresql, *params)))
    statement.check(result.touched)
    return result


def _touched(status: str) -> int:
    """The count at the end of a command tag: `UPDATE 3`, `INSERT 0 1`."""
    return int(status.rpartition(" ")[2])


def _ordered(query: Query, params: Mapping[str, Param]) -> list[Param]:
    if len(params) != len(query.order):
        raise TypeError(f"{query.name} takes {sorted(query.order)}, given {sorted(params)}")
    values = [params[name] for name in query.order]
    for value in values:
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(f"an instant without a time zone: {value}")
    return values


async def _keep(_: asyncpg.Connection) -> None:
    """Nothing to reset when a connection goes back to the pool: no session state is ever set on it."""


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except asyncpg.ExclusionViolationError as error:
        raise SlotTaken("another appointment of this agent is at that time") from error
    except asyncpg.UniqueViolationError as error:
        raise Conflict(str(error)) from error
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
        raise Refused(str(error)) from error
    except (*_TRY_AGAIN, *_GONE) as error:
        raise Unavailable(f"the store does not answer: {type(error).__name__}: {error}") from error


@asynccontextmanager
async def connect(url: str) -> AsyncIterator[asyncpg.Connection]:
    """One connection outside the pool. Raises Unavailable."""
    with _translated():
        connection = await asyncpg.connect(url, timeout=_CONNECT_WAIT, command_timeout=_ANSWER_WAIT)
        try:
            yield connection
        finally:
            await connection.close()
