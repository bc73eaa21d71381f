"""Worlds: sets of calendars that are loaded and emptied as a whole, each without touching the others."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from pupitre.emulators.google import people
from pupitre.emulators.google.calendars import make_calendar, share
from pupitre.emulators.google.event_rules import stored_body
from pupitre.emulators.google.events import new_id
from pupitre.emulators.google.model import Calendar, Event, Rule
from pupitre.emulators.google.state import State
from pupitre.emulators.google.times import BadTime, parse_instant
from pupitre.emulators.google.wire import Json

Role = Literal["freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner"]


class CalendarPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """A calendar to be made. One whose id is its owner's e-mail is his primary calendar."""

    id: str
    summary: str | None = None
    time_zone: str = field(name="timeZone", default="Europe/Paris")
    owner: str | None = None
    """None: the id."""
    share: dict[str, Role] = {}
    """E-mail -> role; beside these, the service account is a writer unless it is named here."""
    delegated: bool = False
    """Whether the service account may act for the owner."""


class EventPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """An event to be put in one of the calendars; `resource` is what events.insert takes."""

    calendar: str
    resource: Json


class WorldPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that a world shall hold."""

    world: str
    """Its name; what it held before is gone. Names other than this one's are untouched."""
    now: str | None = None
    """Freeze the clock here."""
    calendars: list[CalendarPlan] = []
    events: list[EventPlan] = []


def seed_everything(state: State) -> None:
    """Back to the world that the emulator starts with, all others gone; the clock is not touched."""
    for calendar_id in list(state.calendars):
        state.drop_calendar(calendar_id)
    for channel_id in list(state.channels):
        state.drop_channel(channel_id)
    state.drop_grants()
    state.meta.freebusy_errors.clear()
    state.meta.delegated.clear()
    state.meta.revoked.clear()
    state.meta.quota = type(state.meta.quota)()
    state.meta.seeded = True
    state.keep_meta()
    seed = people.seed()
    for raw in seed["calendars"]:
        make_calendar(
            state,
            raw["id"],
            raw["owner"],
            raw["timeZone"],
            primary=raw["primary"],
            body={"summary": raw["summary"]},
            world=people.SEED_WORLD,
        )
    for calendar_id, email, role in seed["acl"]:
        share(state, state.calendars[calendar_id], Rule(role, "user", email))


def load(state: State, plan: WorldPlan) -> None:
    """Empty the plan's world and fill it. A calendar that is there already, in whatever world, becomes part of it.

    Raises BadTime or Refusal, with the world half loaded, when the plan holds what the API would refuse.
    """
    if plan.now is not None:
        state.clock.set(parse_instant(plan.now))
        state.keep_meta()
    planned = {c.id for c in plan.calendars}
    for calendar in list(state.calendars.values()):
        if calendar.world == plan.world or calendar.id in planned:
            _drop(state, calendar)
    state.meta.delegated[plan.world] = [c.owner or c.id for c in plan.calendars if c.delegated]
    state.keep_meta()
    for wanted in plan.calendars:
        _make(state, wanted, plan.world)
    for event in plan.events:
        if event.calendar not in planned:
            raise BadTime(f"the plan has no calendar {event.calendar!r}")
        _put(state, state.calendars[event.calendar], event.resource)


def _drop(state: State, calendar: Calendar) -> None:
    """With everything that hangs on it."""
    for channel in list(state.channels.values()):
        if channel.resource.endswith(f":{calendar.id}"):
            state.drop_channel(channel.id)
    state.meta.freebusy_errors.pop(calendar.id, None)
    state.drop_calendar(calendar.id)


def _make(state: State, wanted: CalendarPlan, world: str) -> None:
    owner = wanted.owner or wanted.id
    body = {"summary": wanted.summary or wanted.id}
    calendar = make_calendar(
        state, wanted.id, owner, wanted.time_zone, primary=owner == wanted.id, body=body, world=world
    )
    for email, role in {people.service_account(): "writer", **wanted.share}.items():
        share(state, calendar, Rule(role, "user", email))


def _put(state: State, calendar: Calendar, resource: Json) -> None:
    """An event as its calendar's owner would have made it."""
    event_id = resource.get("id") or new_id()
    body = stored_body(resource, calendar)
    body |= {
        "sequence": 0,
        "iCalUID": f"{event_id}@google.com",
        "creator": {"email": calendar.owner},
        "organizer": {"email": calendar.id},
    }
    version, now = state.stamp()
    state.keep_event(
        Event(
            id=event_id, calendar=calendar.id, body=body, order=version, version=version, created_ms=now, updated_ms=now
        )
    )


def dump(state: State, world: str | None) -> list[Json]:
    """Every event of a world (None: of all), cancelled ones too, as it is stored: `[{calendar, event}]`."""
    return [
        {
            "calendarId": calendar.id,
            "world": calendar.world,
            "id": event.id,
            "etag": event.etag,
            "bare": event.bare,
            **event.body,
            "start": event.start.rendered(calendar.time_zone),
            "end": event.end.rendered(calendar.time_zone),
        }
        for calendar in state.calendars.values()
        if world in (None, calendar.world) and not calendar.deleted
        for event in state.events.get(calendar.id, {}).values()
    ]
