"""Signs of life on PostgreSQL: an advisory lock for each process. Apart from `alive`, as it loads the driver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

_SERVERS_KEEPALIVES = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3"}
"""A machine that loses power says no goodbye: without these the server keeps its locks for two hours (Linux's default),
and nobody takes over its work (PostgreSQL 15 documentation §20.3.2).
"""
_OWN = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""The same for a server that is gone (libpq §34.1.2; the last in milliseconds)."""


class AdvisoryLocks:
    """For the processes of one PostgreSQL: an advisory lock for each.

    A restart of the server lets go of all of them at once: nobody is believed dead before he had time to lock again.
    """

    patience = 2

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None

    def _connected(self) -> psycopg.Connection[tuple[object, ...]]:
        if self._connection is None:
            connection = psycopg.connect(psycopg.conninfo.make_conninfo(self._url, **_OWN), autocommit=True)
            for name, value in _SERVERS_KEEPALIVES.items():
                connection.execute("SELECT set_config(%s, %s, false)", (name, value))
            connection.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (_key(self._name),))
            self._connection = connection
        return self._connection

    def hold(self) -> None:
        try:
            self._connected().execute("SELECT 1")
        except psycopg.Error:
            self.close()
            self._connected()

    @contextmanager
    def dead(self, name: str) -> Iterator[bool]:
        connection = self._connected()
        key = (_key(name),)
        row = connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", key).fetchone()
        locked = row is not None and row[0] is True
        try:
            yield locked
        finally:
            if locked:
                connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", key)

    def close(self) -> None:
        if self._connection is not None:
            if not self._connection.broken:
                # Else the server lets go a moment after the connection has ended.
                with suppress(psycopg.Error):
                    self._connection.execute("SELECT pg_advisory_unlock_all()")
            self._connection.close()
            self._connection = None


def _key(name: str) -> str:
    return f"pupitre.alive:{name}"
