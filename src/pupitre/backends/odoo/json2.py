"""JSON-2 with a bearer key (Odoo 19 and later): named arguments, bare answers, HTTP's own status codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec
from msgspec import Struct

from pupitre.backends.odoo.faults import Fault
from pupitre.backends.odoo.http import Http
from pupitre.ports import ConfigError, Unavailable


class _Error(Struct):
    name: str = ""
    message: str = ""


class Json2:
    """Calls with an API key. Nothing to log in to, nothing to expire but the key."""

    def __init__(self, http: Http, database: str, key: str) -> None:
        self._http = http
        self._database = database
        self._headers = {"Authorization": f"bearer {key}", "X-Odoo-Database": database}

    async def call(
        self, model: str, method: str, ids: Sequence[int] | None, named: Mapping[str, object]
    ) -> msgspec.Raw:
        """The raw JSON of the result. Raises Fault for what Odoo answers, Unavailable, ConfigError."""
        body = {**named, "ids": list(ids)} if ids is not None else named
        answer = await self._http.post(f"/json/2/{model}/{method}", body, self._headers)
        if answer.status == HTTPStatus.OK:
            return msgspec.Raw(answer.body)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise Unavailable("Odoo refuses the API key: it is wrong, ended, or its user is archived. Make a new one")
        if not answer.json:
            if answer.status == HTTPStatus.NOT_FOUND:
                raise ConfigError(
                    f"Odoo knows no database {self._database!r}, or no JSON-2 (it comes with Odoo 19): check the "
                    "database's name, or give a login and password"
                )
            raise Unavailable(f"something that is not Odoo answered {model}.{method} with HTTP {answer.status}")
        try:
            error = msgspec.json.decode(answer.body, type=_Error)
        except msgspec.MsgspecError as broken:
            raise Unavailable(f"Odoo answered {model}.{method} with HTTP {answer.status} and no error") from broken
        raise Fault(answer.status, error.name, error.message)
