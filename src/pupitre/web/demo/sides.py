"""One appointment on both sides, as the page shows it: the table, the verdict, what the desk makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from msgspec import Struct

from pupitre.booking.drift import CONFLICT
from pupitre.languages.fr.spoken import clock, day, moment
from pupitre.model import Agent, AppointmentStatus, BackendId, SyncState
from pupitre.ports import Reminder, ReminderStatus
from pupitre.settings import Mode
from pupitre.web.demo.happenings import Happening, Seen
from pupitre.web.demo.reading import Planned, Recorded
from pupitre.web.demo.texts import texts
from pupitre.web.demo.two_sides import AT_ODDS, Agreement, agreement, same_agent

_STORY_LINES = 7
_GIVEN_UP = (ReminderStatus.CANCELED, ReminderStatus.DROPPED)
_SHORT_ID = 10


class Cell(Struct, frozen=True):
    text: str
    field: str = ""
    """The name that the side itself has for it."""
    whole: str = ""
    """In full, where `text` is shortened."""


class Row(Struct, frozen=True):
    label: str
    here: Cell
    there: Cell | None
    same: bool | None
    """None where there is nothing to compare."""


class Choice(Struct, frozen=True):
    value: str
    label: str
    chosen: bool = False


class Sides(Struct, frozen=True):
    """What the template shows."""

    id: BackendId
    patient: str
    when: str
    record: str
    """The name of the record's side."""
    apart: bool
    rows: Sequence[Row]
    agreement: Agreement
    at_odds: bool
    conflict: bool
    verdict: str
    consequence: str
    reminders: Sequence[str]
    story: Sequence[Happening]
    days: Sequence[Choice]
    times: Sequence[Choice]
    in_google: bool
    """Whether there is an event to play the agent with."""
    in_odoo: bool
    two_way: bool


def sides(record: Recorded, seen: Seen, mode: Mode, days: Sequence[datetime], story: Sequence[Happening]) -> Sides:
    """`days`: the instants at which working days open, to move to."""
    event, agents = seen.reading.planned.get(record.id), seen.reading.agents
    apart = mode in ("hybrid", "google")
    found = agreement(record, event, agents, apart=apart)
    stands = event is not None and event.stands
    conflict = record.sync_state == SyncState.ERROR and (record.sync_error or "").startswith(CONFLICT)
    name = _words("record_names")[mode]
    shown_at = event.start if found is Agreement.RECORD_GONE and event and event.start else record.start
    return Sides(
        id=record.id,
        patient=record.patient_name or "",
        when=f"{moment(shown_at)}, {_name(agents, record.agent)}",
        record=name,
        apart=apart,
        rows=_rows(record, event, agents, apart=apart, odoo=mode in ("hybrid", "odoo")),
        agreement=found,
        at_odds=found in AT_ODDS,
        conflict=conflict,
        verdict=_verdict(found, record, event, agents, name),
        consequence=_consequence(found, record, event, conflict=conflict),
        reminders=_reminders([one for one in seen.reminders if one.appointment_id == record.id]),
        story=story[-_STORY_LINES:],
        days=[Choice(at.date().isoformat(), day(at.date()), at.date() == record.start.date()) for at in days],
        times=_times(record.start),
        in_google=apart and stands,
        in_odoo=mode in ("hybrid", "odoo") and record.status != AppointmentStatus.CANCELED,
        two_way=seen.two_way,
    )


def _rows(
    record: Recorded, event: Planned | None, agents: Sequence[Agent], *, apart: bool, odoo: bool
) -> Sequence[Row]:
    words = _words("side_rows")
    keys = ("status", "when", "agent", "record", "event", "version")
    here = _here(record, agents, odoo=odoo)
    if not apart:
        return [Row(words[key], cell, None, None) for key, cell in list(zip(keys, here, strict=True))[:3]]
    there = _there(event, agents, odoo=odoo) if event else [Cell(words["nothing"])] * len(keys)
    same = _same(record, event, agents, odoo=odoo)
    rows = [
        Row(words[key], left, right, alike) for key, left, right, alike in zip(keys, here, there, same, strict=True)
    ]
    field = "x_sync_state" if odoo else "sync_state"
    sync = Cell(_words("sync_words").get(record.sync_state, record.sync_state), field)
    rows.insert(3, Row(words["sync"], sync, Cell(words["nothing"]), None))
    return rows


def _here(record: Recorded, agents: Sequence[Agent], *, odoo: bool) -> Sequence[Cell]:
    """The record's cells, in the order of the rows, by the names that Odoo or our own store has for them."""
    fields = ("x_status", "start, stop", "user_id", "id", "x_gcal_event_id", "x_gcal_etag")
    ours = ("status", "start, end", "agent_id", "id", "event_id", "etag")
    texts_ = (
        _words("status").get(record.status, record.status),
        _span(record.start, record.end),
        _name(agents, record.agent),
        str(record.id),
        _short(record.event_id),
        _short(record.etag),
    )
    whole = ("", "", "", "", record.event_id or "", record.etag or "")
    return [Cell(*cell) for cell in zip(texts_, fields if odoo else ours, whole, strict=True)]


