"""The Odoo emulator as `control` mounts it: JSON-RPC with a session, JSON-2 with a key, pages for screen-pops."""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from pupitre.emulators.faults import Faults, Respond, Rpc
from pupitre.emulators.odoo import methods, orm
from pupitre.emulators.odoo.behaviours import SECRET
from pupitre.emulators.odoo.control_plane import ControlPlane
from pupitre.emulators.odoo.database import Database
from pupitre.emulators.odoo.env import FORMAT, Env
from pupitre.emulators.odoo.errors import ACCESS, ARGUMENTS, TYPE, OdooError, WrongArguments, expired
from pupitre.emulators.odoo.sessions import LIFE_S
from pupitre.emulators.odoo.state import State
from pupitre.emulators.odoo.views import value
from pupitre.emulators.odoo.worlds import server_env

_VERSION = [19, 0, 0, "final", 0, ""]
_CALL_KW = "/web/dataset/call_kw"
_JSON2 = "/json/2/"
_COOKIE = "session_id"


class Odoo:
    """One emulated Odoo 19 server."""

    name = "odoo"

    def __init__(self, data: Path | None, faults: Faults) -> None:  # noqa: ARG002 -- the seam's shape: the gate has them
        """State in the folder `data` (made if missing), or in memory if None."""
        self._data = data

    async def open(self) -> None:
        self._state = State(self._data)
        self._control = ControlPlane(self._state)

    async def close(self) -> None:
        self._state.close()

    def rpc_of(self, path: str, body: bytes) -> Rpc:
        if path.startswith(_JSON2):
            model, _, method = path.removeprefix(_JSON2).partition("/")
            return Rpc(model, method)
        if path.startswith(_CALL_KW):
            try:
                params = msgspec.json.decode(body)["params"]
                return Rpc(str(params["model"]), str(params["method"]))
            except (msgspec.DecodeError, KeyError, TypeError):
                return Rpc(None, None)
        return Rpc(None, None)

    def render_fault(self, respond: Respond) -> Response:
        if respond.rpc_error is not None:
            error = OdooError(respond.rpc_error.name, respond.rpc_error.message, code=respond.rpc_error.code)
            return _json({"jsonrpc": "2.0", "id": None, "error": {**error.envelope, "code": respond.rpc_error.code}})
        return HTMLResponse(f"<title>{respond.status}</title><p>{html.escape(respond.message)}", respond.status or 500)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        response = await self._answer(request, path)
        await response(scope, receive, send)

    async def _answer(self, request: Request, path: str) -> Response:
        if path.startswith("/_emu/"):
            return await self._control.answer(request, path.removeprefix("/_emu/"))
        if request.method == "POST" and path.startswith(_JSON2):
            return await self._json2(request, path)
        if request.method == "POST" and path.startswith("/web/"):
            return await self._json_rpc(request, path)
        return self._look(request, path)

    def _look(self, request: Request, path: str) -> Response:
        """What browsers and probes ask for."""
        if path == "/web/health":
            return _json({"status": "pass"})
        if path == "/web/version":
            return _json({"version_info": _VERSION, "version": "19.0"})
        database = request.query_params.get("db", "demo")
        if path == "/mail/view":
            model, record = request.query_params.get("model"), request.query_params.get("res_id")
            return RedirectResponse(f"{request.scope.get('root_path', '')}/odoo/{model}/{record}?db={database}", 303)
        return self._page(path, database) if path.startswith("/odoo/") else _nowhere()

    async def _json_rpc(self, request: Request, path: str) -> Response:
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return HTMLResponse("<title>415 Unsupported Media Type</title>", 415)
        try:
            body: dict[str, Any] = msgspec.json.decode(await request.body(), type=dict[str, Any])
        except msgspec.MsgspecError:
            return HTMLResponse("<title>400 Bad Request</title>", 400)
        answer: dict[str, object] = {"jsonrpc": "2.0", "id": body.get("id")}
        sid = request.cookies.get(_COOKIE)
        fresh: str | None = None
        try:
            if path == "/web/session/authenticate":
                fresh, result = self._authenticate(body.get("params") or {})
            else:
                result = self._session_call(path, body.get("params") or {}, sid)
                fresh = self._state.sessions.rotated(sid) if sid else None
        except Exception as error:  # noqa: BLE001 -- see _told
            told = self._told(error)
            answer |= {"id": answer["id"] if told.code == 0 else None, "error": told.envelope}
        else:
            answer |= {} if result is None else {"result": result}
        response = _json(answer)
        if fresh:
            response.set_cookie(_COOKIE, fresh, max_age=LIFE_S, httponly=True, path="/")
        return response

    def _session_call(self, path: str, params: Mapping[str, Any], sid: str | None) -> object:
        if path == "/web/webclient/version_info":
            return {
                "server_version": "19.0",
                "server_version_info": _VERSION,
                "server_serie": "19.0",
                "protocol_version": 1,
            }
        if path == "/web/session/destroy":
            self._state.sessions.end(sid)
            return None
        whose = self._state.sessions.of(sid, self._state.databases)
        if whose is None:
            raise expired()
        db, uid = whose
        if not path.startswith(_CALL_KW):
            return None
        self._state.calls.append((db.name, f"{params['model']}.{params['method']}"))
        kwargs = dict(params.get("kwargs") or {})
        context = kwargs.pop("context", None) or {}
        env = Env(db, uid, context, self._state.clock.now())
        with db.transaction():
            return methods.call_positional(env, params["model"], params["method"], params.get("args") or [], kwargs)

    def _told(self, error: Exception) -> OdooError:
        """Odoo tells the caller every exception of its own by its Python name, bugs included."""
        return error if isinstance(error, OdooError) else OdooError(f"builtins.{type(error).__name__}", str(error))

    def _authenticate(self, params: Mapping[str, Any]) -> tuple[str, object]:
        for name in ("db", "login", "password"):
            if name not in params:
                raise OdooError(TYPE, f"Session.authenticate() missing 1 required positional argument: {name!r}")
        db = self._state.databases.get(str(params["db"]))
        if db is None:
            raise OdooError(ACCESS, "Database not found.")
        sid, uid = self._state.sessions.log_in(db, str(params["login"]), str(params["password"]))
        if uid is None:
            return sid, {"uid": None}
        env = server_env(db, self._state.clock.now())
        user = db.tables["res.users"][uid]
        admin = db.external_ids["base.group_system"].res_id in (user["group_ids"] or ())  # type: ignore[operator]  # a list
        lang, tz = (value(env, "res.users", user, name) for name in ("lang", "tz"))
        return sid, {
            "uid": uid,
            "is_system": admin,
            "is_admin": admin,
            "user_context": {"lang": lang or "en_US", "tz": tz or False, "uid": uid},
            "db": db.name,
            "server_version": "19.0",
            "server_version_info": _VERSION,
            "name": value(env, "res.users", user, "name"),
            "username": user["login"],
            "partner_id": user["partner_id"],
        }

    async def _json2(self, request: Request, path: str) -> Response:
        model, _, method = path.removeprefix(_JSON2).partition("/")
        db = self._state.databases.get(request.headers.get("x-odoo-database", "demo"))
        if db is None:
            return _nowhere()
        uid = self._bearer(db, request.headers.get("authorization", ""))
        if uid is None:
            return _json({"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey"}, 401)
        try:
            named = msgspec.json.decode(await request.body() or b"{}", type=dict[str, Any])
        except msgspec.MsgspecError as error:
            return _json({"name": "werkzeug.exceptions.BadRequest", "message": str(error)}, 400)
        self._state.calls.append((db.name, f"{model}.{method}"))
        ids, context = named.pop("ids", None) or [], named.pop("context", None) or {}
        env = Env(db, uid, context, self._state.clock.now())
        try:
            with db.transaction():
                result = methods.call(env, model, method, [ids] if isinstance(ids, int) else ids, named)
        except WrongArguments as error:
            told = OdooError(ARGUMENTS, error.message)
            return _json(told.data, told.status)
        except Exception as error:  # noqa: BLE001 -- see _told
            told = self._told(error)
            return _json(told.data, told.status)
        return _json([result] if method == "create" and isinstance(result, int) else result)

    def _bearer(self, db: Database, authorization: str) -> int | None:
        scheme, _, key = authorization.partition(" ")
        now = self._state.clock.now().strftime(FORMAT)
        for row in db.tables["res.users.apikeys"].values():
            ended = row["expiration_date"] is not None and str(row["expiration_date"]) < now
            if scheme.lower() == "bearer" and key and row.get(SECRET) == key and not ended:
                user = int(str(row["user_id"]))
                return user if db.tables["res.users"][user]["active"] else None
        return None

    def _page(self, path: str, database: str) -> Response:
        """The form of a record, as plain as can be: what a screen-pop opens in the demonstration."""
        model, _, record = path.removeprefix("/odoo/").partition("/")
        db = self._state.databases.get(database)
        if db is None or model not in db.tables or not record.isdecimal():
            return _nowhere()
        env = server_env(db, self._state.clock.now())
        told = orm.read(env, model, orm.existing(env, model, [int(record)]), None)
        if not told:
            return _nowhere()
        lines = "".join(
            f"<tr><th>{html.escape(name)}<td>{html.escape(str(found))}" for name, found in told[0].items() if found
        )
        title = html.escape(str(told[0]["display_name"]))
        return HTMLResponse(f"<!DOCTYPE html><title>{title} - Odoo</title><h1>{title}</h1><table>{lines}</table>")


def _json(body: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def _nowhere() -> Response:
    return HTMLResponse("<title>404 Not Found</title>", 404)
