"""The one door to the store: named queries in, rows out, one atomic batch per write.

What the databases say is translated here into the tree of `ports`: down, locked or full is `Unavailable`, a row count
that is not the expected one is `Stale` (or the statement's own error), a broken uniqueness is `Conflict`, an overlap
refused by the database is `SlotTaken`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from msgspec import Struct

from pupitre.ports import DeskError, Stale

Param = str | int | float | bytes | date | datetime | None
"""What a query takes. Instants are aware; there are no truth values in the schema, only instants and words."""

Row = dict[str, object]


class Dialect(StrEnum):
    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class Query(Struct, frozen=True):
    """One named piece of SQL with `:name` parameters, in the form each database understands."""

    name: str
    sqlite: str
    postgresql: str
    """With `$1, $2, …` in the place of names."""
    order: tuple[str, ...]
    """The names behind `$1, $2, …`."""
    answers: bool
    """Whether it returns rows."""

    def bind(self, **params: Param) -> Statement:
        """The query with its values, ready to be written."""
        return Statement(self, params)


class Statement(Struct, frozen=True):
    """A query with its values, and how many rows it must touch for its batch to stand."""

    query: Query
    params: Mapping[str, Param]
    expect: int | None = None
    error: DeskError | None = None

    def expecting(self, count: int, error: DeskError | None = None) -> Statement:
        """The same, but any other number of rows undoes the whole batch and raises `error` (Stale if not given)."""
        return Statement(self.query, self.params, count, error)

    def check(self, count: int) -> None:
        """Raise if `count` rows is not what was expected."""
        if self.expect is not None and count != self.expect:
            raise self.error or Stale(f"{self.query.name} touched {count} rows, {self.expect} expected")


class Result(NamedTuple):
    """What one statement of a batch brought: the rows it returned, and how many it touched."""

    rows: list[Row]
    touched: int


class Database(Protocol):
    """SQLite or PostgreSQL; which of the two shows nowhere else."""

    dialect: Dialect
    url: str

    async def read(self, query: Query, **params: Param) -> list[Row]:
        """The rows as last committed. Raises Unavailable."""
        ...

    async def write(self, *statements: Statement) -> list[Result]:
        """All of it or nothing, durable on return; results in the order of the statements.

        Raises Stale or a statement's own error, Conflict, SlotTaken, Unavailable.
        """
        ...

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """Waits until nobody else holds `name`: in this process, and with PostgreSQL in any other. Raises Unavailable.

        A help, not a guard: SQLite locks one process only, and a broken connection lets go. Versions decide.
        """
        ...

    async def close(self) -> None:
        """Finish what is queued, then let go of the database."""
        ...
