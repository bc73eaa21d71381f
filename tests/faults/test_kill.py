"""kill -9 at every step boundary and inside every step: it resumes by itself, and ends with exactly one of everything.

How soon it does is promised and tested in test_recovery.py, and measured by benchmarks/recovery.py.
"""

from __future__ import annotations

import pytest
from tests.faults.running import asked, day, until

from pupitre.model import AppointmentStatus, Intent, SyncState

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]


def places(steps, calls):
    return [f"{step}:{edge}" for step in steps for edge in ("start", "end")] + [
        f"{call}:{edge}" for call in calls for edge in ("before", "after")
    ]


BOOK = places(
    ["reserve", "record", "plan", "agree"],
    ["agenda.busy", "records.create", "records.name_event", "agenda.insert", "records.note_sync"],
)
MOVE = places(
    ["look", "reserve", "record", "plan", "agree"],
    ["records.read", "agenda.busy", "records.move", "agenda.move", "records.note_sync"],
)
CANCEL = places(
    ["look", "record", "plan", "agree"], ["records.read", "records.cancel", "agenda.cancel", "records.note_sync"]
)


def dies_and_heals(start, wanted, place):
    """The desk dies there; another one starts, and finds what was left to do."""
    mortal = start(PUPITRE_TEST_DIE_AT=place)
    # No answer, or none yet; where the machine is slow the turn may end between the record and the death.
    assert mortal.commit(wanted) in (None, "recorded")
    mortal.wait_until_dead()
    next_one = start()
    until(lambda: next_one.standing(wanted.id)["status"] == "done", 60)
    assert next_one.commit(wanted) == "recorded"
    return next_one


@pytest.mark.parametrize("place", BOOK)
def test_a_booking_survives_death_anywhere(start, backends, place):
    dies_and_heals(start, asked(Intent.BOOK, day()), place)

    [appointment] = backends.records.appointments.values()
    assert (appointment.slot, appointment.sync_state) == (day(), SyncState.SYNCED)
    [event] = backends.events()
    assert event.slot == day()


@pytest.mark.parametrize("place", MOVE)
def test_a_move_survives_death_anywhere(start, backends, place):
    first = start()
    assert first.insist(asked(Intent.BOOK, day())) == "recorded"
    first.stop()

    last = dies_and_heals(start, asked(Intent.RESCHEDULE, day(hour=14, agent=46), 1, call="call-2"), place)

    [appointment] = backends.records.appointments.values()
    assert (appointment.slot, appointment.sync_state) == (day(hour=14, agent=46), SyncState.SYNCED)
    [event] = backends.events()
    assert (event.slot, event.calendar) == (day(hour=14, agent=46), "bruno@x")
    assert last.insist(asked(Intent.BOOK, day(), call="call-3")) == "recorded", "the old slot is free"


@pytest.mark.parametrize("place", CANCEL)
def test_a_cancellation_survives_death_anywhere(start, backends, place):
    first = start()
    assert first.insist(asked(Intent.BOOK, day())) == "recorded"
    first.stop()

    dies_and_heals(start, asked(Intent.CANCEL, appointment=1, call="call-2"), place)

    [appointment] = backends.records.appointments.values()
    assert (appointment.status, appointment.sync_state) == (AppointmentStatus.CANCELED, SyncState.SYNCED)
    assert backends.events() == []
