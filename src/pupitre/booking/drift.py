"""How record and planning stand to each other about one appointment: pure classification, nothing is read or written.

Versions decide, never clocks: an event whose etag is the one that the record knows was not touched since both agreed.
"""

from __future__ import annotations

from enum import StrEnum

from pupitre.model import Appointment, AppointmentStatus, Slot, SyncState
from pupitre.ports import PlanningEvent

CONFLICT = "conflict: "
"""How the record's words about a conflict begin (`x_sync_error`)."""


class Drift(StrEnum):
    NONE = "none"
    """Both agree; what was heard of was our own echo."""
    COSMETIC = "cosmetic"
    """Something else than time and agent has changed in the planning."""
    RECORD_MOVED = "moved in the record"
    RECORD_GONE = "cancelled in the record"
    PLANNING_MOVED = "moved in the planning"
    PLANNING_GONE = "deleted in the planning"
    BOTH_MOVED = "moved on both sides"
    TIMELESS = "without a time in the planning"
    """The event is there, and its times cannot be trusted: it was made to last whole days, or is malformed."""


def drift(  # noqa: PLR0911 -- one line per drift
    record: Appointment | None, event: PlanningEvent | None, agreed: Slot | None
) -> Drift:
    """`record` None: deleted there; `event` None: in no calendar. `agreed`: where both last stood, if known."""
    alive = event is not None and not event.cancelled
    if record is None or record.status is AppointmentStatus.CANCELED:
        return Drift.RECORD_GONE if alive else Drift.NONE
    if event is None or event.cancelled:
        return Drift.PLANNING_GONE
    if event.slot == record.slot:
        return Drift.NONE if _untouched(record, event) else Drift.COSMETIC
    if event.slot is None:
        return Drift.TIMELESS
    if _untouched(record, event) or event.slot == agreed:
        return Drift.RECORD_MOVED
    if agreed is not None and agreed != record.slot:
        return Drift.BOTH_MOVED
    return Drift.PLANNING_MOVED


def is_echo(record: Appointment, event: PlanningEvent) -> bool:
    """Whether a reading of the planning tells only what the record knows already: no loop can begin from it."""
    if event.cancelled:
        return record.status is AppointmentStatus.CANCELED
    return record.sync_state is SyncState.SYNCED and drift(record, event, None) is Drift.NONE


def in_conflict(record: Appointment) -> bool:
    """Whether the record says already that a person has to decide."""
    return record.sync_state is SyncState.ERROR and (record.sync_error or "").startswith(CONFLICT)


def _untouched(record: Appointment, event: PlanningEvent) -> bool:
    ref = record.ref
    return ref is not None and (ref.event_id, ref.etag) == (event.ref.event_id, event.ref.etag)
