"""What survives a restart: records by kind and key in one SQLite file, written before a request is answered.

The emulator works on its state in memory; this file is where every change goes besides. Write-ahead logging makes a
killed process lose nothing that was answered.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path


class Records:
    """A table of (kind, key) -> JSON text."""

    def __init__(self, folder: Path | None) -> None:
        """Open the file in `folder` (made if missing); None keeps everything in memory."""
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(":memory:" if folder is None else folder / "state.sqlite3", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS record (kind TEXT, key TEXT, body BLOB NOT NULL, PRIMARY KEY (kind, key))"
            " WITHOUT ROWID"
        )

    def load(self, kind: str) -> Iterator[bytes]:
        """The bodies of one kind, in the order of their keys."""
        for (body,) in self._db.execute("SELECT body FROM record WHERE kind = ? ORDER BY key", (kind,)):
            yield body

    def write(self, changed: dict[tuple[str, str], bytes | None]) -> None:
        """Put these bodies, drop where there is None: all or nothing."""
        if not changed:
            return
        with self._db:
            self._db.execute("BEGIN")
            self._db.executemany(
                "INSERT INTO record VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
                [(kind, key, body) for (kind, key), body in changed.items() if body is not None],
            )
            self._db.executemany(
                "DELETE FROM record WHERE kind = ? AND key = ?",
                [place for place, body in changed.items() if body is None],
            )

    def close(self) -> None:
        self._db.close()
