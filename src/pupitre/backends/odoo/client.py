"""One client for both ways to speak to Odoo, chosen by what the server is."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

import msgspec
from msgspec import Struct

from pupitre.backends.odoo.faults import Fault, meaning_of
from pupitre.backends.odoo.http import Http
from pupitre.backends.odoo.json2 import Json2
from pupitre.backends.odoo.session import Login, WebSession
from pupitre.backends.odoo.settings import OdooSettings, Wire
from pupitre.ports import ConfigError, NotFound, Unavailable

T = TypeVar("T")

FIRST_WITH_JSON2 = 19

Domain = Sequence[object]
"""Odoo's prefix notation: `"|"`, `"&"`, `"!"` and `[field, operator, value]`."""


class Calls(Protocol):
    """A way to call a model's method."""

    async def call(
        self, model: str, method: str, ids: Sequence[int] | None, named: Mapping[str, object]
    ) -> msgspec.Raw: ...


class Server(Struct, frozen=True):
    """What the server is."""

    version: tuple[int, int]
    """`(19, 0)`."""


class _VersionInfo(Struct):
    server_version_info: list[object]


class _VersionAnswer(Struct):
    result: _VersionInfo


class Client:
    """Odoo's models over the wire. Raises the desk's errors only."""

    def __init__(self, settings: OdooSettings, login: Login | None = None) -> None:
        self.settings = settings
        self._http = Http(settings.url, settings.timeout_s)
        self._login = login
        self._calls: Calls | None = None
        self._choosing = asyncio.Lock()
        self._fields: dict[str, Mapping[str, str]] = {}

    async def close(self) -> None:
        await self._http.close()

    async def server(self) -> Server:
        """Ask the server what it is; needs no login. Raises Unavailable."""
        answer = await self._http.post("/web/webclient/version_info", {"jsonrpc": "2.0", "params": {}}, {})
        try:
            found = msgspec.json.decode(answer.body, type=_VersionAnswer).result.server_version_info
            major = str(found[0]).rpartition("~")[2]  # online releases call themselves "saas~18"
            return Server((int(major), int(str(found[1]))))
        except (msgspec.MsgspecError, ValueError, IndexError) as error:
            raise Unavailable(f"{self.settings.url} answers, but not as Odoo does") from error

    async def call(
        self,
        model: str,
        method: str,
        result: type[T],
        named: Mapping[str, object],
        *,
        ids: Sequence[int] | None = None,
    ) -> T:
        """Call a method with named arguments, `context` among them; the answer is checked to be a `result`.

        Raises Unavailable, NotFound, Refused, ConfigError.
        """
        try:
            raw = await (self._calls or await self._choose()).call(model, method, ids, named)
        except Fault as fault:
            raise meaning_of(fault, model, method) from fault
        try:
            return msgspec.json.decode(raw, type=result)
        except msgspec.MsgspecError as error:
            raise Unavailable(f"Odoo answered {model}.{method} with something else than expected: {error}") from error

    async def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        limit: int | None = None,
        order: str | None = None,
        context: Mapping[str, object] | None = None,
    ) -> list[dict[str, object]]:
        named: dict[str, object] = {"domain": domain, "fields": fields, "context": context or {}}
        if limit is not None:
            named["limit"] = limit
        if order is not None:
            named["order"] = order
        return await self.call(model, "search_read", list[dict[str, object]], named)

    async def read(self, model: str, record: int, fields: Sequence[str]) -> dict[str, object]:
        """One record, archived or not. Raises NotFound where Odoo answers with an empty list."""
        rows = await self.call(model, "read", list[dict[str, object]], {"fields": fields}, ids=[record])
        if not rows:
            raise NotFound(f"Odoo has no {model} {record}")
        return rows[0]

    async def write(
        self, model: str, records: Sequence[int], vals: Mapping[str, object], context: Mapping[str, object]
    ) -> None:
        await self.call(model, "write", object, {"vals": vals, "context": context}, ids=records)

    async def fields(self, model: str) -> Mapping[str, str]:
        """The model's fields and their types, asked once. Raises NoSuchModel."""
        if model not in self._fields:
            found = await self.call(model, "fields_get", dict[str, dict[str, object]], {"attributes": ["type"]})
            self._fields[model] = {name: str(about.get("type")) for name, about in found.items()}
        return self._fields[model]

    async def wake(self) -> None:
        """Log in and ask what every call needs to know, before the first one comes. Raises DeskError."""
        for model in ("res.partner", "calendar.event"):
            await self.fields(model)

    def forget_fields(self) -> None:
        """Ask again: fields have been made."""
        self._fields.clear()

    async def wire(self) -> Wire:
        """The way that was chosen."""
        return Wire.JSON2 if isinstance(self._calls or await self._choose(), Json2) else Wire.SESSION

    async def _choose(self) -> Calls:
        async with self._choosing:
            if self._calls is None:
                self._calls = await self._chosen()
            return self._calls

    async def _chosen(self) -> Calls:
        settings = self.settings
        wire = settings.wire
        if wire is Wire.AUTO:
            wire = Wire.SESSION
            if settings.api_key:
                version = (await self.server()).version
                if version[0] >= FIRST_WITH_JSON2:
                    wire = Wire.JSON2
                elif not settings.password:
                    raise ConfigError(
                        f"Odoo {version[0]} takes API keys for neither web sessions nor JSON-2 (from 19): "
                        "give login and password"
                    )
        if wire is Wire.JSON2:
            if not settings.api_key:
                raise ConfigError('JSON-2 needs an API key of the Odoo user: give api_key, or wire = "session"')
            return Json2(self._http, settings.database, settings.api_key)
        if not (settings.login and settings.password):
            raise ConfigError("a web session needs the Odoo user's login and password")
        return WebSession(self._http, self._login or Login(settings.database, settings.login, settings.password))
