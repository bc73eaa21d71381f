"""Give an event back what is ours to decide in it, whatever a person wrote there; its times are left alone."""

from __future__ import annotations

from msgspec import Struct

from pupitre.backends.google import calls
from pupitre.backends.google.planning import Planning
from pupitre.backends.google.reading import GONE
from pupitre.backends.google.wire import Event, Properties, decode
from pupitre.model import Appointment, CalendarRef
from pupitre.ports import NotFound


class _Worded(Struct, frozen=True, rename="camel"):
    """An event with its words."""

    etag: str
    status: str = "confirmed"
    summary: str = ""
    location: str = ""
    description: str = ""
    extended_properties: Properties = Properties()


_WORDED = "etag,status,summary,location,description,extendedProperties/private"


async def repair(planning: Planning, ref: CalendarRef, appointment: Appointment) -> CalendarRef:
    """Write title, place, description and properties as they should be; nothing is written where they are.

    What a person has added around the description stays. Raises NotFound, Conflict when the event is changed at this
    very moment, Refused, Unavailable.
    """
    answer = await planning.client.send(calls.get(ref.calendar_id, ref.event_id, _WORDED), heed=GONE)
    found = decode(answer, _Worded) if answer.ok else None
    if found is None or found.status == "cancelled":
        raise NotFound("the event is cancelled")
    wrong = _wrong(planning, found, await planning.named(appointment))
    fresh = CalendarRef(ref.calendar_id, ref.event_id, found.etag)
    if not wrong:
        return fresh
    written = decode(await planning.client.send(calls.patch(fresh, wrong, planning.settings.notify)), Event)
    return CalendarRef(ref.calendar_id, ref.event_id, written.etag)


def _wrong(planning: Planning, found: _Worded, appointment: Appointment) -> dict[str, object]:
    """What a patch must set right."""
    uid = appointment.external_uid or ""
    words, private = planning.words(appointment, uid, moved=planning.texts.moved in found.description)
    wrong: dict[str, object] = {}
    if found.summary != words["summary"]:
        wrong["summary"] = words["summary"]
    if found.location != words["location"]:
        wrong["location"] = words["location"]
    if words["description"] not in found.description:
        wrong["description"] = words["description"]
    lost = {name: value for name, value in private.items() if found.extended_properties.private.get(name) != value}
    if lost:
        wrong["extendedProperties"] = {"private": lost}
    return wrong
