"""A voice gateway for benchmarks: takes the desk's orders, rings, and speaks for patients who confirm."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from benchmarks.running import RunningDesk
from benchmarks.turns import Line


class Gateway:
    """Knows each order by its name; refuses one whose signature is not right."""

    def __init__(self) -> None:
        self.secret = "a secret of the two of us"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/calls"
        self.orders: dict[str, float] = {}
        """When each reminder was ordered, Unix time."""
        self.repeated = 0
        self.ringing: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        """Lines at once, by tenant."""
        self.seconds = 1.0
        """Until somebody picks up."""
        self.lines: dict[str, Line] = {}
        self.times: dict[str, list[float]] = {}
        """Seconds that each turn took, by what was said."""
        self._changed = asyncio.Event()
        self._talking: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_post("/calls", self._take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.SockSite(runner, self._listener).start()
        yield
        await runner.cleanup()

    def speak(self, desks: dict[str, RunningDesk], session: aiohttp.ClientSession) -> None:
        """Patients of these tenants pick up from now on."""
        self.lines = {tenant: Line(session, desk) for tenant, desk in desks.items()}

    async def ordered(self, reminder_ids: set[str]) -> None:
        """Return when all of these have been."""
        while not reminder_ids <= self.orders.keys():
            self._changed.clear()
            await self._changed.wait()

    async def idle(self) -> None:
        """Return when nobody talks."""
        while self._talking:
            await asyncio.wait(self._talking)

    async def _take(self, request: web.Request) -> web.Response:
        arrived, body = time.time(), await request.read()
        stamp, _, told = request.headers["Pupitre-Signature"].partition(",v1=")
        right = hmac.new(self.secret.encode(), stamp.removeprefix("t=").encode() + b"." + body, hashlib.sha256)
        if not hmac.compare_digest(right.hexdigest(), told):
            return web.Response(status=401)
        order = json.loads(body)
        if order["reminder_id"] in self.orders:
            self.repeated += 1
            return web.Response(status=409)
        self.orders[order["reminder_id"]] = arrived
        self._changed.set()
        tenant = order["tenant"]
        self.ringing[tenant] += 1
        self.most[tenant] = max(self.most[tenant], self.ringing[tenant])
        talk = asyncio.create_task(self._talk(tenant, order["reminder_id"]))
        self._talking.add(talk)
        talk.add_done_callback(self._talking.discard)
        return web.Response(status=202)

    async def _talk(self, tenant: str, reminder_id: str) -> None:
        await asyncio.sleep(self.seconds)
        line, call = self.lines[tenant], {"call_id": f"out-{reminder_id}"}

        async def say(what: str, event: dict[str, object]) -> None:
            self.times.setdefault(what, []).append(await line.post(call | event))

        await say("picks up", {"event": "call_start", "direction": "outbound", "reminder_id": reminder_id})
        await say("is it", {"event": "stt_final", "stt": {"text": "oui c'est moi", "confidence": 0.93}})
        self.ringing[tenant] -= 1  # the desk knows that it is over before this is answered
        await say("confirms", {"event": "stt_final", "stt": {"text": "oui je confirme", "confidence": 0.93}})
        await say("hangs up", {"event": "hangup"})
