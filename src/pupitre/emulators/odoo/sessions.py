"""Who is logged in: sessions, the lock-out after refused logins, and second factors."""

from __future__ import annotations

import hashlib
import secrets
import time

import msgspec
from msgspec import Struct

from pupitre.emulators.odoo.behaviours import SECRET
from pupitre.emulators.odoo.database import Database
from pupitre.emulators.odoo.errors import DENIED, OdooError
from pupitre.emulators.storage import Records

LIFE_S = 604_800
"""Seven days: the Max-Age of the cookie."""
_MOST_REFUSALS = 10
_COOL_DOWN_S = 60


class Session(Struct, frozen=True):
    database: str
    uid: int
    proof: str
    """Changes with the password, which ends the session."""


class Sessions:
    """All sessions of one server. They survive a restart; refused logins do not."""

    def __init__(self, storage: Records) -> None:
        self._storage = storage
        self._open: dict[str, Session] = {}
        self._refused: dict[str, tuple[int, float]] = {}
        self.two_factor: set[str] = set()
        """Databases in which everybody needs a second factor."""
        self.rotate_next = False
        for body in storage.load("session"):
            sid, session = msgspec.json.decode(body, type=tuple[str, Session])
            self._open[sid] = session

    def log_in(self, db: Database, login: str, password: str) -> tuple[str, int | None]:
        """A new session and its user; None when a second factor is wanted. Raises AccessDenied's fault."""
        count, last = self._refused.get(db.name, (0, 0.0))
        if count >= _MOST_REFUSALS and time.monotonic() - last < _COOL_DOWN_S:
            raise OdooError(DENIED, "Too many login failures, please wait a bit before trying again.")
        user = next((row for row in db.tables["res.users"].values() if row["login"] == login and row["active"]), None)
        if user is None or not password or user.get(SECRET) != password:
            self._refused[db.name] = (count + 1, time.monotonic())
            raise OdooError(DENIED, "Access Denied")
        self._refused.pop(db.name, None)
        sid = secrets.token_urlsafe(63)
        if db.name in self.two_factor:
            return sid, None
        uid = int(str(user["id"]))
        self._keep(sid, Session(db.name, uid, _proof(user.get(SECRET))))
        return sid, uid

    def of(self, sid: str | None, databases: dict[str, Database]) -> tuple[Database, int] | None:
        """Whose session it is; None when it has ended, or its user is archived or has another password."""
        session = self._open.get(sid or "")
        db = databases.get(session.database) if session else None
        if session is None or db is None or db.name in self.two_factor:
            return None
        user = db.get("res.users", session.uid)
        if user is None or not user["active"] or session.proof != _proof(user.get(SECRET)):
            return None
        return db, session.uid

    def rotated(self, sid: str) -> str | None:
        """Another id for the session, where that was ordered; the old one ends."""
        if not self.rotate_next or sid not in self._open:
            return None
        self.rotate_next = False
        fresh = secrets.token_urlsafe(63)
        self._keep(fresh, self._open[sid])
        self.end(sid)
        return fresh

    def end(self, sid: str | None) -> None:
        if self._open.pop(sid or "", None) is not None:
            self._storage.write({("session", str(sid)): None})

    def end_all(self, database: str | None = None) -> None:
        for sid, session in list(self._open.items()):
            if database in (None, session.database):
                self.end(sid)

    def forgive(self) -> None:
        """Forget refused logins."""
        self._refused.clear()

    def _keep(self, sid: str, session: Session) -> None:
        self._open[sid] = session
        self._storage.write({("session", sid): msgspec.json.encode((sid, session))})


def _proof(password: object) -> str:
    return hashlib.sha256(str(password).encode()).hexdigest()[:16]
