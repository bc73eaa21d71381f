"""Move our event to another time, and perhaps to another agent, unless a person has changed it meanwhile."""

from __future__ import annotations

from http import HTTPStatus

from msgspec import Struct

from pupitre.backends.google import calls
from pupitre.backends.google.events import ref_of, stands_at
from pupitre.backends.google.faults import meaning_of
from pupitre.backends.google.inserting import insert
from pupitre.backends.google.planning import Planning
from pupitre.backends.google.reading import alive_by_uid, get, not_clear, unless_gone
from pupitre.backends.google.removing import remove
from pupitre.backends.google.wire import Event, decode
from pupitre.model import Agent, Appointment, CalendarRef, Slot
from pupitre.ports import Conflict, NotFound, Refused, Unavailable

_NO = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.GONE,
    HTTPStatus.PRECONDITION_FAILED,
)
_TRIES = 2
"""A first one with the etag we know, and once more with a new one."""


class _Lost(Exception):
    """The event lives no longer where it was."""


class _Wanted(Struct, frozen=True):
    """What is to become of an event."""

    planning: Planning
    appointment: Appointment
    agent: Agent
    target: str
    """The agent's calendar."""
    key: str
    before: Slot | None

    @property
    def uid(self) -> str:
        return self.appointment.external_uid or self.key

    def check(self, event: Event) -> None:
        """Raise Conflict unless the event stands where we left it, or already where it is to go.

        A new etag alone proves nothing: the answer of a guest, or Google itself, changes it.
        """
        if not (stands_at(event, self.appointment.slot) or stands_at(event, self.before)):
            raise Conflict("a person has moved the event to another time")


async def move(
    planning: Planning, ref: CalendarRef, appointment: Appointment, agent: Agent, key: str, before: Slot | None
) -> CalendarRef:
    """Where the event stands after it. Raises Conflict, NotFound, Refused, Unavailable; see the port."""
    appointment = await planning.named(appointment)
    wanted = _Wanted(planning, appointment, agent, planning.calendars.of(agent), key, before)
    home = ref.calendar_id
    for _ in range(_TRIES):
        try:
            if ref.calendar_id != wanted.target:
                ref = await _change_calendar(wanted, ref)
            return await _change_times(wanted, ref)
        except _Lost:
            ref = await _search(wanted, home)
    raise not_clear("an event")


async def _change_times(wanted: _Wanted, ref: CalendarRef) -> CalendarRef:
    """Patch the event where it is. The body is the whole of what we own, so that asking twice is asking once."""
    planning = wanted.planning
    event = planning.body(wanted.appointment, wanted.uid, moved=True)
    for _ in range(_TRIES):
        answer = await planning.client.send(calls.patch(ref, event, planning.settings.notify), heed=_NO)
        found = unless_gone(decode(answer, Event) if answer.ok else await get(planning.client, *_place(ref)))
        if found is None:
            raise _Lost
        ref = ref_of(ref.calendar_id, found)
        if answer.ok:
            return ref
        if answer.status != HTTPStatus.PRECONDITION_FAILED:
            raise Refused(str(meaning_of(answer, "PATCH event")))
        wanted.check(found)
    raise not_clear("an event")


async def _change_calendar(wanted: _Wanted, ref: CalendarRef) -> CalendarRef:
    """Hand the event to the other agent: `events.move` keeps its id. Where that is refused, a new one and then no old.

    The answer of events.move may call the event cancelled although it was moved: only the destination knows.
    """
    planning = wanted.planning
    for _ in range(_TRIES):
        answer = await planning.client.send(calls.move(ref, wanted.target, planning.settings.notify), heed=_NO)
        if answer.ok:
            arrived = unless_gone(await get(planning.client, wanted.target, ref.event_id))
            if arrived is None:
                raise Unavailable("Google has moved the event, and does not show it in its new calendar yet")
            return ref_of(wanted.target, arrived)
        found = unless_gone(await get(planning.client, *_place(ref)))
        if found is None:
            raise _Lost
        wanted.check(found)
        ref = ref_of(ref.calendar_id, found)
        if answer.status != HTTPStatus.PRECONDITION_FAILED:
            new = await insert(planning, wanted.appointment, wanted.agent, wanted.key, moved=True)
            await remove(planning, ref)
            return new
    raise not_clear("an event")


async def _search(wanted: _Wanted, home: str) -> CalendarRef:
    """Where the event lives now: in the new calendar if an earlier try brought it there, or a person elsewhere."""
    planning = wanted.planning
    calendars = {wanted.target, home, *await planning.calendars.all()}
    living = await alive_by_uid(planning.client, calendars, wanted.uid)
    if not living:
        raise NotFound("the event is cancelled, and no calendar that the directory knows holds another of its uid")
    calendar, event = min(living, key=lambda found: found[0] != wanted.target)
    if calendar not in {wanted.target, home}:
        raise Conflict("a person has moved the event to another agent's calendar")
    wanted.check(event)
    return ref_of(calendar, event)


def _place(ref: CalendarRef) -> tuple[str, str]:
    return ref.calendar_id, ref.event_id
