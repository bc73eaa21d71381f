"""An agent's appointments as an iCalendar feed (RFC 5545), for any calendar program to subscribe to. Pure.

Times are UTC; the UID of an appointment never changes, and what is cancelled is shown as cancelled, so that a program
that saw it takes it away. No patient's name is shown unless the tenant says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta

from icalendar import Calendar, Event, vDuration, vUri
from msgspec import Struct

from pupitre.backends.local.records import Entry
from pupitre.model import AppointmentStatus

CONTENT_TYPE = "text/calendar; charset=utf-8"

_STATUS = {
    AppointmentStatus.PENDING: "TENTATIVE",
    AppointmentStatus.CONFIRMED: "CONFIRMED",
    AppointmentStatus.TO_RESCHEDULE: "TENTATIVE",
    AppointmentStatus.CANCELED: "CANCELLED",
}
_REFRESH = timedelta(minutes=15)


class FeedLook(Struct, frozen=True):
    """How a tenant wants appointments shown."""

    tenant: str
    calendar_name: str
    title: str
    """What an appointment is called: "Visite à domicile"."""
    show_patient: bool = False
    record_url: str | None = None
    """Address of an appointment's record, with `{id}` in it."""


def feed(entries: Sequence[Entry], look: FeedLook) -> bytes:
    """The whole calendar, lines folded at 75 octets."""
    calendar = Calendar()
    calendar.add("prodid", "-//pupitre//pupitre//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", look.calendar_name)
    calendar.add("refresh-interval", vDuration(_REFRESH), parameters={"VALUE": "DURATION"})  # RFC 7986 §5.7
    calendar.add("x-published-ttl", vDuration(_REFRESH))
    for entry in entries:
        calendar.add_component(_event(entry, look))
    body: bytes = calendar.to_ical()
    return body


def _event(entry: Entry, look: FeedLook) -> Event:
    appointment = entry.appointment
    event = Event()
    event.add("uid", f"appointment-{appointment.id}@{look.tenant}.pupitre")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.updated_at.astimezone(UTC))
    event.add("last-modified", entry.updated_at.astimezone(UTC))
    event.add("dtstart", appointment.slot.start.astimezone(UTC))
    event.add("dtend", appointment.slot.end.astimezone(UTC))
    shown = look.show_patient and appointment.patient_name
    event.add("summary", f"{look.title} - {appointment.patient_name}" if shown else look.title)
    event.add("status", _STATUS[appointment.status])
    event.add("transp", "TRANSPARENT" if appointment.status is AppointmentStatus.CANCELED else "OPAQUE")
    event.add("class", "PRIVATE")
    if appointment.location:
        event.add("location", appointment.location)
    if look.record_url:
        event.add("url", vUri(look.record_url.replace("{id}", str(appointment.id))))
    return event
