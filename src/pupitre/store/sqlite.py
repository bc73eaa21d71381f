"""SQLite behind the door: reads on the loop, writes in one thread that commits in groups.

Every batch that waits when the writer is free goes into one transaction, a savepoint each, so that they share one
fsync; nobody is answered before COMMIT is on disk (WAL, synchronous=FULL). Other processes may have the file open too.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from pupitre.ports import Conflict, DeskError, Refused, SlotTaken, Unavailable
from pupitre.store.database import Dialect, Param, Query, Result, Row, Statement
from pupitre.store.locks import Locks

SLOT_TAKEN = "slot taken"
"""What the triggers of the schema say when two intervals of one agent would overlap."""

_LARGEST_GROUP = 200
_WRITE_WAIT = 5.0
"""Seconds that a write waits for another process; a read never waits for a writer (WAL), only for recovery."""
_READ_WAIT = 0.5
_CACHED_STATEMENTS = 256
_FOR_LATER = {
    sqlite3.SQLITE_BUSY: "locked by another process",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_FULL: "disk full",
    sqlite3.SQLITE_IOERR: "disk error",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_READONLY: "read only",
    sqlite3.SQLITE_PERM: "no permission",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "not a database",
    sqlite3.SQLITE_NOMEM: "out of memory",
    sqlite3.SQLITE_PROTOCOL: "locked by another process",
}
_Plain = Mapping[str, str | int | float | bytes | None]
_Work = Sequence[tuple[Statement, _Plain]]
_Outcome = list[Result] | Exception


class _Batch(NamedTuple):
    work: _Work
    answer: asyncio.Future[list[Result]]


class SqliteDatabase:
    """One file. Made and used on one event loop; closing waits for what is queued."""

    dialect = Dialect.SQLITE

    def __init__(self, path: Path) -> None:
        """Opens the file, made if missing. Raises Unavailable."""
        self.url = f"sqlite:///{path}"
        self._path = path
        self._locks = Locks()
        self._queue: SimpleQueue[_Batch | None] = SimpleQueue()
        self._writing = _connect(path, _WRITE_WAIT)
        try:
            self._reading = _connect(path, _READ_WAIT)
        except Unavailable:
            self._writing.close()
            raise
        self._reading.execute("PRAGMA query_only = ON")
        self._closed = False
        self._loop = asyncio.get_running_loop()
        self._writer = threading.Thread(target=self._write_groups, name="store-writer", daemon=True)
        self._writer.start()

    async def read(self, query: Query, **params: Param) -> list[Row]:
        """See `Database.read`."""
        if self._closed:
            raise Unavailable("the store is closed")
        try:
            return self._reading.execute(query.sqlite, _plain(params)).fetchall()
        except sqlite3.Error as error:
            raise _translated(error) from error

    async def write(self, *statements: Statement) -> list[Result]:
        """See `Database.write`."""
        if self._closed:
            raise Unavailable("the store is closed")
        if not statements:
            return []
        answer: asyncio.Future[list[Result]] = self._loop.create_future()
        work = [(statement, _plain(statement.params)) for statement in statements]
        self._queue.put(_Batch(work, answer))
        return await answer

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """See `Database.lock`: within this process."""
        return self._locks.hold(name)

    async def close(self) -> None:
        """See `Database.close`."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._writer.join)
        self._writing.close()
        self._reading.close()

    # ---- in the writer's thread --------------------------------------------------------------------------------------

    def _write_groups(self) -> None:
        group: list[_Batch] = []
        try:
            while group := self._next_group():
                self._loop.call_soon_threadsafe(_answer, group, self._commit(group))
        finally:  # nobody is left waiting, whatever ended the thread
            self._closed = True
            while not self._queue.empty():
                batch = self._queue.get()
                group += [batch] if batch else []
            if group:
                stopped: list[_Outcome] = [Unavailable("the store's writer has stopped") for _ in group]
                self._loop.call_soon_threadsafe(_answer, group, stopped)

    def _next_group(self) -> list[_Batch]:
        """Everything that waits now, at least one batch; empty when the door was closed."""
        group: list[_Batch] = []
        batch = self._queue.get()
        while batch is not None:
            group.append(batch)
            if len(group) == _LARGEST_GROUP or self._queue.empty():
                return group
            batch = self._queue.get()
        if group:
            self._queue.put(None)
        return group

    def _commit(self, group: Sequence[_Batch]) -> list[_Outcome]:
        try:
            self._writing.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            return [_translated(error) for _ in group]
        try:
            outcomes = [self._try(batch.work) for batch in group]
            self._writing.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            if len(group) == 1:
                return [_translated(error)]
        else:
            return outcomes
        # Nobody has been answered: each alone, so that one that cannot be written takes no other with it.
        return [outcome for batch in group for outcome in self._commit([batch])]

    def _try(self, work: _Work) -> _Outcome:
        self._writing.execute("SAVEPOINT batch")
        try:
            results = [self._run(statement, params) for statement, params in work]
        except (DeskError, sqlite3.Error, OverflowError, ValueError) as error:  # the last two: values it cannot hold
            if not self._writing.in_transaction:  # SQLite itself undid everything (disk full, I/O error)
                raise
            self._writing.execute("ROLLBACK TO batch")
            self._writing.execute("RELEASE batch")
            return _translated(error)
        self._writing.execute("RELEASE batch")
        return results

    def _run(self, statement: Statement, params: _Plain) -> Result:
        cursor = self._writing.execute(statement.query.sqlite, params)
        rows: list[Row] = cursor.fetchall()
        count = len(rows) if cursor.description else cursor.rowcount
        statement.check(count)
        return Result(rows, count)

    def _roll_back(self) -> None:
        if self._writing.in_transaction:
            self._writing.execute("ROLLBACK")


def _answer(group: Sequence[_Batch], outcomes: Sequence[_Outcome]) -> None:
    for batch, outcome in zip(group, outcomes, strict=True):
        if batch.answer.done():  # whoever asked was cancelled meanwhile
            continue
        if isinstance(outcome, Exception):
            batch.answer.set_exception(outcome)
        else:
            batch.answer.set_result(outcome)


def _connect(path: Path, wait: float) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(
            path,
            timeout=wait,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_CACHED_STATEMENTS,
        )
        connection.row_factory = _row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_size_limit = 67108864")
    except sqlite3.Error as error:
        raise Unavailable(f"{path}: {error}") from error
    return connection


def _row(cursor: sqlite3.Cursor, values: tuple[object, ...]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


def _plain(params: Mapping[str, Param]) -> _Plain:
    """Instants as UTC text of constant width, so that text order is time order."""
    return {
        name: stored(value) if isinstance(value, date) else value  # a datetime is a date too
        for name, value in params.items()
    }


def stored(value: date) -> str:
    """A day or an aware instant as SQLite keeps it: `2026-01-06` or `2026-01-06T08:00:00.000000Z`."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"an instant without a time zone: {value}")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat()


def _translated(error: Exception) -> Exception:
    if isinstance(error, sqlite3.IntegrityError):
        if SLOT_TAKEN in str(error):
            return _caused(SlotTaken("another appointment of this agent is at that time"), error)
        code = error.sqlite_errorcode
        if code in {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}:
            return _caused(Conflict(str(error)), error)
        return _caused(Refused(str(error)), error)
    if isinstance(error, sqlite3.Error):
        # Primary result code: the low byte of the extended one (sqlite.org/rescode.html).
        why = _FOR_LATER.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        if why:
            return _caused(Unavailable(f"the store is {why}: {error}"), error)
    return error


def _caused(error: DeskError, cause: Exception) -> DeskError:
    error.__cause__ = cause
    return error
