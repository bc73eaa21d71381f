"""What every system of record must do."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from pupitre.dialogue.effects import ReminderOutcome
from pupitre.model import AppointmentStatus, CalendarRef, Slot, Source, SyncState
from pupitre.ports import Draft, NotFound

START = datetime(2026, 1, 6, 8, 0, tzinfo=UTC)
"""Tuesday 6 January 2026, 9 in the morning in Paris."""
REF = CalendarRef("anne@example.org", "event1", '"3456"')


def nameless(appointment):
    """What is made need not be told with the patient's name: a booking costs no reading."""
    return replace(appointment, patient_name=None)


class RecordsContract:
    """An adapter's test class derives from this one and gives `records`, `patients` and `agents`."""

    @pytest.fixture
    async def records(self):
        raise NotImplementedError

    @pytest.fixture
    async def patients(self):
        """Ids of two patients."""
        raise NotImplementedError

    @pytest.fixture
    async def agents(self):
        """Ids of two agents."""
        raise NotImplementedError

    @pytest.fixture
    def slot(self, agents):
        def at(hours=0, agent=0):
            start = START + timedelta(hours=hours)
            return Slot(start, start + timedelta(minutes=30), agents[agent])

        return at

    @pytest.fixture
    def draft(self, patients, slot):
        def of(hours=0, patient=0, agent=0, **fields):
            return Draft(patients[patient], slot(hours, agent), "call-1", Source.IVR, **fields)

        return of

    async def test_what_was_asked_is_recorded_and_read_back(self, records, draft, slot, patients):
        made = await records.create(draft(), "key-1")

        assert nameless(made) == nameless(await records.read(made.id))
        assert (patients[0], slot(), "call-1", Source.IVR) == (made.patient_id, made.slot, made.call_id, made.source)
        assert (AppointmentStatus.CONFIRMED, SyncState.PENDING) == (made.status, made.sync_state)

    async def test_an_appointment_may_await_approval(self, records, draft):
        made = await records.create(draft(status=AppointmentStatus.PENDING), "key-1")

        assert AppointmentStatus.PENDING is (await records.read(made.id)).status

    async def test_a_key_is_recorded_once_however_often_it_is_asked(self, records, draft, patients):
        made = await records.create(draft(), "key-1")
        again = await records.create(draft(), "key-1")

        assert made.id == again.id
        assert [made.id] == [each.id for each in await records.upcoming(patients[0], START)]

    async def test_a_key_is_recorded_once_when_asked_in_parallel(self, records, draft, patients):
        made = await asyncio.gather(*(records.create(draft(), "key-1") for _ in range(8)))

        assert 1 == len({each.id for each in made})
        assert 1 == len(await records.upcoming(patients[0], START))

    async def test_one_call_may_book_twice(self, records, draft, patients):
        first = await records.create(draft(), "key-1")
        second = await records.create(draft(hours=2), "key-2")

        assert [first.id, second.id] == [each.id for each in await records.upcoming(patients[0], START)]

    async def test_asking_again_for_what_was_cancelled_since_does_not_bring_it_back(self, records, draft):
        made = await records.create(draft(), "key-1")
        await records.cancel(made.id, "malade")

        assert AppointmentStatus.CANCELED is (await records.create(draft(), "key-1")).status
        assert AppointmentStatus.CANCELED is (await records.read(made.id)).status

    async def test_asking_again_for_what_was_moved_since_does_not_move_it_back(self, records, draft, slot):
        made = await records.create(draft(), "key-1")
        await records.move(made.id, slot(3), AppointmentStatus.CONFIRMED)

        assert slot(3) == (await records.create(draft(), "key-1")).slot

    async def test_what_a_key_made_is_found_even_when_cancelled(self, records, draft):
        assert await records.made("key-1") is None
        made = await records.create(draft(), "key-1")
        assert nameless(made) == nameless(await records.made("key-1"))

        await records.cancel(made.id, "malade")
        assert (await records.made("key-1")).id == made.id

    async def test_upcoming_are_the_patients_own_active_ones_that_are_not_over_soonest_first(
        self, records, draft, patients
    ):
        later = await records.create(draft(hours=26), "key-1")
        soon = await records.create(draft(hours=1), "key-2")
        cancelled = await records.create(draft(hours=2), "key-3")
        await records.cancel(cancelled.id, "malade")
        await records.create(draft(hours=3, patient=1), "key-4")

        assert [soon.id, later.id] == [each.id for each in await records.upcoming(patients[0], START)]
        assert [later.id] == [each.id for each in await records.upcoming(patients[0], soon.slot.end)]
        just_before = soon.slot.end - timedelta(seconds=1)
        assert [soon.id, later.id] == [each.id for each in await records.upcoming(patients[0], just_before)]

    async def test_a_move_changes_time_and_agent_and_waits_for_the_planning(self, records, draft, slot):
        made = await records.create(draft(), "key-1")
        await records.note_sync(made.id, SyncState.SYNCED, REF, None)
        moved = await records.move(made.id, slot(5, agent=1), AppointmentStatus.CONFIRMED)

        assert moved == await records.read(made.id)
        assert (slot(5, agent=1), SyncState.PENDING) == (moved.slot, moved.sync_state)

    async def test_a_move_may_leave_the_appointment_to_be_agreed_again(self, records, draft, slot):
        made = await records.create(draft(), "key-1")
        moved = await records.move(made.id, slot(), AppointmentStatus.TO_RESCHEDULE)

        assert AppointmentStatus.TO_RESCHEDULE is moved.status

    async def test_moving_a_cancelled_one_makes_it_active_again(self, records, draft, slot, patients):
        made = await records.create(draft(), "key-1")
        await records.cancel(made.id, "malade")
        await records.move(made.id, slot(5), AppointmentStatus.CONFIRMED)

        assert [made.id] == [each.id for each in await records.upcoming(patients[0], START)]

    async def test_a_cancelled_appointment_stays_with_its_reason(self, records, draft):
        made = await records.create(draft(), "key-1")
        await records.note_sync(made.id, SyncState.SYNCED, REF, None)
        gone = await records.cancel(made.id, "malade")

        assert gone == await records.read(made.id)
        assert (AppointmentStatus.CANCELED, "malade", SyncState.PENDING) == (
            gone.status,
            gone.cancel_reason,
            gone.sync_state,
        )

    async def test_cancelling_twice_is_cancelling_once(self, records, draft):
        made = await records.create(draft(), "key-1")
        gone = await records.cancel(made.id, "malade")

        assert gone == await records.cancel(made.id, "malade")

    async def test_the_planning_is_noted_with_its_event_and_its_error(self, records, draft):
        made = await records.create(draft(), "key-1")
        await records.name_event(made.id, f"demo:odoo_event:{made.id}")
        await records.note_sync(made.id, SyncState.SYNCED, REF, None)
        synced = await records.read(made.id)
        await records.note_sync(made.id, SyncState.ERROR, None, "conflict: moved in the planning")
        failed = await records.read(made.id)

        assert f"demo:odoo_event:{made.id}" == synced.external_uid
        assert (SyncState.SYNCED, REF, None) == (synced.sync_state, synced.ref, synced.sync_error)
        assert (SyncState.ERROR, REF, "conflict: moved in the planning") == (
            failed.sync_state,
            failed.ref,
            failed.sync_error,
        )

    @pytest.mark.parametrize("outcome", ReminderOutcome)
    async def test_what_the_last_reminder_call_brought_is_kept(self, records, draft, outcome):
        made = await records.create(draft(), "key-1")
        await records.note_outcome(made.id, ReminderOutcome.UNCLEAR)
        await records.note_outcome(made.id, outcome)

        assert replace(nameless(made), outcome=outcome) == nameless(await records.read(made.id))

    async def test_wall_clock_hours_survive_both_changes_of_the_clock(self, records, draft, patients, agents):
        for key, start in (
            ("winter", datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
            ("summer", datetime(2026, 10, 25, 1, tzinfo=UTC)),
        ):
            slot = Slot(start, start + timedelta(hours=1), agents[0])
            made = await records.create(Draft(patients[0], slot, "call-1", Source.IVR), key)

            assert slot == (await records.read(made.id)).slot

    async def test_what_is_not_there_is_not_found(self, records, slot):
        for asking in (
            records.read(999_999_999),
            records.name_event(999_999_999, "demo:event:1"),
            records.move(999_999_999, slot(), AppointmentStatus.CONFIRMED),
            records.cancel(999_999_999, "malade"),
            records.note_sync(999_999_999, SyncState.SYNCED, REF, None),
            records.note_outcome(999_999_999, ReminderOutcome.CONFIRMED),
        ):
            with pytest.raises(NotFound):
                await asking