def _there(event: Planned, agents: Sequence[Agent], *, odoo: bool) -> Sequence[Cell]:
    """The event's cells, in the order of the rows, by Google's names."""
    owner = next((agent.name for agent in agents if agent.calendar == event.calendar), event.calendar)
    return [
        Cell(_words("planning_status").get(event.status, event.status), "status"),
        Cell(_span(event.start, event.end), "start, end"),
        Cell(owner, "calendarId", event.calendar),
        Cell(event.record_id or _short(event.external_uid), "odoo_event_id" if odoo else "external_uid"),
        Cell(_short(event.event_id), "id", event.event_id),
        Cell(_short(event.etag), "etag", event.etag),
    ]


def _same(record: Recorded, event: Planned | None, agents: Sequence[Agent], *, odoo: bool) -> Sequence[bool]:
    """Row by row, whether both say the same."""
    gone = record.status == AppointmentStatus.CANCELED
    if event is None:
        return [gone] + [False] * 5
    belongs = event.record_id == str(record.id) if odoo else event.external_uid == record.external_uid
    return [
        gone != event.stands,
        (record.start, record.end) == (event.start, event.end),
        same_agent(record, event, agents),
        belongs,
        event.event_id == record.event_id,
        event.etag == record.etag,
    ]


def _verdict(found: Agreement, record: Recorded, event: Planned | None, agents: Sequence[Agent], name: str) -> str:
    words = _words("verdicts")
    here = moment(record.start)
    there = moment(event.start) if event and event.start else _words("happenings")["whole_day"]
    if found is Agreement.MOVED and event is not None:
        if event.start is not None and event.start.date() == record.start.date():
            here, there = clock(record.start.time()), clock(event.start.time())
        if not same_agent(record, event, agents):
            owner = next((agent.name for agent in agents if agent.calendar == event.calendar), event.calendar)
            there = words["other_agent"].format(when=there, agent=owner)
    return words[found].format(record=name, here=here, there=there)


def _consequence(found: Agreement, record: Recorded, event: Planned | None, *, conflict: bool) -> str:
    words = _words("consequences")
    untouched = event is not None and event.etag == record.etag
    if conflict:
        return words["conflict"]
    if found in AT_ODDS:
        return words["unseen_record" if untouched else "unseen_event"]
    return words["touched"] if found is Agreement.AGREE and not untouched else ""


def _reminders(of_it: Sequence[Reminder]) -> Sequence[str]:
    """What still counts: of one that was given up for another time, nothing is said."""
    offsets, status, outcomes = (_words(table) for table in ("reminder_offsets", "reminder_status", "outcomes"))
    lasting = {one.offset for one in of_it if one.status not in _GIVEN_UP}
    line = _words("side_rows")["reminder"]
    return [
        line.format(
            offset=offsets.get(one.offset, one.offset),
            day=_short_day(one.dial_at),
            time=_clock(one.dial_at.hour, one.dial_at.minute),
            status=outcomes[one.outcome] if one.outcome is not None else status[one.status],
        )
        for one in of_it
        if one.status not in _GIVEN_UP or (one.status is ReminderStatus.DROPPED and one.offset not in lasting)
    ]


def _times(start: datetime) -> Sequence[Choice]:
    """Every half hour of a working day; an hour later than it is is proposed, or an hour earlier late in the day."""
    later = start + timedelta(hours=1)
    wanted = later if later.hour < 18 and (later.hour, later.minute) != (13, 0) else start - timedelta(hours=1)  # noqa: PLR2004 -- the example week closes at 18:00 and rests at 13:00
    return [
        Choice(f"{hour:02d}:{minute:02d}", _clock(hour, minute), (hour, minute) == (wanted.hour, wanted.minute))
        for hour in range(8, 19)
        for minute in (0, 15, 30, 45)
    ]


def _span(start: datetime | None, end: datetime | None) -> str:
    if start is None or end is None:
        return _words("happenings")["whole_day"]
    return _words("side_rows")["span"].format(
        day=_short_day(start), start=_clock(start.hour, start.minute), end=_clock(end.hour, end.minute)
    )


def _clock(hour: int, minute: int) -> str:
    """Written as on a wall: "9 h", "15 h 15", with spaces that no line breaks at."""
    return f"{hour}\u00a0h\u00a0{minute:02d}" if minute else f"{hour}\u00a0h"


def _short_day(at: datetime) -> str:
    """Says "mer. 25 nov.", with spaces that no line breaks at."""
    name, number, _ = day(at.date()).split()
    months = cast("Sequence[str]", texts()["short_months"])
    return f"{name[:3]}.\u00a0{number}\u00a0{months[at.month - 1]}"


def _short(id_: str | None) -> str:
    if not id_:
        return _words("side_rows")["nothing"]
    bare = id_.strip('"')
    return bare if len(bare) <= _SHORT_ID else f"…{bare[-_SHORT_ID:]}"


def _name(agents: Sequence[Agent], agent_id: BackendId) -> str:
    return next((agent.name for agent in agents if agent.id == agent_id), str(agent_id))


def _words(table: str) -> Mapping[str, str]:
    return cast("Mapping[str, str]", texts()[table])
