"""What has happened between two looks at the desk's world, appointment by appointment, in a visitor's words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import cast

from msgspec import Struct

from pupitre.booking.report import Report
from pupitre.languages.fr.spoken import moment
from pupitre.model import AppointmentStatus, BackendId, SyncState
from pupitre.ports import OutboundCall, Reminder, ReminderStatus, Task
from pupitre.store.reservations import Claim
from pupitre.web.demo.reading import Planned, Reading, Recorded
from pupitre.web.demo.texts import texts


class Seen(Struct, frozen=True):
    """Everything the page shows, at one moment."""

    at: datetime
    """In the tenant's zone."""
    reading: Reading
    claims: Sequence[Claim] = ()
    reminders: Sequence[Reminder] = ()
    ringing: Sequence[OutboundCall] = ()
    tasks: Sequence[Task] = ()
    """Those that are open."""
    rounds: Sequence[Report] = ()
    """What the reconciliations since the look before have done, in their order."""
    two_way: bool = False


class Happening(Struct, frozen=True):
    """One line of an appointment's story."""

    at: datetime
    appointment: BackendId
    who: str
    """`agent`, `desk` or `task`: whose doing it is."""
    text: str


_Look = Callable[[Seen, Seen, BackendId], Iterator[str]]


def happenings(before: Seen, after: Seen) -> list[Happening]:
    """In the order in which they came about."""
    told = [
        *_each(before, after, "agent", _by_agents),
        *_reported(after),
        *_each(before, after, "desk", _by_desk),
        *_each(before, after, "task", _of_tasks),
        *_each(before, after, "desk", _of_reminders),
    ]
    return [Happening(after.at, id_, who, text) for id_, who, text in told]


def _each(before: Seen, after: Seen, who: str, look: _Look) -> Iterator[tuple[BackendId, str, str]]:
    for id_ in {**before.reading.recorded, **after.reading.recorded}:
        for text in look(before, after, id_):
            yield id_, who, text


def _by_agents(before: Seen, after: Seen, id_: BackendId) -> Iterator[str]:
    """What people did, on either side: the desk's own writes are those that both sides know of."""
    words = _words("happenings")
    record, event = after.reading.recorded.get(id_), after.reading.planned.get(id_)
    old, was = before.reading.recorded.get(id_), before.reading.planned.get(id_)
    if event is not None and was is not None and record is not None and event.etag not in (was.etag, record.etag):
        if was.stands and not event.stands:
            yield words["event_deleted"]
        elif event.stands and (event.start, event.calendar) != (was.start, was.calendar):
            yield words["event_moved"].format(when=moment(event.start) if event.start else words["whole_day"])
    if record is None or old is None or record.sync_state == SyncState.PENDING or record.etag != old.etag:
        return
    if record.status == AppointmentStatus.CANCELED != old.status:
        yield words["record_canceled"]
    elif (record.start, record.agent) != (old.start, old.agent):
        yield words["record_moved"].format(when=moment(record.start))


def _reported(after: Seen) -> Iterator[tuple[BackendId, str, str]]:
    """What reconciliations did."""
    words = _words("did")
    for report in after.rounds:
        how = words["announced" if report.announced else "periodic"]
        for line in report.lines:
            if line.did in words:
                yield line.appointment_id, "desk", words[line.did].format(how=how)


def _by_desk(before: Seen, after: Seen, id_: BackendId) -> Iterator[str]:
    """What the desk wrote: at a caller's wish, at a person's, or because the record had been changed."""
    words = _words("happenings")
    record, old = after.reading.recorded.get(id_), before.reading.recorded.get(id_)
    if record is None or record.sync_state != SyncState.SYNCED or old == record:
        return
    event, was = after.reading.planned.get(id_), before.reading.planned.get(id_)
    if not _agreed(record, event) or _named(after.rounds, id_):
        return
    if old is None:
        yield words["booked"].format(when=moment(record.start))
    elif old.sync_state == SyncState.SYNCED and _stand(old) == _stand(record):
        if event is not None and was is not None and (event.start, event.status) != (was.start, was.status):
            yield words["followed"]
    elif old.sync_state == SyncState.PENDING or old.etag != record.etag:
        gone = record.status == AppointmentStatus.CANCELED
        yield words["canceled"] if gone else words["written"].format(when=moment(record.start))


def _stand(record: Recorded) -> tuple[object, ...]:
    return record.start, record.agent, record.status


def _of_tasks(before: Seen, after: Seen, id_: BackendId) -> Iterator[str]:
    words, kinds = _words("happenings"), _words("tasks")
    old = {task.id: task for task in before.tasks if task.appointment_id == id_}
    now = {task.id: task for task in after.tasks if task.appointment_id == id_}
    for task in [task for number, task in now.items() if number not in old]:
        yield words["task_opened"].format(n=task.id, kind=kinds[task.kind])
    for number in old.keys() - now.keys():
        yield words["task_closed"].format(n=number)


def _of_reminders(before: Seen, after: Seen, id_: BackendId) -> Iterator[str]:
    words = _words("happenings")
    old = {one.id: one.status for one in before.reminders if one.appointment_id == id_}
    now = {one.id: one for one in after.reminders if one.appointment_id == id_}
    changed = [one for one in now.values() if old.get(one.id) != one.status]
    count = Counter(one.status for one in changed)
    undone = count[ReminderStatus.DROPPED] + count[ReminderStatus.CANCELED]
    if undone and not count[ReminderStatus.SCHEDULED]:
        yield words["reminders_stopped"]
    elif count[ReminderStatus.SCHEDULED]:
        yield words["reminders_set"].format(
            when=", ".join(moment(one.dial_at) for one in changed if one.status is ReminderStatus.SCHEDULED)
        )
    for one in changed:
        if one.status is ReminderStatus.DIALLED:
            yield words["ringing"]
        elif one.status is ReminderStatus.DONE:
            yield words["called"].format(outcome=_words("outcomes")[one.outcome or "unclear"])


def _agreed(record: Recorded, event: Planned | None) -> bool:
    return event is None or not event.stands or event.start == record.start


def _named(rounds: Sequence[Report], id_: BackendId) -> bool:
    return any(line.appointment_id == id_ for report in rounds for line in report.lines)


def _words(table: str) -> Mapping[str, str]:
    return cast("Mapping[str, str]", texts()[table])
