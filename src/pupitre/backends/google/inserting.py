"""Put an appointment in a calendar, once: the event's id is ours, so that asking again finds what was done before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus

from pupitre.backends.google import calls
from pupitre.backends.google.events import event_id, ref_of, stands_at
from pupitre.backends.google.faults import forbids_guests, meaning_of, said
from pupitre.backends.google.planning import Planning
from pupitre.backends.google.reading import get
from pupitre.backends.google.wire import Answer, Event, decode
from pupitre.model import Agent, Appointment, CalendarRef
from pupitre.ports import Refused, Unavailable

_MOST_REVISIONS = 20
_NO = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.CONFLICT)


async def insert(
    planning: Planning, appointment: Appointment, agent: Agent, key: str, *, moved: bool = False
) -> CalendarRef:
    """The living event of this uid in the agent's calendar: a new one, or the one that was put there before.

    One that stands there already is taken as it is, whatever a person has done to it. Raises Refused, Unavailable.
    """
    calendar = planning.calendars.of(agent)
    uid = appointment.external_uid or key
    with suppress(Unavailable):  # no booking fails for a name in a title
        appointment = await planning.named(appointment)
    event = planning.body(appointment, uid, moved=moved)
    guests = await planning.guests(appointment, calendar)
    for revision in range(1, _MOST_REVISIONS + 1):
        numbered = {**event, "id": event_id(uid, revision)}
        answer = await _insert(planning, calendar, numbered, guests)
        if answer.ok:
            return ref_of(calendar, decode(answer, Event))
        if answer.status != HTTPStatus.CONFLICT:
            raise Refused(str(meaning_of(answer, "POST events")))
        found = await get(planning.client, calendar, event_id(uid, revision))
        if found is None:
            raise Unavailable("Google has an event of this id already, and does not show it yet")
        if not found.cancelled and _is_of(appointment, found):
            return ref_of(calendar, found)
    raise Refused(f"all {_MOST_REVISIONS} event ids of this appointment are taken or burnt by cancellations")


def _is_of(appointment: Appointment, event: Event) -> bool:
    """Whether the event was made for this very appointment, and not for one that had its number in an earlier store."""
    of_its_call = (
        appointment.call_id is not None and event.extended_properties.private.get("call_id") == appointment.call_id
    )
    return of_its_call or stands_at(event, appointment.slot)


async def _insert(
    planning: Planning, calendar: str, event: Mapping[str, object], guests: Sequence[Mapping[str, str]]
) -> Answer:
    """With its guests, or without them where they are what Google refuses: a bad address costs no appointment."""
    notify = planning.settings.notify
    if guests:
        invited = {**event, "attendees": guests}
        answer = await planning.client.send(calls.insert(calendar, invited, notify), heed=_NO)
        if answer.ok or not forbids_guests(said(answer)):
            return answer
    return await planning.client.send(calls.insert(calendar, event, notify), heed=_NO)
