"""The reconciliation: what has changed in the record and in the agents' calendars since the last time, and each
appointment that was touched brought back in step (booking.md §Keeping in step).

Running it twice changes nothing the second time. One bad appointment, and one unreadable calendar, stop no other.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from pupitre.booking import calendars, conflicts
from pupitre.booking.calendars import Round
from pupitre.booking.in_step import InStep
from pupitre.booking.keys import external_uid
from pupitre.booking.report import Did, Line, Report
from pupitre.booking.settle import settle
from pupitre.dialogue.effects import TaskKind
from pupitre.model import AppointmentStatus, BackendId
from pupitre.ports import DeskError, Due, Followed, NotFound, PlanningEvent, Refused

_log = logging.getLogger(__name__)

DUE_KIND = "sync"
"""Of the rows of due work that begin a reconciliation."""
PERIODIC = "periodic"
"""Key of the row that puts itself again."""
_ANNOUNCED = "announced/"
"""How keys of rows begin that a channel has put; its id follows."""

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_AT_LEAST_EVERY = timedelta(hours=1)


async def reconcile(step: InStep, *, trusting: bool = False, announced: str | None = None) -> Report:
    """One round. Raises Unavailable from our own store only.

    `trusting`: calendars of which a live channel has announced no change are not read. `announced`: of the calendars,
    only the one that this channel announces is.
    """
    async with step.following.alone():
        now = step.world.now()
        await step.following.forget(now)
        followed = {one.appointment.id: one for one in await step.following.appointments(now)}
        found = Round(followed, trusting=trusting, announced=announced)
        await _read_record(step, found)
        if step.agenda is not None:
            try:
                await calendars.read_all(step, step.agenda, found, await step.world.directory.agents())
            except DeskError as error:
                found.fresh = False
                found.troubles.append(f"the planning was not read: {error}")
        lines = [Line(one.appointment.id, did) for one, did in await _settle_all(step, found)]
        await _strangers(step, found)
        waiting = [one.noticed_at for one in found.known.values() if one.noticed_at is not None]
        report = Report(
            at=now,
            followed=len(found.known),
            calendars=found.read,
            lines=tuple(line for line in lines if line.did not in (Did.NOTHING, Did.LATER)),
            waiting=len(waiting),
            oldest_waiting=min(waiting, default=None),
            troubles=tuple(found.troubles),
            announced=announced is not None,
        )
        step.noted(report)
        await step.following.tell(msgspec.json.encode(report))
        return report


async def _read_record(step: InStep, found: Round) -> None:
    """What people changed in the record, and what they deleted there, is to be looked at."""
    world, now = step.world, step.world.now()
    try:
        changes = await step.records.changes(await step.following.since() or _EVER)
        gone = await step.records.deleted(list(found.known)) if found.known else ()
    except DeskError as error:
        found.fresh = False
        found.troubles.append(f"the record cannot be read: {error}")
        return
    touched: dict[BackendId, Followed] = {}
    for shown in changes.appointments:
        appointment = replace(shown, patient_name=None)
        if appointment.external_uid != external_uid(world, appointment.id) or appointment.slot.end <= now:
            continue
        one = found.known.get(appointment.id)
        if one is None and appointment.status is AppointmentStatus.CANCELED and appointment.ref is None:
            continue
        if one is None or one.appointment != appointment:
            changed = replace(one, appointment=appointment) if one else Followed(appointment)
            touched[appointment.id] = found.notice(changed, now)
    for id_ in gone:
        touched[id_] = found.notice(found.known[id_], now)
    await step.following.put(list(touched.values()), changes.until)


async def _settle_all(step: InStep, found: Round) -> list[tuple[Followed, Did]]:
    done: list[tuple[Followed, Did]] = []
    for one in [one for one in found.known.values() if one.noticed_at is not None]:
        id_ = one.appointment.id
        try:
            settled = await settle(step, one, found.unreadable, found.homes)
        except DeskError as error:
            found.troubles.append(f"appointment {id_}: {error}")
            if isinstance(error, Refused):
                await _refused(step, one, error)
            continue
        except Exception:  # noqa: BLE001 -- one bad appointment never stops the rest
            _log.exception("an appointment could not be looked at")
            found.troubles.append(f"appointment {id_}: it could not be looked at; the log says why")
            continue
        if settled.followed is None:
            await step.following.leave(id_)
            del found.known[id_]
        else:
            await step.following.put([settled.followed])
            found.known[id_] = settled.followed
        if settled.did is not Did.LATER:
            await step.following.close_task(_refusal(one), conflicts.BY, step.world.now())
        done.append((one, settled.did))
    return done


async def _refused(step: InStep, one: Followed, error: DeskError) -> None:
    reason = f"Record and planning of appointment {one.appointment.id} could not be brought in step: {error}"
    id_ = one.appointment.id
    await step.world.tasks.leave(_refusal(one), TaskKind.SYNC_ERROR, reason, step.world.now(), appointment_id=id_)


def _refusal(one: Followed) -> str:
    """The key of the task that is left when it could not be brought in step."""
    since = one.noticed_at.isoformat() if one.noticed_at else ""
    return f"{TaskKind.SYNC_ERROR}/{conflicts.claim(one.appointment)}/{since}"


async def _strangers(step: InStep, found: Round) -> None:
    """Events of our uid that are no appointment's: copies that people made, or what an earlier record left behind.

    They are left as they are, and a person is told once.
    """
    now = step.world.now()
    for event in found.strangers if found.fresh else ():
        if event.slot is None or event.slot.end <= now:
            continue
        try:
            why = await _strange(step, event)
        except DeskError as error:
            found.troubles.append(f"event {event.ref.event_id}: {error}")
            continue
        if why:
            key = f"{TaskKind.SYNC_ERROR}/event:{event.ref.calendar_id}/{event.ref.event_id}"
            reason = f"An event in {event.ref.calendar_id} names {event.external_uid}, {why}. Nothing was changed."
            await step.world.tasks.leave(key, TaskKind.SYNC_ERROR, reason, now, slot=event.slot)


async def _strange(step: InStep, event: PlanningEvent) -> str:
    """What is strange about it; nothing when its appointment calls it its own by now, or another desk's does."""
    head, _, tail = step.world.policy.external_uid.partition("{id}")
    uid = event.external_uid or ""
    id_ = uid.removeprefix(head).removesuffix(tail)
    if not uid.startswith(head) or not id_.isdecimal():
        return ""
    try:
        record = await step.records.read(int(id_))
    except NotFound:
        return "an appointment that the record does not have"
    if record.ref is None or record.ref.event_id == event.ref.event_id:
        return ""
    return "whose appointment has another event: somebody copied it"


