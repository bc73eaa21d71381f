"""One exchange with Google over aiohttp: bytes out, status and bytes back, network trouble as Unavailable."""

from __future__ import annotations

import aiohttp

from pupitre.backends.google.wire import Answer, Request
from pupitre.ports import Unavailable

_CONNECTIONS = 32


class Http:
    """A pool of connections, opened by the first request."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: Request) -> Answer:
        """Send it as it is; redirects are not followed, for they would carry the token elsewhere."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
            )
        try:
            async with self._session.request(
                request.method,
                request.url,
                params=request.query,
                data=request.body,
                headers=request.headers,
                allow_redirects=False,
            ) as response:
                body = await response.read()
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status, headers, body)
        except TimeoutError as error:
            raise Unavailable(f"Google did not answer {request.what} within {self._timeout.total:g} s") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"Google cannot be reached for {request.what}: {type(error).__name__}") from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
