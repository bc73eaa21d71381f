"""Who is called asks to be called again: when it rings. Tuesday 6 January 2026 is the day of the appointment."""

import pytest
from tests.reminders.office import Office, at

from pupitre.booking import reminder_calls
from pupitre.dialogue.effects import NoteOutcome, ReminderOutcome

FRIDAY, TUESDAY = at("2026-01-02T09:00"), at("2026-01-06T15:00")


@pytest.fixture
async def office():
    made = Office(FRIDAY)
    await made.book(TUESDAY)
    return made


async def test_asked_to_call_later_the_desk_calls_later(office):
    await office.walk(at("2026-01-05T15:00"))
    await office.answered(ReminderOutcome.UNCLEAR, later=True)
    await office.walk(at("2026-01-05T20:00"))

    assert ["01-05 15:00", "01-05 16:00"] == office.rung
    assert {} == office.tasks.rows


async def test_asked_to_call_at_a_time_of_that_day_the_desk_calls_then(office):
    await office.walk(at("2026-01-05T15:00"))
    await office.answered(ReminderOutcome.UNCLEAR, later=True, at=at("2026-01-05T18:30"))
    await office.walk(at("2026-01-05T20:00"))

    assert ["01-05 15:00", "01-05 18:30"] == office.rung
    assert {} == office.tasks.rows


@pytest.mark.parametrize("wished", ["2026-01-05T20:30", "2026-01-06T10:00"])
async def test_a_time_at_which_it_may_not_ring_is_replaced_by_the_usual_one(office, wished):
    await office.walk(at("2026-01-05T15:00"))
    rung = office.calls.made[-1].reminder_id
    later = NoteOutcome(rung, ReminderOutcome.UNCLEAR, later=True, at=at(wished))

    assert at("2026-01-05T16:00") == await reminder_calls.note(office.world, later)
    await office.walk(at("2026-01-05T20:00"))
    assert ["01-05 15:00", "01-05 16:00"] == office.rung


async def test_a_time_too_close_to_the_appointment_is_not_promised(office):
    await office.walk(at("2026-01-06T14:00"))
    hour_before = office.calls.made[-1].reminder_id
    later = NoteOutcome(hour_before, ReminderOutcome.UNCLEAR, later=True, at=at("2026-01-06T14:55"))

    assert at("2026-01-06T14:15") == await reminder_calls.note(office.world, later)


async def test_who_was_called_often_enough_today_is_promised_no_other_call():
    office = Office(FRIDAY, per_number_a_day=1)
    await office.book(TUESDAY)
    await office.walk(at("2026-01-05T15:00"))
    rung = office.calls.made[-1].reminder_id
    later = NoteOutcome(rung, ReminderOutcome.UNCLEAR, later=True, at=at("2026-01-05T18:30"))

    assert await reminder_calls.note(office.world, later) is None
    assert ["call_back"] == [task.kind for task in office.tasks.rows.values()]


async def test_asked_to_call_later_once_too_late_a_person_is_told(office):
    await office.walk(at("2026-01-06T14:00"))
    office.clock.instant = at("2026-01-06T14:45")
    hour_before = office.calls.made[-1].reminder_id
    await reminder_calls.note(office.world, NoteOutcome(hour_before, ReminderOutcome.UNCLEAR, later=True))

    assert ["call_back"] == [task.kind for task in office.tasks.rows.values()]
