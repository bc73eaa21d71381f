"""Odoo as system of record: an appointment is a calendar.event with the seed's x_ fields.

A booking costs the seed's three writes (create, uid, sync). Nothing is ever deleted. `stop` is always sent, times are
UTC, patient and agent are both attendees, and no mail goes out unless the tenant wants it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from pupitre.backends.odoo.appointments import FIELDS_READ, YOUNGER, appointment_of
from pupitre.backends.odoo.client import Client, Domain
from pupitre.backends.odoo.directory import PARTNER, phone_domain
from pupitre.backends.odoo.fields import EVENT
from pupitre.backends.odoo.guards import OVERLAP_GUARD
from pupitre.backends.odoo.once import create_once, find_once
from pupitre.backends.odoo.users import Users
from pupitre.backends.odoo.wire import Row, as_html, instant, link, links, moment
from pupitre.dialogue.effects import ReminderOutcome
from pupitre.model import Appointment, AppointmentStatus, BackendId, CalendarRef, Slot, SyncState
from pupitre.ports import Clock, Draft, NotFound, RecordChanges, Refused, SlotTaken

_KEYS_KNOWN = 10_000
_MOST_UPCOMING = 100
"""Of one number, at the start of a call: a home whose residents share one has more."""


class OdooRecords:
    """Appointments in Odoo."""

    def __init__(self, client: Client, users: Users, clock: Clock) -> None:
        self._client = client
        self._users = users
        self._clock = clock
        self._settings = client.settings
        self._cancelled = client.settings.words()["cancelled"]
        self._asked: dict[str, None] = {}

    async def upcoming(self, patient_id: BackendId, since: datetime) -> Sequence[Appointment]:
        """Active appointments that end after `since`, soonest first; also those that people made by hand."""
        by_hand = ["&", ["x_patient_partner_id", "=", False], ["partner_ids", "in", [patient_id]]]
        rows = await self._active(["|", ["x_patient_partner_id", "=", patient_id], *by_hand], since)
        return [appointment_of(row, patient_id) for row in rows]

    async def upcoming_by_phone(self, number: str, since: datetime) -> Sequence[Appointment] | None:
        """See `UpcomingByPhone`."""
        there = await self._client.fields(PARTNER)
        by_hand = [["x_patient_partner_id", "=", False], *phone_domain(number, there, "partner_ids.")]
        ours = phone_domain(number, there, "x_patient_partner_id.")
        rows = await self._active(["|", *ours, "&", *by_hand], since, limit=_MOST_UPCOMING + 1)
        if len(rows) > _MOST_UPCOMING:
            return None
        return [appointment_of(row, patient) for row in rows for patient in _patients(row)]

    async def read(self, appointment_id: BackendId) -> Appointment:
        return await self._as_it_stands(appointment_id)

    async def create(self, draft: Draft, key: str) -> Appointment:
        """See the port. What is known to be asked for the first time is answered without being read again."""
        settings = self._settings
        partner = await self._users.partner_of(draft.slot.agent_id)
        in_html = (await self._client.fields(EVENT)).get("description") == "html"
        columns = {
            "name": settings.title,
            "start": moment(draft.slot.start),
            "stop": moment(draft.slot.end),
            "user_id/.id": str(draft.slot.agent_id),
            "partner_ids/.id": f"{draft.patient_id},{partner}",
            "location": settings.location,
            "description": as_html(settings.description) if in_html else settings.description,
            "privacy": settings.privacy,
            "show_as": "busy",
            "x_source": draft.source.value,
            "x_status": draft.status.value,
            "x_patient_partner_id/.id": str(draft.patient_id),
            "x_call_id": draft.call_id,
            "x_sync_state": SyncState.PENDING.value,
            "x_external_uid": key,
            "x_gcal_calendar_id": draft.agent_calendar or "",
        }
        again = draft.again or key in self._asked
        self._asked[key] = None
        if len(self._asked) > _KEYS_KNOWN:
            del self._asked[next(iter(self._asked))]
        made = await create_once(self._client, EVENT, key, columns, {**self._context(), "tz": "UTC"})
        if again:
            return await self._as_it_stands(made)
        return Appointment(
            id=made,
            patient_id=draft.patient_id,
            slot=draft.slot,
            status=draft.status,
            sync_state=SyncState.PENDING,
            external_uid=key,
            call_id=draft.call_id,
            source=draft.source,
            location=settings.location or None,
        )

    async def made(self, key: str) -> Appointment | None:
        found = await find_once(self._client, EVENT, key)
        return None if found is None else await self._as_it_stands(found)

    async def name_event(self, appointment_id: BackendId, external_uid: str) -> None:
        await self._write(appointment_id, {"x_external_uid": external_uid})

    async def move(self, appointment_id: BackendId, slot: Slot, status: AppointmentStatus) -> Appointment:
        """See the port. With another agent, attendees change with him; the patient stays one."""
        row = await self._row(appointment_id)
        before = await self._appointment(row)
        vals: dict[str, object] = {
            "start": moment(slot.start),
            "stop": moment(slot.end),
            "x_status": status.value,
            "x_sync_state": SyncState.PENDING.value,
        }
        if before.status is AppointmentStatus.CANCELED:
            title = self._as_before(str(row["name"]))
            vals |= {"active": True, "show_as": "busy", "x_cancel_reason": False, "name": title}
        ref = before.ref
        if slot.agent_id != before.slot.agent_id:
            calendar = await self._users.calendar_of(slot.agent_id)
            ref = replace(ref, calendar_id=calendar or "") if ref else None
            old = await self._users.partner_of(before.slot.agent_id)
            new = await self._users.partner_of(slot.agent_id)
            vals |= {
                "user_id": slot.agent_id,
                "partner_ids": [[3, old, 0], [4, new, 0]],
                "x_gcal_calendar_id": calendar or False,
            }
        await self._write(appointment_id, vals)
        return replace(before, slot=slot, status=status, sync_state=SyncState.PENDING, cancel_reason=None, ref=ref)

    async def cancel(self, appointment_id: BackendId, reason: str) -> Appointment:
        """See the port. The first reason is kept; the title says it to whoever looks at the calendar."""
        row = await self._row(appointment_id)
        before = await self._appointment(row)
        if before.status is AppointmentStatus.CANCELED:
            return before
        vals = {
            "x_status": AppointmentStatus.CANCELED.value,
            "x_cancel_reason": reason,
            "show_as": "free",
            "name": self._cancelled.format(title=self._as_before(str(row["name"]))),
            "x_sync_state": SyncState.PENDING.value,
        }
        await self._write(appointment_id, vals)
        return replace(before, status=AppointmentStatus.CANCELED, cancel_reason=reason, sync_state=SyncState.PENDING)

    async def note_sync(
        self, appointment_id: BackendId, state: SyncState, ref: CalendarRef | None, error: str | None
    ) -> None:
        vals: dict[str, object] = {
            "x_sync_state": state.value,
            "x_sync_error": error or False,
            "x_sync_updated_at": moment(self._clock.now()),
        }
        if ref is not None:
            vals |= {
                "x_gcal_calendar_id": ref.calendar_id,
                "x_gcal_event_id": ref.event_id,
                "x_gcal_etag": ref.etag,
            }
        await self._write(appointment_id, vals)

    async def note_outcome(self, appointment_id: BackendId, outcome: ReminderOutcome) -> None:
        """See `Outcomes`. Raises Refused where the field was never installed."""
        await self._write(appointment_id, {"x_reminder_outcome": outcome.value})

    async def changes(self, since: datetime) -> RecordChanges:
        """Every appointment of ours written at `since` or later, archived ones included. Raises Unavailable."""
        domain = [["write_date", ">=", moment(since)], ["x_external_uid", "!=", False]]
        rows = await self._client.search_read(
            EVENT, domain, [*await self._fields(), "write_date"], order="write_date, id", context={"active_test": False}
        )
        found = tuple(appointment_of(row) for row in rows if row.get("user_id"))
        return RecordChanges(found, max((instant(row, "write_date") for row in rows), default=since))

    async def deleted(self, appointment_ids: Sequence[BackendId]) -> Sequence[BackendId]:
        """Which of these are gone: Odoo keeps no trace of what is deleted. Raises Unavailable."""
        named = {"domain": [["id", "in", list(appointment_ids)]], "context": {"active_test": False}}
        there = set(await self._client.call(EVENT, "search", list[int], named))
        return [one for one in appointment_ids if one not in there]

    async def _fields(self) -> Sequence[str]:
        there = await self._client.fields(EVENT)
        return [name for name in FIELDS_READ if name in there or name not in YOUNGER]

    async def _active(self, domain: Domain, since: datetime, limit: int | None = None) -> Sequence[Row]:
        conditions = [["stop", ">", moment(since)], ["x_status", "!=", "canceled"], ["user_id", "!=", False]]
        return await self._client.search_read(
            EVENT, [*conditions, *domain], await self._fields(), order="start, id", limit=limit
        )

    async def _as_it_stands(self, appointment_id: BackendId) -> Appointment:
        return await self._appointment(await self._row(appointment_id))

    async def _row(self, appointment_id: BackendId) -> Row:
        return await self._client.read(EVENT, int(appointment_id), ["name", *await self._fields()])

    def _as_before(self, title: str) -> str:
        """The title without the word that says it is cancelled."""
        before, _, after = self._cancelled.partition("{title}")
        return title.removeprefix(before).removesuffix(after) if title.startswith(before) else title

    async def _appointment(self, row: Row) -> Appointment:
        agent = link(row, "user_id")
        if agent is None:
            raise NotFound(f"Odoo's calendar.event {row['id']} has no organizer: it is no appointment")
        if link(row, "x_patient_partner_id") is not None:
            return appointment_of(row)
        partner = await self._users.partner_of(agent)
        return appointment_of(row, next((one for one in links(row, "partner_ids") if one != partner), 0))

    async def _write(self, appointment_id: BackendId, vals: Mapping[str, object]) -> None:
        try:
            await self._client.write(EVENT, [int(appointment_id)], vals, self._context())
        except Refused as refused:
            if OVERLAP_GUARD in str(refused):
                raise SlotTaken("Odoo's own constraint says that the agent has another appointment then") from refused
            raise

    def _context(self) -> Mapping[str, object]:
        """Keeps Odoo from mailing attendees, and from adding people's names and numbers to the description."""
        quiet = {"skip_contact_description": True, "mail_create_nolog": True}
        return quiet if self._settings.notify_attendees else {**quiet, "no_mail_to_attendees": True}


def _patients(row: Row) -> Sequence[int]:
    """Whose appointment it is: the one it was made for, else everybody whom a person has put there."""
    patient = link(row, "x_patient_partner_id")
    return links(row, "partner_ids") if patient is None else (patient,)
