"""What stands in the record and in the planning, each read from its own data and not from what the desk believes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from pupitre.backends.local.records import LocalRecords
from pupitre.backends.local.roster import Roster
from pupitre.model import Agent, Appointment, BackendId, Interval, SyncState
from pupitre.sandbox.emulators import Emulators, GoogleEvent, GoogleTime, OdooEvent
from pupitre.settings import Mode
from pupitre.tenant import Tenant
from pupitre.wiring import House

_EVER = Interval(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


class Recorded(Struct, frozen=True):
    """An appointment as the record's own rows have it."""

    id: BackendId
    agent: BackendId
    start: datetime
    end: datetime
    status: str
    sync_state: str
    sync_error: str | None = None
    external_uid: str | None = None
    calendar: str | None = None
    event_id: str | None = None
    etag: str | None = None
    patient_name: str | None = None


class Planned(Struct, frozen=True):
    """One of our events as the planning's own data have it. `start` and `end` are None where it lasts whole days."""

    calendar: str
    event_id: str
    status: str
    etag: str
    start: datetime | None = None
    end: datetime | None = None
    external_uid: str | None = None
    record_id: str | None = None
    """What the event says it belongs to (private property `odoo_event_id`)."""

    @property
    def stands(self) -> bool:
        return self.status != "cancelled"


class Taken(Struct, frozen=True):
    """Time of an agent that is no appointment of ours."""

    agent: BackendId
    start: datetime
    end: datetime


class Reading(Struct, frozen=True):
    """Both sides as they are at one moment; every instant in the tenant's zone."""

    agents: Sequence[Agent]
    recorded: Mapping[BackendId, Recorded]
    planned: Mapping[BackendId, Planned]
    """By the appointment they belong to; where there is no planning apart from the record, none."""
    taken: Sequence[Taken]


class Reader:
    """Reads both sides of one tenant of a sandbox."""

    def __init__(self, house: House, tenant: Tenant) -> None:
        self._house = house
        self._tenant = tenant
        self._zone = ZoneInfo(tenant.settings.timezone)
        self._roster = Roster(house.database, tenant.id)
        self._records = LocalRecords(house.database, tenant.id, house.clock, tenant.settings.location)

    @property
    def mode(self) -> Mode:
        return self._tenant.settings.mode

    async def read(self) -> Reading:
        """Both sides now. Raises Unavailable."""
        agents = await (await self._tenant.world()).directory.agents()
        emulators, mode = self._house.emulators, self.mode
        events: Sequence[GoogleEvent] = ()
        if emulators is not None and mode in ("hybrid", "google"):
            events = await emulators.dump_google(self._tenant.id)
        if emulators is not None and mode in ("hybrid", "odoo"):
            recorded, taken = await self._odoo(emulators)
        else:
            recorded = [self._own(one) for one in await self._records.between(_EVER)]
            taken = await self._absences() if mode == "local" else []
        if mode in ("hybrid", "google"):
            taken = self._foreign(events, agents)
        by_id = {one.id: one for one in recorded}
        return Reading(agents, by_id, self._ours(events, recorded), taken)

    async def _odoo(self, emulators: Emulators) -> tuple[list[Recorded], list[Taken]]:
        assert self._tenant.settings.odoo is not None
        dump = await emulators.dump_odoo(self._tenant.settings.odoo.database)
        names = {one.id: str(one.name) for one in dump.partners if one.name}
        recorded = [self._from_odoo(one, names) for one in dump.events if one.x_source]
        taken = [
            Taken(one.user_id, self._utc(one.start), self._utc(one.stop))
            for one in dump.events
            if not one.x_source and one.active
        ]
        return recorded, taken

    def _from_odoo(self, event: OdooEvent, names: Mapping[int, str]) -> Recorded:
        return Recorded(
            id=event.id,
            agent=event.user_id,
            start=self._utc(event.start),
            end=self._utc(event.stop),
            status=str(event.x_status or "") if event.active else "canceled",
            sync_state=str(event.x_sync_state or ""),
            sync_error=_text(event.x_sync_error),
            external_uid=_text(event.x_external_uid),
            calendar=_text(event.x_gcal_calendar_id),
            event_id=_text(event.x_gcal_event_id),
            etag=_text(event.x_gcal_etag),
            patient_name=names.get(event.x_patient_partner_id),
        )

    def _own(self, one: Appointment) -> Recorded:
        ref = one.ref
        return Recorded(
            id=one.id,
            agent=one.slot.agent_id,
            start=one.slot.start.astimezone(self._zone),
            end=one.slot.end.astimezone(self._zone),
            status=one.status,
            sync_state=one.sync_state if self.mode != "local" else SyncState.SYNCED,
            sync_error=one.sync_error,
            external_uid=one.external_uid,
            calendar=ref.calendar_id if ref else None,
            event_id=ref.event_id if ref else None,
            etag=ref.etag if ref else None,
            patient_name=one.patient_name,
        )

    async def _absences(self) -> list[Taken]:
        return [
            Taken(away.agent_id, away.interval.start.astimezone(self._zone), away.interval.end.astimezone(self._zone))
            for away in await self._roster.absences(_EVER)
        ]

    def _foreign(self, events: Iterable[GoogleEvent], agents: Sequence[Agent]) -> list[Taken]:
        owners = {agent.calendar: agent.id for agent in agents}
        spans = [(one, self._at(one.start), self._at(one.end)) for one in events if not one.extendedProperties.private]
        return [
            Taken(owners[one.calendarId], start, end)
            for one, start, end in spans
            if start and end and one.status != "cancelled" and one.calendarId in owners
        ]

    def _ours(self, events: Iterable[GoogleEvent], recorded: Sequence[Recorded]) -> dict[BackendId, Planned]:
        """The event of each appointment: the one that stands rather than what a move has left behind."""
        by_uid = {one.external_uid: one.id for one in recorded if one.external_uid}
        by_event = {one.event_id: one.id for one in recorded if one.event_id}
        found: dict[BackendId, Planned] = {}
        for event in events:
            planned = self._planned(event)
            id_ = by_event.get(planned.event_id, by_uid.get(planned.external_uid or ""))
            if id_ is not None and (planned.stands or id_ not in found):
                found[id_] = planned
        return found

    def _planned(self, event: GoogleEvent) -> Planned:
        private = event.extendedProperties.private
        return Planned(
            calendar=event.calendarId,
            event_id=event.id,
            status=event.status,
            etag=event.etag,
            start=self._at(event.start),
            end=self._at(event.end),
            external_uid=private.get("external_uid"),
            record_id=private.get("odoo_event_id"),
        )

    def _at(self, at: GoogleTime) -> datetime | None:
        return datetime.fromisoformat(at.dateTime).astimezone(self._zone) if at.dateTime else None

    def _utc(self, stamp: str) -> datetime:
        """Odoo's naive UTC, in the tenant's zone."""
        return datetime.fromisoformat(stamp).replace(tzinfo=UTC).astimezone(self._zone)


def _text(value: object) -> str | None:
    """Odoo says False for what is not set."""
    return str(value) if value else None