async def due_round(step: InStep, row: Due, walked_to: datetime | None = None) -> Report:
    """A row of due work: reconcile, keep what was done, and put the row again if it is the periodic one.

    `walked_to`: in the sandbox nothing but due work happens while its clock is walked to there, so that after a round
    that had nothing to do the next ones would neither: at least one an hour is kept. Raises Unavailable.
    """
    channel = row.key.removeprefix(_ANNOUNCED) if row.key.startswith(_ANNOUNCED) else None
    report = await reconcile(step, trusting=True, announced=channel)
    if row.key == PERIODIC:
        await step.world.due.put([next_round(step, report.at, walked_to if report.quiet else None)])
    return report


def hastened(step: InStep, channel_id: str) -> Due:
    """The row of a round that is to begin at once, because this channel has said something."""
    return Due(step.world.tenant, f"{_ANNOUNCED}{channel_id}", DUE_KIND, step.world.tenant, step.world.now())


def next_round(step: InStep, now: datetime, walked_to: datetime | None = None) -> Due:
    """The row of the next periodic reconciliation."""
    at = now + step.every
    while walked_to is not None and at <= walked_to and at + step.every <= now + _AT_LEAST_EVERY:
        at += step.every
    return Due(step.world.tenant, PERIODIC, DUE_KIND, step.world.tenant, at)
