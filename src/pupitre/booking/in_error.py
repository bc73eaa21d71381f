"""What of a commitment waits for a person: one open task at most, which is closed when there is nothing to see to any
more, whoever or whatever saw to it.
"""

from __future__ import annotations

from msgspec.structs import replace

from pupitre.booking.keys import DUE_KIND, task_prefix
from pupitre.booking.world import World
from pupitre.dialogue.effects import TaskKind
from pupitre.dialogue.events import CommitOutcome
from pupitre.model import Appointment, AppointmentStatus, Intent
from pupitre.ports import Commitment, CommitmentStatus, HistoryLine, Stale

DESK = "desk"
"""Who closes what the desk has done after all."""


async def leave_task(world: World, kept: Commitment, kind: TaskKind, reason: str) -> None:
    """A task for this attempt, in place of what earlier ones left: the latest reason is the one to see to."""
    prefix = task_prefix(kept)
    key = f"{prefix}{kind}/{kept.attempt}"
    now = world.now()
    await world.tasks.leave(
        key, kind, reason, now, call_id=kept.call_id, appointment_id=kept.appointment_id, slot=kept.slot
    )
    await world.tasks.close_under(prefix, DESK, now, but=key)


async def close_task(world: World, kept: Commitment, by: str) -> None:
    """Nothing of it waits for a person any more. Raises Unavailable."""
    await world.tasks.close_under(task_prefix(kept), by, world.now())


async def made_good(world: World, commitment_id: str, appointment: Appointment, by: str) -> None:
    """Record and planning agree about its appointment: if it is in error, it is no more.

    It is done where both show what it was to bring about, else closed: then something else was agreed on. What is not
    in error, or was closed by somebody, is left as it is. Raises Unavailable.
    """
    while True:
        kept = await world.commitments.read(commitment_id)
        if kept.status is not CommitmentStatus.ERROR or kept.closed_at is not None:
            return
        now = world.now()
        if _came_true(kept, appointment):
            ended = replace(kept, status=CommitmentStatus.DONE, error=None, ref=appointment.ref or kept.ref)
            line = HistoryLine(now, "done", "record and planning have been brought in step", by=by)
        else:
            ended = replace(kept, closed_by=by, closed_at=now)
            line = HistoryLine(now, "closed", "record and planning agree on something else", by=by)
        await world.due.drop(world.tenant, DUE_KIND, [kept.id])
        await close_task(world, kept, by)
        try:
            await world.commitments.save(ended, [line], free=True)  # last: cut off before, all of this is done again
        except Stale:
            continue
        return


def _came_true(kept: Commitment, appointment: Appointment) -> bool:
    if kept.outcome is not CommitOutcome.RECORDED:
        return False
    if kept.intent is Intent.CANCEL:
        return appointment.status is AppointmentStatus.CANCELED
    return kept.intent is Intent.BOOK or kept.slot == appointment.slot
