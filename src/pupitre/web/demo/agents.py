"""Plays the agents on the emulators as they work in real life: each in a calendar and an Odoo login of his own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

import aiohttp
import msgspec

from pupitre.model import BackendId
from pupitre.ports import NotFound, Refused, Unavailable

_BEARER = "ya29.emu-{calendar}"
"""The Google emulator's token of a calendar's owner."""
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_GONE = frozenset({404, 410})


class Agents:
    """Everybody whose calendar the demo holds. All raise Refused, NotFound, Unavailable."""

    def __init__(self, emulators: str, database: str) -> None:
        self._emulators = emulators.rstrip("/")
        self._database = database

    async def move_event(self, calendar: str, event_id: str, start: datetime, end: datetime, timezone: str) -> None:
        """Drag the event to another time of the same calendar."""
        times = {
            edge: {"dateTime": at.replace(tzinfo=None).isoformat(), "timeZone": timezone}
            for edge, at in (("start", start), ("end", end))
        }
        await self._in_google("PATCH", calendar, event_id, times)

    async def delete_event(self, calendar: str, event_id: str) -> None:
        """Put the event into the bin."""
        await self._in_google("DELETE", calendar, event_id, None)

    async def move_record(self, login: str, record: BackendId, start: datetime, end: datetime) -> None:
        """Change the appointment's times in Odoo."""
        times = {
            edge: at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") for edge, at in (("start", start), ("stop", end))
        }
        await self._in_odoo(login, record, times)

    async def cancel_record(self, login: str, record: BackendId) -> None:
        """Mark the appointment canceled in Odoo."""
        await self._in_odoo(login, record, {"x_status": "canceled"})

    async def _in_google(self, method: str, calendar: str, event_id: str, body: Mapping[str, object] | None) -> None:
        address = f"{self._emulators}/google/calendar/v3/calendars/{quote(calendar, safe='')}/events/{quote(event_id)}"
        headers = {"Authorization": f"Bearer {_BEARER.format(calendar=calendar)}"}
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT, headers=headers) as session,
                session.request(method, address, json=body) as answer,
            ):
                text = await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(f"the Google emulator does not answer ({type(error).__name__})") from error
        if answer.status in _GONE:
            raise NotFound("the event is not in that calendar any more")
        if not answer.ok:
            raise Refused(f"the Google emulator refuses: {text[:200]}")

    async def _in_odoo(self, login: str, record: BackendId, values: Mapping[str, str]) -> None:
        who = {"db": self._database, "login": login, "password": login}
        write = {"model": "calendar.event", "method": "write", "args": [[record], values], "kwargs": {}}
        # The session's cookie belongs to an address without a name, which a careful jar would not keep.
        jar = aiohttp.CookieJar(unsafe=True)
        try:
            async with aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=jar) as session:
                for path, params in (("/web/session/authenticate", who), ("/web/dataset/call_kw", write)):
                    async with session.post(f"{self._emulators}/odoo{path}", json={"params": params}) as answer:
                        told = msgspec.json.decode(await answer.read(), type=dict[str, object])
                    if "error" in told:
                        raise Refused(f"the Odoo emulator refuses: {msgspec.json.encode(told['error']).decode()[:200]}")
        except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError) as error:
            raise Unavailable(f"the Odoo emulator does not answer ({type(error).__name__})") from error
