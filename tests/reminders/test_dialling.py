"""What rings, when, and what does not (booking.md §Reminders). Tuesday 6 January 2026 is the day of the appointment."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace
from tests.reminders.office import Office, at

from pupitre.booking import reminder_calls
from pupitre.dialogue.effects import ReminderOutcome
from pupitre.model import AppointmentStatus, SyncState
from pupitre.ports import NotFound, Refused, Unavailable

FRIDAY = at("2026-01-02T09:00")
TUESDAY = at("2026-01-06T15:00")
EVENING = at("2026-01-06T21:00")


@pytest.fixture
async def office():
    made = Office(FRIDAY, frozenset({date(2026, 1, 1)}))
    await made.book(TUESDAY)
    return made


async def test_the_phone_rings_the_day_before_and_an_hour_before(office):
    await office.walk(EVENING)

    assert ["01-05 15:00", "01-06 14:00"] == office.rung
    assert [("+33600000007", 1)] * 2 == [(order.to, order.dial) for order in office.gateway.orders]
    assert {"P1D": "dialled", "PT1H": "dialled"} == office.statuses


async def test_a_confirmed_day_before_does_not_cancel_the_hour_before(office):
    await office.walk(at("2026-01-05T15:00"))
    await office.answered(ReminderOutcome.CONFIRMED)
    await office.walk(EVENING)

    assert ["01-05 15:00", "01-06 14:00"] == office.rung
    assert {1: "confirmed"} == office.outcomes.kept


async def test_a_record_that_is_down_hears_of_the_outcome_later(office):
    await office.walk(at("2026-01-05T15:00"))
    office.outcomes.trouble = Unavailable("Odoo is down")
    await office.answered(ReminderOutcome.NOT_COMING)
    await office.walk(at("2026-01-05T15:05"))
    kept_while_down = dict(office.outcomes.kept)
    office.outcomes.trouble = None
    await office.walk(at("2026-01-05T15:10"))

    assert {} == kept_while_down
    assert {1: "not_coming"} == office.outcomes.kept
    assert "done" == office.statuses["P1D"]


async def test_a_record_without_the_field_does_not_stop_reminders(office):
    office.outcomes.trouble = Refused("no such field")
    await office.walk(at("2026-01-05T15:00"))
    await office.answered(ReminderOutcome.CONFIRMED)
    await office.walk(EVENING)

    assert ["01-05 15:00", "01-06 14:00"] == office.rung


async def test_whom_nobody_answers_is_called_again_the_same_day_three_times_in_all(office):
    for clock in ("15:00", "16:00", "17:00"):
        await office.walk(at(f"2026-01-05T{clock}"))
        await office.unanswered("no_answer")
    await office.walk(at("2026-01-05T23:00"))

    assert ["01-05 15:00", "01-05 16:00", "01-05 17:00"] == office.rung
    assert [1, 2, 3] == [order.dial for order in office.gateway.orders]
    assert {"P1D": "done", "PT1H": "scheduled"} == office.statuses
    assert {1: "no_answer"} == office.outcomes.kept


async def test_the_hour_before_is_tried_again_before_the_appointment(office):
    await office.walk(at("2026-01-06T14:00"))
    await office.unanswered("busy")
    for clock in ("14:15", "14:30"):
        await office.unanswered("busy")
        await office.walk(at(f"2026-01-06T{clock}"))
    await office.unanswered("busy")
    await office.walk(EVENING)

    assert ["01-06 14:00", "01-06 14:15", "01-06 14:30"] == office.rung[-3:]


async def test_nobody_is_called_again_outside_permitted_hours():
    office = Office(FRIDAY)
    await office.book(at("2026-01-06T19:45"), offsets=("P1D",))
    await office.walk(at("2026-01-05T19:45"))
    await office.unanswered("no_answer")
    await office.walk(EVENING)

    assert ["01-05 19:45", "01-05 19:55"] == office.rung


async def test_a_machine_is_not_called_again(office):
    await office.walk(at("2026-01-05T15:00"))
    await office.unanswered("machine")
    await office.walk(at("2026-01-05T22:00"))

    assert ["01-05 15:00"] == office.rung
    assert "done" == office.statuses["P1D"]
    assert {1: "machine"} == office.outcomes.kept


async def test_a_call_that_ended_is_not_ended_again(office):
    await office.walk(at("2026-01-05T15:00"))
    await office.answered(ReminderOutcome.CONFIRMED)

    with pytest.raises(NotFound):
        await reminder_calls.unanswered(office.world, office.calls.made[0].reminder_id, "busy")
    assert "done" == office.statuses["P1D"]


async def test_asked_never_to_call_again_the_number_is_left_alone(office):
    await office.walk(at("2026-01-05T15:00"))
    await office.answered(ReminderOutcome.UNCLEAR, stop=True)
    await office.walk(EVENING)

    assert ["01-05 15:00"] == office.rung
    assert {"P1D": "done", "PT1H": "dropped"} == office.statuses
    assert ["stop_calling"] == [task.kind for task in office.tasks.rows.values()]


async def test_what_was_cancelled_or_moved_in_the_record_alone_does_not_ring(office):
    await office.book(TUESDAY + timedelta(minutes=30), patient=8)
    await office.cancel(1, told=False)
    await office.move(2, at("2026-01-08T10:00"), told=False)
    await office.walk(at("2026-01-06T21:00"))
    assert [] == office.rung

    await office.walk(at("2026-01-08T21:00"))
    assert ["01-07 10:00", "01-08 09:00"] == office.rung


@pytest.mark.parametrize(
    "changes",
    [{"sync_state": SyncState.ERROR}, {"status": AppointmentStatus.PENDING}],
    ids=["in conflict", "not confirmed"],
)
async def test_what_is_not_certain_does_not_ring(office, changes):
    office.records.appointments[1] = replace(office.records.appointments[1], **changes)
    await office.walk(EVENING)

    assert [] == office.rung
    assert {"P1D": "dropped", "PT1H": "dropped"} == office.statuses


async def test_who_takes_a_call_that_has_become_pointless_ends_it(office):
    await office.walk(at("2026-01-05T15:00"))
    await office.cancel(1)
    found = await reminder_calls.read(office.world, office.calls.made[0].reminder_id)

    assert found.appointment is None
    assert [] == await office.calls.ringing()
    assert {"P1D": "canceled", "PT1H": "canceled"} == office.statuses


async def test_without_a_number_nobody_is_called_and_a_person_is_told(office):
    office.directory.without = (7,)
    await office.walk(EVENING)

    assert [] == office.rung
    assert ["reminder_failed", "reminder_failed"] == [task.kind for task in office.tasks.rows.values()]


async def test_without_a_gateway_nothing_rings_and_one_task_a_day_says_so(office):
    await office.book(TUESDAY + timedelta(minutes=30), patient=8)
    office.worlds["demo"] = replace_world(office, dialer=None)
    await office.walk(EVENING)

    assert [] == office.rung
    assert 2 == len(office.tasks.rows)


async def test_a_reminder_that_comes_too_late_is_dropped_and_reported(office):
    office.clock.instant = at("2026-01-06T13:01")
    await office.walk(at("2026-01-06T13:30"))

    assert [] == office.rung
    assert {"P1D": "dropped", "PT1H": "scheduled"} == office.statuses
    assert ["reminder_failed"] == [task.kind for task in office.tasks.rows.values()]


async def test_after_an_outage_yesterdays_reminder_rings_until_two_hours_before(office):
    office.clock.instant = at("2026-01-06T13:00")
    await office.walk(at("2026-01-06T13:30"))

    assert ["01-06 13:00"] == office.rung


async def test_nothing_rings_at_night_after_an_outage(office):
    office.clock.instant = at("2026-01-05T22:00")
    await office.walk(at("2026-01-06T09:00"))

    assert ["01-06 08:00"] == office.rung


async def test_lines_go_to_the_earliest_appointments_and_the_rest_follows(office):
    office = Office(FRIDAY, lines=1)
    await office.book(at("2026-01-06T08:50"), patient=8, offsets=("PT1H",))
    await office.book(at("2026-01-06T08:30"), patient=9, offsets=("PT1H",))
    await office.walk(at("2026-01-06T08:00"))
    assert ["+33600000009"] == [call.phone for call in office.calls.made]

    await office.walk(at("2026-01-06T08:01"))
    await office.answered(ReminderOutcome.CONFIRMED)
    await office.walk(at("2026-01-06T08:01"))
    assert ["+33600000009", "+33600000008"] == [call.phone for call in office.calls.made]


async def test_a_line_that_is_given_back_wakes_who_comes_first_and_nobody_else():
    office = Office(FRIDAY, lines=1)
    for patient, clock in enumerate(("08:50", "08:40", "08:30")):
        await office.book(at(f"2026-01-06T{clock}"), patient=patient, offsets=("PT1H",))
    await office.walk(at("2026-01-06T08:00:01"))
    waiting = {row.key: row.due for row in office.due.rows.values() if "T0750" in row.key}
    await office.answered(ReminderOutcome.CONFIRMED)
    await office.walk(at("2026-01-06T08:00:01"))

    assert ["+33600000002", "+33600000001"] == [call.phone for call in office.calls.made]
    assert waiting == {row.key: row.due for row in office.due.rows.values() if "T0750" in row.key}


async def test_no_more_calls_begin_in_a_minute_than_the_tenant_allows():
    office = Office(FRIDAY, starts_per_minute=2)
    for patient in range(5):
        await office.book(at("2026-01-06T08:30"), patient=patient, offsets=("PT1H",))
    await office.walk(at("2026-01-06T08:10"))

    assert ["01-06 08:00"] * 2 + ["01-06 08:01"] * 2 + ["01-06 08:02"] == office.rung


async def test_a_number_is_not_called_oftener_than_allowed(office):
    office = Office(FRIDAY, per_number_a_day=1)
    await office.book(at("2026-01-06T10:00"), offsets=("PT1H",))
    await office.book(at("2026-01-06T16:00"), offsets=("PT1H",))
    await office.walk(EVENING)

    assert ["01-06 09:00"] == office.rung
    assert ["reminder_failed"] == [task.kind for task in office.tasks.rows.values()]


async def test_a_gateway_that_refuses_is_asked_again_and_then_a_person_is_told(office):
    office.gateway.trouble = Refused("no credit")
    await office.walk(at("2026-01-05T21:00"))

    assert ["01-05 15:00", "01-05 16:00", "01-05 17:00"] == office.rung
    assert {"failed"} == {call.outcome for call in office.calls.made}
    assert "dropped" == office.statuses["P1D"]
    assert ["reminder_failed"] == [task.kind for task in office.tasks.rows.values()]


async def test_when_most_calls_fail_dialling_rests_and_begins_again():
    office = Office(FRIDAY, few=3)
    office.gateway.trouble = Unavailable("down")
    for patient in range(8):
        await office.book(at("2026-01-06T15:00"), patient=patient, offsets=("P1D",))
    await office.walk(at("2026-01-05T15:00"))
    assert 3 == len(office.calls.made)

    office.gateway.trouble = None
    await office.walk(at("2026-01-05T15:20"))
    assert 5 == len(office.gateway.orders)


async def test_a_record_that_is_down_delays_the_call_and_calls_nobody_unread(office):
    async def down(call, when):
        raise Unavailable("down")

    office.records.fault = down
    await office.walk(at("2026-01-05T15:01"))
    assert [] == office.rung

    office.records.fault = type(office.records)().fault
    await office.walk(at("2026-01-05T15:10"))
    assert ["01-05 15:02"] == office.rung


async def test_a_call_of_which_the_gateway_tells_nothing_was_not_answered():
    office = Office(FRIDAY, unheard=timedelta(minutes=5))
    await office.book(TUESDAY, offsets=("P1D",))
    await office.walk(at("2026-01-05T16:30"))

    assert ["01-05 15:00", "01-05 16:05"] == office.rung
    assert "no_answer" == office.calls.made[0].outcome


async def test_a_call_that_was_taken_and_never_ended_gives_its_line_back():
    office = Office(FRIDAY, unheard=timedelta(minutes=5))
    await office.book(TUESDAY, offsets=("P1D",))
    await office.walk(at("2026-01-05T15:02"))
    await reminder_calls.read(office.world, office.calls.made[0].reminder_id)
    await office.walk(at("2026-01-05T15:31"))
    assert 1 == len(await office.calls.ringing())

    await office.walk(at("2026-01-05T15:32"))
    assert [] == await office.calls.ringing()


async def test_a_second_try_stays_while_its_appointment_stands(office):
    await office.walk(at("2026-01-05T15:00"))
    await office.unanswered("busy")
    await office.move(1, TUESDAY)
    await office.walk(at("2026-01-05T16:00"))

    assert ["01-05 15:00", "01-05 16:00"] == office.rung


async def test_a_move_takes_the_second_try_with_it(office):
    await office.walk(at("2026-01-05T15:00"))
    await office.unanswered("busy")
    await office.move(1, at("2026-01-09T10:00"))
    await office.walk(at("2026-01-09T21:00"))

    assert ["01-05 15:00", "01-08 10:00", "01-09 09:00"] == office.rung


async def test_a_reminder_that_came_too_late_for_one_time_comes_back_with_the_next():
    office = Office(at("2026-01-05T16:00"))
    await office.book(TUESDAY)
    await office.book(TUESDAY + timedelta(days=2))
    await office.move(1, at("2026-01-09T10:00"))
    await office.move(2, TUESDAY + timedelta(minutes=30))
    await office.move(2, at("2026-01-09T11:00"))
    await office.walk(at("2026-01-09T21:00"))

    assert ["01-08 10:00", "01-08 11:00", "01-09 09:00", "01-09 10:00"] == office.rung


async def test_a_reminder_that_was_not_wanted_does_not_come_with_a_move(office):
    await office.book(TUESDAY, patient=8, offsets=("PT1H",))
    await office.move(2, at("2026-01-09T10:00"))
    await office.walk(at("2026-01-09T21:00"))

    assert ["01-05 15:00", "01-06 14:00", "01-09 09:00"] == office.rung


async def test_a_row_that_is_worked_off_twice_rings_once(office):
    [row] = [row for row in office.due.rows.values() if "P1D" in row.key]
    await office.walk(at("2026-01-05T15:00"))
    await office.due.put([row])
    await office.walk(at("2026-01-05T15:30"))

    assert ["01-05 15:00"] == office.rung
    assert {1} == {order.dial for order in office.gateway.orders}


def replace_world(office, **telephone):
    from dataclasses import replace as changed  # noqa: PLC0415 - msgspec's own `replace` is used above

    return changed(office.world, telephone=changed(office.world.telephone, **telephone))
