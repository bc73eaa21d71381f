"""Deliveries to watched channels: one POST without body per change, in order for each channel, tried again on 5xx.

Nothing leaves this machine: a message goes to the in-memory sink or to the loopback address that was set for the https
host of the channel, and is dropped where neither was.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterable
from email.utils import format_datetime
from urllib.parse import urlsplit

import aiohttp
from msgspec import Struct

from pupitre.emulators.google.model import Channel
from pupitre.emulators.google.state import State
from pupitre.emulators.google.times import from_ms
from pupitre.emulators.google.wire import Json

_TRIED_AGAIN = frozenset({500, 502, 503, 504})
"""The statuses that Google tries again, by guides/push."""

_PAUSES_S = (0.1, 0.3, 1.0, 3.0)
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_NUMBER_STEP = 7
"""Message numbers grow, but they are not consecutive."""


class _Sink(Struct):
    """Stands for an https host: says its answers one after the other, the last one for ever."""

    answers: deque[int]


class _Message(Struct, frozen=True):
    channel: Channel
    headers: dict[str, str]


class Push:
    """Tells channels about changes in the background."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._sinks: dict[str, _Sink] = {}
        self._delivered: list[Json] = []
        self._queues: dict[str, asyncio.Queue[_Message]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        for worker in self._workers.values():
            worker.cancel()
        for worker in self._workers.values():
            with contextlib.suppress(asyncio.CancelledError):
                await worker
        if self._session is not None:
            await self._session.close()

    def forget(self) -> None:
        """Empty the sinks and drop what is under way."""
        self._sinks.clear()
        self._delivered.clear()
        for worker in self._workers.values():
            worker.cancel()
        self._workers.clear()
        self._queues.clear()

    def add_sink(self, host: str, answers: Iterable[int]) -> None:
        self._sinks[host] = _Sink(deque(answers))

    def drop_sink(self, host: str) -> None:
        """Take it away, and everything that sinks got."""
        self._sinks.pop(host, None)
        self._delivered.clear()

    def deliveries(self, channel_id: str | None) -> list[Json]:
        """What the sinks got, oldest first: `[{channel, headers, body, status}]`."""
        return [d for d in self._delivered if channel_id in (None, d["channel"])]

    def greet(self, channel: Channel) -> None:
        """The first message of a channel: `sync`, number 1."""
        self._send(channel, "sync")

    def tell(self, resources: Iterable[str]) -> None:
        """One `exists` message to every living channel on each of these resources."""
        now = self._state.clock.now_ms()
        for resource in resources:
            for channel in self._state.channels.values():
                if channel.resource == resource and not channel.stopped and now < channel.expires_ms:
                    self._send(channel, "exists")

    def _send(self, channel: Channel, state: str) -> None:
        channel.sent += 1 if channel.sent == 0 else _NUMBER_STEP
        self._state.keep_channel(channel)
        if channel.id not in self._queues:
            self._queues[channel.id] = asyncio.Queue()
            self._workers[channel.id] = asyncio.create_task(self._work(self._queues[channel.id]))
        self._queues[channel.id].put_nowait(_Message(channel, _headers(channel, state)))

    async def _work(self, queue: asyncio.Queue[_Message]) -> None:
        while True:
            await self._deliver(await queue.get())

    async def _deliver(self, message: _Message) -> None:
        for pause in (*_PAUSES_S, None):
            if message.channel.stopped:
                return
            status = await self._post(message)
            if status not in _TRIED_AGAIN or pause is None:
                return
            await asyncio.sleep(pause)

    async def _post(self, message: _Message) -> int:
        """The receiver's status; 503 when it cannot be reached, 0 when no way leads there."""
        address = urlsplit(message.channel.address)
        for host in (address.netloc, address.hostname or ""):
            if host in self._sinks:
                answers = self._sinks[host].answers
                status = answers.popleft() if len(answers) > 1 else (answers[0] if answers else 200)
                self._delivered.append(
                    {"channel": message.channel.id, "headers": message.headers, "body": "", "status": status}
                )
                return status
            route = self._state.meta.webhook_routes.get(host)
            if route is not None:
                return await self._post_to(_routed(route, message.channel.address), message.headers)
        return 0

    async def _post_to(self, url: str, headers: dict[str, str]) -> int:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        try:
            async with self._session.post(url, headers=headers, allow_redirects=False) as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return 503


def _routed(route: str, address: str) -> str:
    """`route` itself if it has a path, else the address's path and query at `route`."""
    there, asked = urlsplit(route), urlsplit(address)
    if there.path.strip("/"):
        return route
    return there._replace(path=asked.path or "/", query=asked.query).geturl()


def _headers(channel: Channel, state: str) -> dict[str, str]:
    token = {"X-Goog-Channel-Token": channel.token} if channel.token else {}
    return {
        "User-Agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
        "Accept": "*/*",
        "X-Goog-Channel-ID": channel.id,
        "X-Goog-Channel-Expiration": format_datetime(from_ms(channel.expires_ms), usegmt=True),
        **token,
        "X-Goog-Resource-ID": channel.resource_id,
        "X-Goog-Resource-URI": channel.resource_uri,
        "X-Goog-Resource-State": state,
        "X-Goog-Message-Number": str(channel.sent),
        "Content-Length": "0",
    }
