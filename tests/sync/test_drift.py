"""Classification alone: every way in which the two sides may stand to each other has one name."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from pupitre.booking.drift import Drift, drift, in_conflict, is_echo
from pupitre.model import Appointment, AppointmentStatus, CalendarRef, Slot, SyncState
from pupitre.ports import PlanningEvent

START = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
SLOT = Slot(START, START + timedelta(minutes=30), 45)
OTHER = Slot(START + timedelta(hours=1), START + timedelta(hours=1, minutes=30), 45)
THIRD = replace(OTHER, agent_id=46)
REF = CalendarRef("a45@x", "event", '"1"')
RECORD = Appointment(7, 1, SLOT, ref=REF)
EVENT = PlanningEvent(REF, SLOT, cancelled=False, external_uid="demo:odoo_event:7")
TOUCHED = replace(REF, etag='"2"')
GONE = replace(RECORD, status=AppointmentStatus.CANCELED)


@pytest.mark.parametrize(
    ("record", "event", "agreed", "found"),
    [
        (RECORD, EVENT, SLOT, Drift.NONE),
        (RECORD, EVENT, None, Drift.NONE),
        (RECORD, replace(EVENT, ref=TOUCHED), SLOT, Drift.COSMETIC),
        (RECORD, replace(EVENT, ref=TOUCHED, slot=OTHER), SLOT, Drift.PLANNING_MOVED),
        (RECORD, replace(EVENT, ref=TOUCHED, slot=THIRD), SLOT, Drift.PLANNING_MOVED),
        (RECORD, replace(EVENT, ref=TOUCHED, slot=OTHER), None, Drift.PLANNING_MOVED),
        (replace(RECORD, slot=OTHER), EVENT, SLOT, Drift.RECORD_MOVED),
        (replace(RECORD, slot=OTHER), EVENT, None, Drift.RECORD_MOVED),
        (replace(RECORD, slot=OTHER), replace(EVENT, ref=TOUCHED), SLOT, Drift.RECORD_MOVED),
        (replace(RECORD, slot=OTHER), replace(EVENT, ref=TOUCHED, slot=THIRD), SLOT, Drift.BOTH_MOVED),
        (RECORD, replace(EVENT, ref=TOUCHED, slot=None), SLOT, Drift.TIMELESS),
        (RECORD, replace(EVENT, cancelled=True, slot=None), SLOT, Drift.PLANNING_GONE),
        (RECORD, None, SLOT, Drift.PLANNING_GONE),
        (GONE, EVENT, SLOT, Drift.RECORD_GONE),
        (None, EVENT, SLOT, Drift.RECORD_GONE),
        (GONE, None, SLOT, Drift.NONE),
        (None, None, None, Drift.NONE),
    ],
)
def test_each_difference_has_its_name(record, event, agreed, found):
    assert drift(record, event, agreed) is found


def test_only_what_the_record_knows_already_is_an_echo():
    assert is_echo(RECORD, EVENT)
    assert is_echo(GONE, replace(EVENT, cancelled=True))
    assert not is_echo(RECORD, replace(EVENT, ref=TOUCHED))
    assert not is_echo(RECORD, replace(EVENT, cancelled=True))
    assert not is_echo(replace(RECORD, sync_state=SyncState.PENDING), EVENT)


def test_a_conflict_is_told_from_other_errors_by_its_words():
    error = replace(RECORD, sync_state=SyncState.ERROR, sync_error="not done within 24 hours")

    assert not in_conflict(error)
    assert in_conflict(replace(error, sync_error="conflict: moved in the planning"))
