"""`/_emu/*` of this backend: what Odoo does not have and a test needs. docs/odoo-emulator.md describes each."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pupitre.emulators.odoo import orm, worlds
from pupitre.emulators.odoo.errors import OdooError
from pupitre.emulators.odoo.state import State


class _ClockOrder(Struct, forbid_unknown_fields=True):
    set: datetime | None = None
    advance_s: float | None = None
    run: bool = False


class _KeyOrder(Struct, forbid_unknown_fields=True):
    login: str
    db: str = "demo"
    days: float | None = None
    """Its life; None: without end."""


class _SessionOrder(Struct, forbid_unknown_fields=True):
    db: str | None = None
    """Whose sessions; None: everybody's."""
    expire: bool = False
    """End them."""
    rotate: bool = False
    """Give the next session that is used another id."""
    forgive: bool = False
    """Forget refused logins."""


class _FactorOrder(Struct, forbid_unknown_fields=True):
    enforced: bool
    db: str = "demo"


class _ResetOrder(Struct, forbid_unknown_fields=True):
    db: str | None = None
    """None: every database; those that a world made are forgotten."""
    bare: bool = False


_DUMPED = ("calendar.event", "calendar.attendee", "res.partner", "res.users", "mail.activity", "mail.mail")


class ControlPlane:
    """Every order answers 200 with JSON, or 400 with `{"error": why}`."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.routes: Mapping[tuple[str, str], Callable[[Request], Awaitable[object]]] = {
            ("POST", "world"): self._world,
            ("POST", "reset"): self._reset,
            ("GET", "dump"): self._dump,
            ("GET", "calls"): self._calls,
            ("DELETE", "calls"): self._forget_calls,
            ("POST", "clock"): self._clock,
            ("GET", "clock"): self._tell_clock,
            ("POST", "key"): self._key,
            ("POST", "sessions"): self._sessions,
            ("POST", "two_factor"): self._two_factor,
        }

    async def answer(self, request: Request, name: str) -> Response:
        order = self.routes.get((request.method, name))
        if order is None:
            return JSONResponse({"error": f"there is no {request.method} /_emu/{name}"}, 404)
        try:
            return Response(msgspec.json.encode(await order(request)), media_type="application/json")
        except (msgspec.MsgspecError, OdooError, ValueError) as error:
            return JSONResponse({"error": str(error) or repr(error)}, 400)

    async def _world(self, request: Request) -> object:
        """Empty one database and load it."""
        world = msgspec.json.decode(await request.body(), type=worlds.World)
        db = self._state.database(world.db, make=True)
        with db.transaction():
            ids = worlds.load(db, world, self._state.clock.now())
        self._state.sessions.forgive()
        return ids

    async def _reset(self, request: Request) -> object:
        order = msgspec.json.decode(await request.body() or b"{}", type=_ResetOrder)
        names = [order.db] if order.db else list(self._state.databases)
        for name in names:
            db = self._state.database(name, make=True)
            with db.transaction():
                worlds.begin(db, self._state.clock.now(), bare=order.bare)
        self._state.sessions.forgive()
        self._state.sessions.two_factor.clear()
        return {"databases": names}

    async def _dump(self, request: Request) -> object:
        """Every record of the models people look at, links as plain ids, archived ones included."""
        db = self._state.database(request.query_params.get("db", "demo"))
        env = worlds.server_env(db, self._state.clock.now())
        return {
            model: orm.read(env, model, orm.search(env, model, [], order="id"), None, pairs=False) for model in _DUMPED
        }

    async def _calls(self, request: Request) -> object:
        wanted = request.query_params.get("db")
        return [call for database, call in self._state.calls if wanted in (None, database)]

    async def _forget_calls(self, _request: Request) -> object:
        self._state.calls.clear()
        return []

    async def _clock(self, request: Request) -> object:
        order = msgspec.json.decode(await request.body(), type=_ClockOrder)
        clock = self._state.clock
        if order.run:
            clock.run()
        if order.set is not None:
            clock.set(order.set)
        if order.advance_s is not None:
            clock.advance(timedelta(seconds=order.advance_s))
        self._state.keep_clock()
        return await self._tell_clock(request)

    async def _tell_clock(self, _request: Request) -> object:
        clock = self._state.clock
        return {"now": clock.now().isoformat() + "Z", "frozen": clock.frozen is not None}

    async def _key(self, request: Request) -> object:
        order = msgspec.json.decode(await request.body(), type=_KeyOrder)
        db = self._state.database(order.db)
        secret = secrets.token_hex(20)
        life = timedelta(days=order.days) if order.days is not None else None
        with db.transaction():
            worlds.make_key(db, order.login, secret, self._state.clock.now(), life)
        return {"key": secret}

    async def _sessions(self, request: Request) -> object:
        order = msgspec.json.decode(await request.body(), type=_SessionOrder)
        if order.expire:
            self._state.sessions.end_all(order.db)
        if order.rotate:
            self._state.sessions.rotate_next = True
        if order.forgive:
            self._state.sessions.forgive()
        return {}

    async def _two_factor(self, request: Request) -> object:
        order = msgspec.json.decode(await request.body(), type=_FactorOrder)
        factor = self._state.sessions.two_factor
        (factor.add if order.enforced else factor.discard)(order.db)
        return {}
