"""From appointment to event, and from event to what is ours in it."""

from __future__ import annotations

import re
from base64 import b32hexencode
from datetime import UTC, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from pupitre.backends.google.settings import GoogleSettings, Texts
from pupitre.backends.google.wire import Event, EventTime
from pupitre.model import Appointment, BackendId, CalendarRef, Slot
from pupitre.ports import PlanningEvent, Refused

UID = "external_uid"
LONGEST_VALUE = 1024
"""A longer value of a property is cut, and a key over 44 characters dropped, without a word (guide on properties)."""

_OURS = re.compile(r"[a-v0-9]{52}")
"""An event id made here; Google's own have 26 characters."""
_ODOO = re.compile(r":odoo_event:(\d+)$")


def event_id(uid: str, revision: int) -> str:
    """The id of this uid's event: base32hex, as the API wants (5 to 1024 of a-v and 0-9).

    An id is burnt for ever by a cancellation: the next event of the same uid has the next revision, from 1.
    """
    digest = sha256(f"{uid}\n{revision}".encode()).digest()
    return b32hexencode(digest).decode().rstrip("=").lower()


def looks_ours(event: Event) -> bool:
    """Whether the event was made by a desk; the id alone tells it of a tombstone.

    Occurrences of series are not, nor are copies that stand in the calendars of colleagues who were invited.
    """
    if event.recurring_event_id is not None or event.is_guests_copy:
        return False
    return UID in event.extended_properties.private or _OURS.fullmatch(event.id) is not None


def wall_clock(instant: datetime, zone: ZoneInfo) -> dict[str, str]:
    """An EventDateTime: naive local time and the zone's name, never an offset, which would fix the wrong instant.

    In the hour that a clock change repeats, local time is ambiguous: there, UTC is the zone.
    """
    local = instant.astimezone(zone)
    if local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
        local, zone = instant.astimezone(UTC), ZoneInfo("UTC")
    return {"dateTime": local.strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": zone.key}


def properties(appointment: Appointment, uid: str) -> dict[str, str]:
    """The seed's five private properties, as far as there are values. Raises Refused where one would be cut."""
    odoo = _ODOO.search(uid)
    found = {
        UID: uid,
        "odoo_event_id": odoo[1] if odoo else None,
        "partner_id": str(appointment.patient_id),
        "call_id": appointment.call_id,
        "source": appointment.source.value,
    }
    kept = {key: value for key, value in found.items() if value}
    for key, value in kept.items():
        if len(value) > LONGEST_VALUE:
            raise Refused(f"the property {key} is longer than the {LONGEST_VALUE} characters that Google keeps")
    return kept


def words(appointment: Appointment, settings: GoogleSettings, texts: Texts, *, moved: bool) -> dict[str, str]:
    """What people read in the event."""
    title = texts.title
    if settings.show_patient_name and appointment.patient_name:
        title = f"{title} – {appointment.patient_name}"
    description = texts.moved if moved else texts.booked
    if settings.screen_pop is not None:
        link = settings.screen_pop.format(id=appointment.id)
        description = texts.linked.format(text=description, url=link)
    return {"summary": title, "location": appointment.location or texts.location, "description": description}


def body(
    appointment: Appointment, uid: str, settings: GoogleSettings, texts: Texts, zone: ZoneInfo, *, moved: bool
) -> dict[str, object]:
    """What we own of the event, for insert and patch alike; no guests, whom a patch would wipe out."""
    return {
        **words(appointment, settings, texts, moved=moved),
        "start": wall_clock(appointment.slot.start, zone),
        "end": wall_clock(appointment.slot.end, zone),
        "extendedProperties": {"private": properties(appointment, uid)},
    }


def instant_of(time: EventTime) -> datetime | None:
    """The instant of a timed event; None for a whole day and for what cannot be read."""
    if time.date_time is None:
        return None
    try:
        instant = datetime.fromisoformat(time.date_time)
        return instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(time.time_zone or ""))
    except (ValueError, OSError, KeyError):
        return None


def stands_at(event: Event, slot: Slot | None) -> bool:
    """Whether the event is alive and at this time: all that a person may not have changed."""
    if slot is None or event.cancelled:
        return False
    start, end = instant_of(event.start), instant_of(event.end)
    return start is not None and end is not None and (start, end) == (slot.start, slot.end)


def ref_of(calendar: str, event: Event) -> CalendarRef:
    return CalendarRef(calendar, event.id, event.etag)


def planning_event(calendar: str, agent_id: BackendId, event: Event, zone: ZoneInfo) -> PlanningEvent:
    """The desk's view; times of a cancelled event are never looked at: purged ones carry false ones."""
    start, end = instant_of(event.start), instant_of(event.end)
    slot = None
    if not event.cancelled and start is not None and end is not None and start < end:
        slot = Slot(start.astimezone(zone), end.astimezone(zone), agent_id)
    return PlanningEvent(ref_of(calendar, event), slot, event.cancelled, event.extended_properties.private.get(UID))
