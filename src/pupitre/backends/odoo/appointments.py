"""A calendar.event as Odoo reads it, and the Appointment it is."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from pupitre.backends.odoo.people import said_name
from pupitre.backends.odoo.wire import Row, instant, link, text
from pupitre.model import Appointment, AppointmentStatus, BackendId, CalendarRef, Slot, Source, SyncState

FIELDS_READ = (
    "active",
    "start",
    "stop",
    "user_id",
    "partner_ids",
    "location",
    "x_source",
    "x_status",
    "x_patient_partner_id",
    "x_call_id",
    "x_gcal_calendar_id",
    "x_gcal_event_id",
    "x_gcal_etag",
    "x_sync_state",
    "x_sync_error",
    "x_external_uid",
    "x_cancel_reason",
    "x_reminder_outcome",
)
YOUNGER = {"x_reminder_outcome"}
"""Those that an installation made by an earlier desk may lack."""

E = TypeVar("E", bound=StrEnum)


def appointment_of(row: Row, patient_by_hand: BackendId = 0) -> Appointment:
    """The appointment in a row of `FIELDS_READ` that has an organizer. Archived means cancelled.

    An event that a person made without our fields is confirmed, in step with itself, made by an agent, and
    `patient_by_hand`'s.
    """
    agent = link(row, "user_id")
    assert agent is not None, "the caller drops events without organizer"
    patient = row.get("x_patient_partner_id")
    name = patient[1] if isinstance(patient, list | tuple) and len(patient) > 1 else None
    gone = row.get("active") is False
    event_id = text(row, "x_gcal_event_id")
    return Appointment(
        id=int(str(row["id"])),
        patient_id=link(row, "x_patient_partner_id") or patient_by_hand,
        slot=Slot(instant(row, "start"), instant(row, "stop"), agent),
        status=AppointmentStatus.CANCELED if gone else _one_of(AppointmentStatus, row, "x_status", "confirmed"),
        sync_state=_one_of(SyncState, row, "x_sync_state", "synced"),
        sync_error=text(row, "x_sync_error"),
        external_uid=text(row, "x_external_uid"),
        call_id=text(row, "x_call_id"),
        source=_one_of(Source, row, "x_source", "agent"),
        ref=CalendarRef(text(row, "x_gcal_calendar_id") or "", event_id, text(row, "x_gcal_etag") or "")
        if event_id
        else None,
        location=text(row, "location"),
        cancel_reason=text(row, "x_cancel_reason"),
        outcome=text(row, "x_reminder_outcome"),
        patient_name=said_name(name) if isinstance(name, str) and name else None,
    )


def _one_of(values: type[E], row: Row, field: str, otherwise: str) -> E:
    return values(text(row, field) or otherwise)
