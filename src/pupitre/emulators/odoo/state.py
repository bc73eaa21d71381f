"""Everything one emulated Odoo server knows: its databases, its sessions, its clock."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import msgspec

from pupitre.emulators.odoo import worlds
from pupitre.emulators.odoo.clock import Clock
from pupitre.emulators.odoo.database import Database
from pupitre.emulators.odoo.sessions import Sessions
from pupitre.emulators.storage import Records

FIRST_DATABASES = ("demo", "demo2")
"""One per tenant of the demonstration."""


class State:
    """Kept in a folder, or in memory."""

    def __init__(self, data: Path | None) -> None:
        self._storage = Records(data)
        self.clock = next((msgspec.json.decode(body, type=Clock) for body in self._storage.load("clock")), Clock())
        self.sessions = Sessions(self._storage)
        self.calls: deque[tuple[str, str]] = deque(maxlen=1000)
        """The last calls, their database and `model.method`, oldest first; not kept across a restart."""
        names = [body.decode() for body in self._storage.load("database")] or list(FIRST_DATABASES)
        self.databases: dict[str, Database] = {}
        for name in names:
            self.database(name, make=True)

    def database(self, name: str, *, make: bool = False) -> Database:
        """The database of this name; `make` begins a new one. Raises ValueError."""
        if name not in self.databases:
            if not make:
                raise ValueError(f"there is no database {name!r}; there is: {', '.join(self.databases)}")
            db = Database(name, self._storage)
            if not db.tables["res.users"]:
                with db.transaction():
                    worlds.begin(db, self.clock.now())
            self._storage.write({("database", name): name.encode()})
            self.databases[name] = db
        return self.databases[name]

    def keep_clock(self) -> None:
        self._storage.write({("clock", ""): msgspec.json.encode(self.clock)})

    def close(self) -> None:
        self._storage.close()
