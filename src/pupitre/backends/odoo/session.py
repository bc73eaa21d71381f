"""The web session: log in once, then `/web/dataset/call_kw` (Odoo 14 to 19). The bodies are those of the seed, §2."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec
from msgspec import Struct

from pupitre.backends.odoo.faults import ACCESS_DENIED, Fault, WireError
from pupitre.backends.odoo.http import Answer, Http
from pupitre.ports import Unavailable

_POSITIONAL = {
    "create": ("vals_list",),
    "write": ("vals",),
    "read": ("fields",),
    "search": ("domain",),
    "search_read": ("domain",),
    "search_count": ("domain",),
    "load": ("fields", "data"),
}
"""Named arguments that go into `args`, as in the seed; `create` takes its first from there only."""

_FIRST_PAUSE_S = 30.0
_LONGEST_PAUSE_S = 3600.0
_MOST_REFUSALS = 8
"""Odoo counts refused logins per address and shuts everybody there out after the tenth, the right password included."""
_LAST_PAUSE_S = 24 * 3600.0
_ODOO_14_WITH_SEVERAL_DATABASES = "HTTP 500, which is how Odoo 14 with several databases says no to all three"


class _Envelope(Struct):
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: WireError | None = None


class _LoggedIn(Struct):
    uid: int | None = None


class Login:
    """Who we are to Odoo, and the one session all calls share; it may outlive the client that opened it."""

    def __init__(self, database: str, login: str, password: str) -> None:
        self.database = database
        self.login = login
        self._password = password
        self.session_id: str | None = None
        self.uid: int | None = None
        self._lock = asyncio.Lock()
        self._refusals = 0
        self._shut_until = 0.0
        self._why = ""

    async def renew(self, http: Http, worn: str | None) -> None:
        """Log in, unless somebody has since the session `worn` was in use. Raises Unavailable."""
        async with self._lock:
            if self.session_id != worn:
                return
            left = self._shut_until - time.monotonic()
            if left > 0:
                raise Unavailable(f"{self._why}. Not tried again before {left:.0f} s", retry_after=left)
            await self._authenticate(http)

    async def _authenticate(self, http: Http) -> None:
        params = {"db": self.database, "login": self.login, "password": self._password}
        answer = await http.post("/web/session/authenticate", _request(params, 1), {})
        if answer.status == HTTPStatus.INTERNAL_SERVER_ERROR and not answer.json:
            self._refuse(_ODOO_14_WITH_SEVERAL_DATABASES)
            raise Unavailable(self._why)
        try:
            user = msgspec.json.decode(_result(answer, "/web/session/authenticate"), type=_LoggedIn)
        except Fault as fault:
            if fault.name != ACCESS_DENIED:
                raise Unavailable(f"Odoo cannot log in to the database {self.database!r}: {fault.message}") from fault
            self._refuse(fault.message)
            raise Unavailable(self._why) from fault
        if user.uid is None:
            self._shut(
                f"Odoo wants a second factor from {self.login!r}: give this user an API key (Odoo 19), or exempt it "
                "from two-factor authentication"
            )
            raise Unavailable(self._why)
        self._refusals = 0
        self.session_id, self.uid = answer.session_id, user.uid

    def _refuse(self, said: str) -> None:
        self._refusals += 1
        self._shut(
            f"Odoo refuses the login {self.login!r} for the database {self.database!r}: {said}. "
            "Check the login and password of the Odoo user"
        )

    def _shut(self, why: str) -> None:
        pause = min(_FIRST_PAUSE_S * 2 ** max(self._refusals - 1, 0), _LONGEST_PAUSE_S)
        self._shut_until = time.monotonic() + (pause if self._refusals < _MOST_REFUSALS else _LAST_PAUSE_S)
        self._why = why

    def rotate(self, worn: str | None, fresh: str | None) -> None:
        """Take over the session id that came with an answer: Odoo 19 changes it hours after the login."""
        if fresh and self.session_id == worn:
            self.session_id = fresh


class WebSession:
    """Calls through the web client's own door."""

    def __init__(self, http: Http, login: Login) -> None:
        self._http = http
        self.login = login
        self._ids = itertools.count(2)

    async def call(
        self, model: str, method: str, ids: Sequence[int] | None, named: Mapping[str, object]
    ) -> msgspec.Raw:
        """The raw JSON of the result. Raises Fault for what Odoo answers, Unavailable."""
        first = _POSITIONAL.get(method, ())
        args: list[object] = [] if ids is None else [list(ids)]
        args += [named[name] for name in first if name in named]
        kwargs = {name: value for name, value in named.items() if name not in first}
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        for attempt in (1, 2):
            worn = self.login.session_id
            if worn is None:
                await self.login.renew(self._http, worn)
                worn = self.login.session_id
            answer = await self._http.post(
                "/web/dataset/call_kw", _request(params, next(self._ids)), {"Cookie": f"session_id={worn}"}
            )
            try:
                result = _result(answer, f"{model}.{method}")
            except Fault as fault:
                if not fault.expired:
                    self.login.rotate(worn, answer.session_id)
                    raise
                if attempt == 1:
                    await self.login.renew(self._http, worn)
                continue
            self.login.rotate(worn, answer.session_id)
            return result
        raise Unavailable("Odoo ends every session at once: is two-factor authentication enforced for the Odoo user?")


def _request(params: Mapping[str, object], number: int) -> Mapping[str, object]:
    return {"jsonrpc": "2.0", "method": "call", "params": params, "id": number}


def _result(answer: Answer, what: str) -> msgspec.Raw:
    try:
        envelope = msgspec.json.decode(answer.body, type=_Envelope)
    except msgspec.MsgspecError as error:
        raise Unavailable(f"something that is not Odoo answered {what} with HTTP {answer.status}") from error
    if envelope.error is not None:
        raise envelope.error.as_fault()
    return envelope.result
