"""What there is now in a tenant's world: from the emulators' own data, or from our store's rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from pupitre.backends.local.directory import LocalDirectory
from pupitre.backends.local.records import LocalRecords
from pupitre.model import BackendId, Interval, Slot
from pupitre.phones import e164
from pupitre.sandbox.worlds import LABELS
from pupitre.store import Database, sandbox
from pupitre.tenant import Tenant
from pupitre.wiring import House

if TYPE_CHECKING:
    from pupitre.sandbox.emulators import Emulators, GoogleEvent, GoogleTime

_EVER = Interval(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
_MANY = 100_000

Json = dict[str, object]


async def state(house: House, tenant: Tenant) -> Json:
    """The whole state, as contract §4 names it."""
    labels = await _labels(house.database, tenant.id)
    now = house.clock.now()
    claims = await tenant.reservations.claims(_EVER, now)
    return {
        "now": _local(tenant, now),
        "appointments": await _appointments(house, tenant, labels),
        "google_events": await _google_events(house, tenant),
        "holds": [
            {"call_id": claim.call_id, **_span(tenant, labels, claim.slot), "expires": _local(tenant, claim.expires)}
            for claim in claims
            if claim.expires is not None
        ],
        "reminders": [
            {
                "id": reminder.id,
                "appointment_id": reminder.appointment_id,
                "type": "CALL",
                "offset": reminder.offset,
                "due": _local(tenant, reminder.due),
                "dial_at": _local(tenant, reminder.dial_at),
                "status": reminder.status,
            }
            for reminder in await tenant.reminders.between(_EVER, _MANY)
        ],
        "outbound_calls": [
            {
                "reminder_id": made.reminder_id,
                "appointment_id": made.appointment_id,
                "to": made.phone,
                "at": _local(tenant, made.at),
                "outcome": made.outcome,
            }
            for made in await tenant.outbound.since(_EVER.start, _MANY)
        ],
        "commitments": [
            {"id": found.id, "call_id": found.call_id, "intent": found.intent, "status": found.status}
            for found in reversed(await tenant.commitments.find(limit=_MANY))
        ],
        "tasks": [
            {
                "id": task.id,
                "kind": task.kind,
                "patient_phone": task.patient_phone,
                "call_id": task.call_id,
                "reason": task.reason,
                "due": _local(tenant, task.due),
                "status": task.status,
            }
            for status in ("open", "closed")
            for task in await tenant.tasks.listed(status, _MANY)
        ],
    }


async def _appointments(house: House, tenant: Tenant, labels: Mapping[BackendId, str]) -> list[Json]:
    if house.emulators is not None and tenant.settings.odoo is not None and tenant.settings.mode in ("hybrid", "odoo"):
        return await _in_odoo(house.emulators, tenant, labels)
    records = LocalRecords(house.database, tenant.id, house.clock, tenant.settings.location)
    directory = LocalDirectory(house.database, tenant.id)
    return [
        {
            "id": found.id,
            "patient_phone": (await directory.read_patient(found.patient_id)).phone_e164,
            **_span(tenant, labels, found.slot),
            "status": found.status,
            "sync_state": found.sync_state,
            "call_id": found.call_id or None,
            "google_event_id": found.ref.event_id if found.ref else None,
        }
        for found in await records.between(_EVER)
    ]


async def _in_odoo(emulators: Emulators, tenant: Tenant, labels: Mapping[BackendId, str]) -> list[Json]:
    assert tenant.settings.odoo is not None
    dump = await emulators.dump_odoo(tenant.settings.odoo.database)
    phones = {one.id: e164(str(one.phone), tenant.settings.region) for one in dump.partners if one.phone}
    return [
        {
            "id": event.id,
            "patient_phone": phones.get(event.x_patient_partner_id),
            **_span(tenant, labels, Slot(_utc(event.start), _utc(event.stop), event.user_id)),
            "status": event.x_status or None,
            "sync_state": event.x_sync_state or None,
            "call_id": event.x_call_id or None,
            "google_event_id": event.x_gcal_event_id or None,
        }
        for event in sorted(dump.events, key=lambda event: (event.start, event.id))
        if event.x_source
    ]


def _utc(stamp: str) -> datetime:
    """Odoo's naive UTC."""
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC)


async def _google_events(house: House, tenant: Tenant) -> list[Json]:
    if house.emulators is None or tenant.settings.mode not in ("hybrid", "google"):
        return []
    return [_google_event(tenant, event) for event in await house.emulators.dump_google(tenant.id)]


def _google_event(tenant: Tenant, event: GoogleEvent) -> Json:
    private = event.extendedProperties.private
    return {
        "calendar": event.calendarId,
        "id": event.id,
        "status": event.status,
        "start": _instant(tenant, event.start),
        "end": _instant(tenant, event.end),
        "external_uid": private.get("external_uid"),
        "odoo_event_id": private.get("odoo_event_id"),
        "call_id": private.get("call_id"),
    }


def _instant(tenant: Tenant, at: GoogleTime) -> str | None:
    return _local(tenant, datetime.fromisoformat(at.dateTime)) if at.dateTime else at.date


async def _labels(database: Database, tenant: str) -> Mapping[BackendId, str]:
    kept = await sandbox.setting(database, tenant, LABELS)
    pairs = msgspec.json.decode(kept or "[]", type=list[tuple[str, BackendId]])
    return {id_: label for label, id_ in pairs}


def _span(tenant: Tenant, labels: Mapping[BackendId, str], slot: Slot) -> dict[str, object]:
    return {
        "agent": labels.get(slot.agent_id, str(slot.agent_id)),
        "start": _local(tenant, slot.start),
        "end": _local(tenant, slot.end),
    }


def _local(tenant: Tenant, at: datetime) -> str:
    """RFC 3339 in the tenant's zone, never Z."""
    return at.astimezone(ZoneInfo(tenant.settings.timezone)).isoformat()
