"""Take our event off the calendar it is in now, whatever its hour."""

from __future__ import annotations

from http import HTTPStatus

from msgspec.structs import replace

from pupitre.backends.google import calls
from pupitre.backends.google.events import ref_of
from pupitre.backends.google.faults import meaning_of
from pupitre.backends.google.planning import Planning
from pupitre.backends.google.reading import alive_by_id, get, not_clear
from pupitre.backends.google.wire import Answer, Event, Request, decode
from pupitre.model import CalendarRef
from pupitre.ports import Refused

_NO = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.PRECONDITION_FAILED)
_GUARDED_TRIES = 3


async def remove(planning: Planning, ref: CalendarRef) -> CalendarRef | None:
    """Cancel it, also where a person has moved it, in time or to another agent's calendar known to the directory.

    None when it was gone already, be it by an earlier try whose answer was lost. Raises Refused, Unavailable.
    """
    for tries in range(_GUARDED_TRIES + 1):
        guarded = ref if tries < _GUARDED_TRIES else replace(ref, etag="")
        answer = await planning.client.send(_removal(planning, guarded), heed=_NO)
        if answer.ok:
            return _removed(ref, answer)
        found = await get(planning.client, ref.calendar_id, ref.event_id)
        if found is not None and not found.cancelled:
            if answer.status == HTTPStatus.FORBIDDEN:
                raise Refused(str(meaning_of(answer, "cancellation of the event")))
            ref = ref_of(ref.calendar_id, found)
            continue
        others = [calendar for calendar in await planning.calendars.all() if calendar != ref.calendar_id]
        elsewhere = await alive_by_id(planning.client, others, ref.event_id)
        if elsewhere is None:
            return None
        ref = elsewhere
    raise not_clear("an event")


def _removal(planning: Planning, ref: CalendarRef) -> Request:
    if planning.settings.cancel_by == "delete":
        return calls.delete(ref, planning.settings.notify)
    return calls.patch(ref, {"status": "cancelled"}, planning.settings.notify)


def _removed(ref: CalendarRef, answer: Answer) -> CalendarRef | None:
    """The tombstone; None where the patch changed nothing, for then it was one already. DELETE answers nothing."""
    if not answer.body:
        return ref
    event = decode(answer, Event)
    return None if event.etag == ref.etag else ref_of(ref.calendar_id, event)
