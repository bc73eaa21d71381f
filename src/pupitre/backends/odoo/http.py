"""One HTTP exchange with Odoo: bytes out, status, cookies and bytes back, network trouble as Unavailable."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import aiohttp
import msgspec
from msgspec import Struct

from pupitre.ports import Unavailable

_DOWN = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}


class Answer(Struct, frozen=True):
    status: int
    body: bytes
    json: bool
    session_id: str | None
    retry_after: float | None


class Http:
    """A pool of connections to one server. Cookies are not kept here: the login keeps its own."""

    def __init__(self, url: str, timeout_s: float) -> None:
        self._url = url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, path: str, body: object, headers: Mapping[str, str]) -> Answer:
        """POST this as JSON. Raises Unavailable for no answer, 429, and what proxies say of a server that is down."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), timeout=self._timeout, connector=aiohttp.TCPConnector(limit=32)
            )
        try:
            async with self._session.post(
                self._url + path,
                data=msgspec.json.encode(body),
                headers={"Content-Type": "application/json", **headers},
                allow_redirects=False,
            ) as response:
                content = await response.read()
        except TimeoutError as error:
            raise Unavailable(f"Odoo did not answer {path} within {self._timeout.total:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"Odoo cannot be reached at {self._url}: {type(error).__name__}") from error
        cookie = response.cookies.get("session_id")
        answer = Answer(
            status=response.status,
            body=content,
            json=response.content_type == "application/json",
            session_id=cookie.value if cookie else None,
            retry_after=_seconds(response.headers.get("Retry-After")),
        )
        if answer.status in _DOWN:
            raise Unavailable(f"Odoo answered {path} with HTTP {answer.status}", retry_after=answer.retry_after)
        return answer

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _seconds(header: str | None) -> float | None:
    """Retry-After in seconds; its other form, a date, is no advice we follow."""
    return float(header) if header and header.isdecimal() else None
