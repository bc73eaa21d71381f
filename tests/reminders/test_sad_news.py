"""Who is called says that the patient has died, is in hospital or gone: which reminders ring after that."""

import pytest
from tests.reminders.office import Office, at

from pupitre.dialogue.effects import Others, ReminderOutcome
from pupitre.ports import Unavailable

FRIDAY, TUESDAY = at("2026-01-02T09:00"), at("2026-01-06T15:00")
NOT_COMING, WRONG_PERSON = ReminderOutcome.NOT_COMING, ReminderOutcome.WRONG_PERSON


@pytest.fixture
async def office():
    """The reminder of the day before has rung; the patient has another appointment on Thursday, another patient too."""
    made = Office(FRIDAY)
    await made.book(TUESDAY)
    await made.book(at("2026-01-08T10:00"))
    await made.book(at("2026-01-08T11:00"), patient=8)
    await made.walk(at("2026-01-05T15:00"))
    return made


async def test_after_a_death_nothing_rings_for_that_patient_any_more(office):
    await office.answered(NOT_COMING, others=Others.NEVER)
    await office.walk(at("2026-01-09T09:00"))

    assert ["01-05 15:00", "01-07 11:00", "01-08 10:00"] == office.rung
    assert {1: NOT_COMING} == office.outcomes.kept


async def test_the_other_reminder_of_who_is_in_hospital_waits_until_the_appointment_is_moved(office):
    await office.answered(NOT_COMING, others=Others.WAIT)
    await office.walk(at("2026-01-06T16:00"))
    assert ["01-05 15:00"] == office.rung

    await office.move(1, at("2026-01-20T15:00"))
    await office.walk(at("2026-01-21T09:00"))
    assert ["01-19 15:00", "01-20 14:00"] == office.rung[-2:]
    assert ["01-07 10:00", "01-08 09:00"] == [one for one in office.rung if one in ("01-07 10:00", "01-08 09:00")]


async def test_who_is_not_to_be_found_at_the_number_is_not_rung_there_again(office):
    await office.answered(WRONG_PERSON, others=Others.WAIT)
    await office.walk(at("2026-01-06T16:00"))

    assert ["01-05 15:00"] == office.rung


async def test_with_the_record_down_at_least_this_appointment_is_left_alone(office):
    async def down(patient_id, since):
        raise Unavailable("down")

    office.records.upcoming = down
    await office.answered(NOT_COMING, others=Others.NEVER)
    await office.walk(at("2026-01-06T16:00"))

    assert ["01-05 15:00"] == office.rung
