"""Commitments on the real engine: what is written where, and what callers may be told."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace
from tests.booking.conftest import slot

from pupitre.booking import recording
from pupitre.booking.commit import commit
from pupitre.dialogue.events import CommitOutcome
from pupitre.model import AppointmentStatus, SyncState
from pupitre.ports import Claims, CommitmentStatus
from pupitre.store import sandbox


async def test_a_booking_is_recorded_planned_and_agreed_within_the_turn(desk):
    told = await commit(desk.world, desk.book(slot(6, "09:00")), 2.5)

    assert told.outcome is CommitOutcome.RECORDED
    [record] = desk.records.appointments.values()
    assert record.status is AppointmentStatus.CONFIRMED
    assert record.sync_state is SyncState.SYNCED
    assert record.external_uid == "pupitre:event:1"
    [event] = desk.agenda.events.values()
    assert (event.calendar, event.slot, event.uid) == ("alice@x", slot(6, "09:00"), "pupitre:event:1")
    assert record.ref == desk.agenda.ref("ev-pupitre:event:1")
    assert told.appointment.ref == record.ref
    kept = await desk.world.commitments.read("call-1:BOOK:1")
    assert kept.status is CommitmentStatus.DONE
    assert await desk.world.reservations.claimed(slot(6, "09:00").interval, desk.clock.now()) == Claims({}, {}, freed=1)


async def test_asked_many_times_at_once_it_runs_once(desk):
    told = await asyncio.gather(*(commit(desk.world, desk.book(slot(6, "09:00")), 2.5) for _ in range(10)))

    assert {one.outcome for one in told} == {CommitOutcome.RECORDED}
    assert desk.records.calls["records.create"] == 1
    assert len(desk.records.appointments) == len(desk.agenda.events) == 1


async def test_only_a_first_attempt_made_at_once_tells_the_record_that_it_is_new(desk):
    asked = desk.book(slot(6, "09:00"))
    await commit(desk.world, asked, 2.5)
    await recording.create(desk.world, replace(asked, attempt=2), desk.directory.list[0])

    assert [False, True] == [draft.again for draft in desk.records.drafts]


async def test_two_callers_never_get_one_slot(desk):
    told = await asyncio.gather(
        *(commit(desk.world, desk.book(slot(6, "09:00"), call=f"call-{n}"), 30) for n in range(12))
    )

    outcomes = [one.outcome for one in told]
    assert outcomes.count(CommitOutcome.RECORDED) == 1
    assert outcomes.count(CommitOutcome.SLOT_TAKEN) == 11
    assert len(desk.agenda.events) == 1


async def test_a_meeting_put_there_meanwhile_takes_the_slot(desk):
    wanted = slot(6, "09:00")
    desk.agenda.put(desk.directory.list[0], wanted.start, wanted.end)

    told = await commit(desk.world, desk.book(wanted), 2.5)

    assert told.outcome is CommitOutcome.SLOT_TAKEN
    assert not desk.records.appointments
    assert (await desk.world.reservations.claimed(wanted.interval, desk.clock.now())).reserved == {}


@pytest.mark.parametrize("agent", [45, 46], ids=["same agent", "another agent"])
async def test_a_move_frees_the_old_slot_at_once(desk, agent):
    await commit(desk.world, desk.book(slot(6, "09:00")), 2.5)

    told = await commit(desk.world, desk.move(1, slot(6, "09:15", agent)), 2.5)

    assert told.outcome is CommitOutcome.RECORDED
    assert told.appointment.slot == slot(6, "09:15", agent)
    [record] = desk.records.appointments.values()
    assert (record.slot, record.sync_state) == (slot(6, "09:15", agent), SyncState.SYNCED)
    [event] = desk.agenda.events.values()
    assert event.slot == slot(6, "09:15", agent)
    other = await commit(desk.world, desk.book(slot(6, "09:00", 91 - agent), call="call-9"), 2.5)
    assert other.outcome is CommitOutcome.RECORDED


async def test_a_cancellation_takes_the_event_off_and_frees_the_slot(desk):
    await commit(desk.world, desk.book(slot(6, "09:00")), 2.5)

    told = await commit(desk.world, desk.cancel(1), 2.5)

    assert told.outcome is CommitOutcome.RECORDED
    assert told.appointment.status is AppointmentStatus.CANCELED
    assert desk.records.appointments[1].cancel_reason == "caller"
    assert all(event.cancelled for event in desk.agenda.events.values())
    assert (await commit(desk.world, desk.book(slot(6, "09:00"), call="call-9"), 2.5)).outcome is CommitOutcome.RECORDED


async def test_a_call_id_that_comes_again_when_the_store_was_emptied_gets_a_record_of_its_own(desk):
    """Under its key the record had the first one's appointment: the caller was told that his own is noted."""
    await commit(desk.world, desk.book(slot(6, "09:00")), 2.5)
    await sandbox.empty(desk.database, "demo")

    told = await commit(desk.world, desk.book(slot(7, "10:00"), patient=8), 2.5)

    assert told.outcome is CommitOutcome.RECORDED
    assert [(one.patient_id, one.slot) for one in desk.records.appointments.values()] == [
        (7, slot(6, "09:00")),
        (8, slot(7, "10:00")),
    ]
