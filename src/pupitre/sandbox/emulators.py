"""The emulators' control plane, as the sandbox uses it: worlds, clock, and what stands in their own data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import aiohttp
import msgspec
from msgspec import Struct

from pupitre.ports import Unavailable
from pupitre.sandbox.worlds import World, phone_of


class OdooIds(Struct, frozen=True):
    """What was made: agents by label, patients in the order they were given."""

    agents: dict[str, int] = {}
    patients: list[int] = []


class OdooEvent(Struct, frozen=True):
    """An appointment as Odoo's own rows have it; naive times are UTC, what is not set is False."""

    id: int
    start: str
    stop: str
    user_id: int | bool = False
    x_source: str | bool = False
    x_status: str | bool = False
    x_sync_state: str | bool = False
    x_sync_error: str | bool = False
    x_call_id: str | bool = False
    x_external_uid: str | bool = False
    x_gcal_calendar_id: str | bool = False
    x_gcal_event_id: str | bool = False
    x_gcal_etag: str | bool = False
    x_patient_partner_id: int | bool = False
    active: bool = True


class OdooPartner(Struct, frozen=True):
    id: int
    name: str | bool = False
    phone: str | bool = False


class OdooDump(Struct, frozen=True):
    events: list[OdooEvent] = msgspec.field(name="calendar.event", default_factory=list)
    partners: list[OdooPartner] = msgspec.field(name="res.partner", default_factory=list)


class GoogleTime(Struct, frozen=True):
    dateTime: str | None = None  # noqa: N815 -- Google's name
    date: str | None = None


class GoogleProperties(Struct, frozen=True):
    private: dict[str, str] = {}


class GoogleEvent(Struct, frozen=True):
    """An event as the emulator keeps it."""

    calendarId: str  # noqa: N815 -- Google's name
    id: str
    status: str = "confirmed"
    etag: str = ""
    start: GoogleTime = GoogleTime()
    end: GoogleTime = GoogleTime()
    extendedProperties: GoogleProperties = GoogleProperties()  # noqa: N815 -- Google's name


class GoogleDump(Struct, frozen=True):
    items: list[GoogleEvent] = []


class Emulators:
    """`pupitre emulate` at its address. All raise Unavailable."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def set_clock(self, now: datetime) -> None:
        """The same time for both, standing still."""
        for backend in ("google", "odoo"):
            await self._ask("POST", f"/{backend}/_emu/clock", {"set": now.isoformat()})

    async def clear_faults(self) -> None:
        """No fault is left on either."""
        await self._ask("DELETE", "/_emu/fault")

    async def load_odoo(self, database: str, world: World, region: str, *, planning: bool) -> OdooIds:
        """Empty that database and put people in it; busy time as well, where Odoo is the planning."""
        body = {
            "db": database,
            "agents": [{"id": one.id, "name": one.name, "calendar": one.calendar} for one in world.agents],
            "patients": [
                {
                    "name": one.name,
                    "phone": phone_of(one.phone, region) if one.phone else None,
                    "birth_date": one.birth_date,
                }
                for one in world.patients
            ],
            "busy": [{"agent": one.agent, "start": one.start, "end": one.end} for one in world.busy if planning],
        }
        return msgspec.json.decode(await self._ask("POST", "/odoo/_emu/world", body), type=OdooIds)

    async def load_google(self, name: str, world: World) -> None:
        """Empty that world; a calendar for each agent, with his busy time."""
        calendars = {agent.id: agent.calendar for agent in world.agents if agent.calendar}
        body = {
            "world": name,
            "calendars": [{"id": address, "timeZone": "Europe/Paris"} for address in calendars.values()],
            "events": [
                {"calendar": calendars[busy.agent], "resource": _busy(busy.start, busy.end)}
                for busy in world.busy
                if busy.agent in calendars
            ],
        }
        await self._ask("POST", "/google/_emu/world", body)

    async def route_pushes(self, host: str, address: str) -> None:
        """Have what Google announces to this https host delivered at this loopback address."""
        await self._ask("POST", "/google/_emu/webhook_route", {"host": host, "to": address})

    async def dump_odoo(self, database: str) -> OdooDump:
        """Everything in that database."""
        return msgspec.json.decode(await self._ask("GET", f"/odoo/_emu/dump?db={database}"), type=OdooDump)

    async def dump_google(self, name: str) -> Sequence[GoogleEvent]:
        """Every event of that world, cancelled ones too."""
        return msgspec.json.decode(await self._ask("GET", f"/google/_emu/events?world={name}"), type=GoogleDump).items

    async def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> bytes:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))
        data = None if body is None else msgspec.json.encode(body)
        try:
            async with self._session.request(method, self._address + path, data=data) as answer:
                text = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(f"no emulators answer at {self._address}; start `pupitre emulate`") from error
        if answer.status >= 400:  # noqa: PLR2004 -- RFC 9110 §15.5: an error
            raise Unavailable(f"the emulators refused {method} {path}: {text.decode(errors='replace')[:300]}")
        return text


def _busy(start: datetime, end: datetime) -> dict[str, object]:
    zone = "Europe/Paris"
    return {
        "summary": "Busy",
        "start": {"dateTime": start.isoformat(), "timeZone": zone},
        "end": {"dateTime": end.isoformat(), "timeZone": zone},
    }
