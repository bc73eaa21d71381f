"""How commitments end when something is in the way: patience, retries, refusals, conflicts, people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.faults.town import SLOTS, Town

from pupitre.booking.commit import close, hung_up, retry
from pupitre.booking.endings import delay
from pupitre.dialogue.effects import Commit, TaskKind
from pupitre.dialogue.events import CommitOutcome
from pupitre.model import AppointmentStatus, Intent, SyncState
from pupitre.ports import CommitmentStatus, Refused, ReminderStatus, Unavailable

NINE, TEN_THIRTY = SLOTS[0], SLOTS[3]


@pytest.fixture
def town():
    return Town()


def book(town, slot=NINE, call="call-1"):
    return town.ask(town.processes[0], Commit(Intent.BOOK, 1, 7, slot=slot), call)


def booked(town, slot=NINE, call="call-1"):
    caller = book(town, slot, call)
    town.run_dry()
    assert [told.outcome for told in caller.told] == [CommitOutcome.RECORDED]
    return caller


def move(town, slot=TEN_THIRTY, call="call-2"):
    return town.ask(town.processes[0], Commit(Intent.RESCHEDULE, 1, 7, slot=slot, appointment_id=1), call)


def cancel(town, call="call-3"):
    return town.ask(town.processes[0], Commit(Intent.CANCEL, 1, 7, appointment_id=1, reason="caller"), call)


def down(*backends, error=None):
    """These backends, or calls, cannot be reached."""

    def fails(call, when):
        return (error or Unavailable("down")) if call.startswith(backends) and when == "before" else None

    return fails


def kept(town, caller):
    return town.commitments.rows[caller.asked.id]


def run(town, work):
    """Have a person's command run to its end."""
    task = town.processes[0].spawn("person", work)
    town.run_dry()
    if task.error:
        raise task.error
    return task.result


def until_place(town, caller, place):
    """Step the commitment until it stands there."""
    for _ in range(1000):
        tasks = [task for task in town.tasks_now() if task.name.startswith("demo/") or task is caller.waiting]
        for task in tasks:
            if task.place == place:
                return
            if not town.stuck(task):
                task.step(None)
    raise AssertionError(f"it never came to {place}")


def with_the_record_down(town, caller):
    """He hangs up while the record does not answer."""
    town.processes[0].spawn("hang-up", hung_up(town.worlds[town.processes[0]]["demo"], caller.asked.call_id))
    caller.on_the_line = False
    while not kept(town, caller).alone:
        for task in town.tasks_now():
            if task.name == "hang-up":
                task.step(None)
    town.run_dry(down("records."))


def pass_time(town, minutes, fails=lambda call, when: None):
    town.clock.instant += timedelta(minutes=minutes)
    town.walk(town.processes[0], town.clock.instant)
    town.run_dry(fails)


def test_with_the_planning_down_the_caller_hears_that_it_is_noted_and_it_heals_by_itself(town):
    caller = book(town)
    town.run_dry(down("agenda.insert"))

    assert caller.told[0].outcome is CommitOutcome.RECORDED
    assert kept(town, caller).status is CommitmentStatus.WAITING
    assert caller.asked.id in town.reservations.reserved, "the slot is kept until the planning shows the event"

    pass_time(town, 5)

    assert kept(town, caller).status is CommitmentStatus.DONE
    assert len(town.agenda.events) == 1
    assert town.reservations.reserved == {}


def test_an_outage_of_an_hour_heals_without_a_person(town):
    caller = book(town)
    town.run_dry(down("agenda.insert"))
    for _ in range(12):
        pass_time(town, 5, down("agenda.insert"))
    for _ in range(6):
        pass_time(town, 5)

    assert kept(town, caller).status is CommitmentStatus.DONE
    assert town.tasks.rows == {}


def test_when_the_record_is_not_made_in_twelve_seconds_nothing_is_noted_and_nothing_will_be(town):
    caller = book(town)
    town.run_dry(down("records.create"))
    town.seconds += 12
    town.ask_again(town.processes[0], caller)
    town.run_dry(down("records."))

    assert {told.outcome for told in caller.told} == {CommitOutcome.WITHDRAWN}

    town.settle()

    assert town.records.appointments == {}
    assert town.reservations.reserved == {}
    assert kept(town, caller).status is CommitmentStatus.WITHDRAWN


def test_a_late_success_after_the_caller_s_patience_is_cancelled(town):
    caller = book(town)
    answer_lost = lambda call, when: Unavailable("timeout") if (call, when) == ("records.create", "after") else None  # noqa: E731 -- read once, below
    town.run_dry(answer_lost)
    town.seconds += 12
    town.ask_again(town.processes[0], caller)
    town.run_dry()

    assert {told.outcome for told in caller.told} == {CommitOutcome.WITHDRAWN}
    [appointment] = town.records.appointments.values()
    assert (appointment.status, appointment.sync_state) == (AppointmentStatus.CANCELED, SyncState.SYNCED)
    assert town.agenda.events == {}
    assert town.reservations.reserved == {}


def test_a_move_taken_back_while_answers_are_lost_stands_as_before(town):
    booked(town)
    caller = move(town)
    lost = lambda call, when: Unavailable("timeout") if (call, when) == ("records.move", "after") else None  # noqa: E731 -- read once, below
    town.run_dry(lost)
    town.seconds += 12
    town.ask_again(town.processes[0], caller)
    town.run_dry(lost)
    town.settle()

    assert {told.outcome for told in caller.told} == {CommitOutcome.WITHDRAWN}
    [appointment] = town.records.appointments.values()
    assert (appointment.slot, appointment.sync_state) == (NINE, SyncState.SYNCED)


def test_hanging_up_withdraws_nothing(town):
    caller = book(town)
    until_place(town, caller, ("records.create", "before"))
    with_the_record_down(town, caller)
    town.settle()

    assert kept(town, caller).status is CommitmentStatus.DONE
    assert len(town.records.appointments) == len(town.agenda.events) == 1
    assert len(town.reminders.rows) == 2, "the reminders he agreed to"


def test_the_record_refuses_and_the_slot_is_free_again(town):
    caller = book(town)
    town.run_dry(down("records.create", error=Refused("ValidationError")))

    assert caller.told[0].outcome is CommitOutcome.REFUSED
    assert (kept(town, caller).status, kept(town, caller).error) == (CommitmentStatus.ERROR, "ValidationError")
    assert town.reservations.reserved == {}


def test_the_planning_refuses_for_good_and_record_and_reservation_stand_with_a_task(town):
    caller = book(town)
    town.run_dry(down("agenda.insert", error=Refused("403 forbidden")))

    assert caller.told[0].outcome is CommitOutcome.RECORDED
    assert kept(town, caller).status is CommitmentStatus.ERROR
    assert town.records.appointments[1].sync_state is SyncState.ERROR
    assert town.records.appointments[1].sync_error == "403 forbidden"
    assert caller.asked.id in town.reservations.reserved
    assert [task.kind for task in town.tasks.rows.values()] == [TaskKind.SYNC_ERROR]


def test_a_person_has_it_tried_again_and_it_says_who_and_when(town):
    caller = book(town)
    town.run_dry(down("agenda.insert", error=Refused("403 forbidden")))
    world = town.worlds[town.processes[0]]["demo"]
    run(town, retry(world, caller.asked.id, "Claire"))

    assert kept(town, caller).status is CommitmentStatus.DONE
    assert town.records.appointments[1].sync_error is None
    assert [(line.what, line.by) for line in town.commitments.lines[caller.asked.id] if line.by] == [
        ("retried", "Claire")
    ]
    with pytest.raises(Refused, match="only what waits or is in error"):
        run(town, retry(world, caller.asked.id, "Claire"))


def test_a_person_closes_it_and_what_it_reserved_is_free(town):
    caller = book(town)
    town.run_dry(down("agenda.insert", error=Refused("403 forbidden")))
    run(town, close(town.worlds[town.processes[0]]["demo"], caller.asked.id, "Claire"))
    assert [("Claire", town.clock.instant)] == [(one.closed_by, one.closed_at) for one in town.tasks.rows.values()]

    assert (kept(town, caller).closed_by, kept(town, caller).closed_at) == ("Claire", town.clock.instant)
    assert town.reservations.reserved == {}
    with pytest.raises(Refused, match="closed"):
        run(town, close(town.worlds[town.processes[0]]["demo"], caller.asked.id, "Claire"))


def test_past_the_budget_it_is_an_error_in_words_with_a_task(town):
    caller = book(town)
    town.run_dry(down("agenda.insert"))
    for _ in range(50):
        pass_time(town, 31, down("agenda.insert"))

    assert kept(town, caller).status is CommitmentStatus.ERROR
    assert kept(town, caller).error == "not done within 24 hours: down"
    assert town.records.appointments[1].sync_error == kept(town, caller).error
    assert [task.kind for task in town.tasks.rows.values()] == [TaskKind.SYNC_ERROR]


def test_a_booking_never_recorded_leaves_a_call_back_that_keeps_the_wished_slot(town):
    caller = book(town)
    until_place(town, caller, ("records.create", "before"))
    with_the_record_down(town, caller)
    for _ in range(50):
        pass_time(town, 31, down("records."))

    [task] = town.tasks.rows.values()
    assert (task.kind, task.slot) == (TaskKind.CALL_BACK, NINE)
    assert town.reservations.reserved == {}


def test_the_first_retry_comes_within_five_minutes_and_then_at_least_one_every_half_hour():
    waits = [delay("some id", attempt, None) for attempt in range(1, 70)]

    assert waits[0] <= timedelta(minutes=5)
    assert max(waits) <= timedelta(minutes=30)
    assert sum(waits, timedelta()) > timedelta(hours=24)
    assert delay("some id", 1, 600) == timedelta(minutes=10), "the backend's own advice"


@pytest.mark.parametrize("how", ["moved", "deleted"])
def test_a_real_conflict_moves_nothing_and_calls_for_a_person(town, how):
    booked(town)
    [event] = town.agenda.events.values()
    event.version += 1
    if how == "moved":
        event.slot = SLOTS[4]
    else:
        event.cancelled = True

    caller = move(town)
    town.run_dry()

    assert [told.outcome for told in caller.told] == [CommitOutcome.CONFLICT]
    [appointment] = town.records.appointments.values()
    assert (appointment.slot, appointment.status) == (NINE, AppointmentStatus.TO_RESCHEDULE)
    assert appointment.sync_state is SyncState.ERROR
    assert appointment.sync_error.startswith("conflict: ")
    assert event.slot == (SLOTS[4] if how == "moved" else NINE), "what the person did stands"
    assert list(town.reservations.reserved.values()) == [NINE], "the old time stays busy, the new one is free"
    assert [task.kind for task in town.tasks.rows.values()] == [TaskKind.CONFLICT]
    assert {reminder.status for reminder in town.reminders.rows.values()} == {ReminderStatus.DROPPED}


def test_a_new_etag_alone_is_no_conflict(town):
    booked(town)
    [event] = town.agenda.events.values()
    event.version += 7

    caller = move(town)
    town.run_dry()

    assert caller.told[0].outcome is CommitOutcome.RECORDED
    assert event.slot == TEN_THIRTY


def test_a_move_with_the_planning_down_is_told_and_follows_later(town):
    booked(town)
    caller = move(town)
    town.run_dry(down("agenda.move"))

    assert caller.told[0].outcome is CommitOutcome.RECORDED
    assert caller.told[0].appointment.slot == TEN_THIRTY

    pass_time(town, 5)

    [event] = town.agenda.events.values()
    assert event.slot == TEN_THIRTY


def test_reminders_move_with_their_appointment_and_go_with_its_cancellation(town):
    booked(town)
    before = {reminder.id for reminder in town.reminders.rows.values()}
    move(town)
    town.run_dry()

    scheduled = [r for r in town.reminders.rows.values() if r.status is ReminderStatus.SCHEDULED]
    assert {r.offset for r in scheduled} == {"P1D", "PT1H"}
    assert not before & {r.id for r in scheduled}
    assert {row.subject for row in town.due.rows.values()} == {r.id for r in scheduled}

    cancel(town)
    town.run_dry()

    assert {r.status for r in town.reminders.rows.values()} == {ReminderStatus.CANCELED}
    assert town.due.rows == {}


def test_a_cancellation_takes_over_what_the_booking_still_waited_to_do(town):
    first = book(town)
    town.run_dry(down("agenda.insert"))
    last = cancel(town)
    town.run_dry()

    assert last.told[0].outcome is CommitOutcome.RECORDED
    assert kept(town, first).status is CommitmentStatus.DONE
    town.settle()
    assert all(event.cancelled for event in town.agenda.events.values())
    town.everything_is_settled()


def test_a_move_that_comes_to_nothing_hands_the_booking_s_duty_back(town):
    first = book(town)
    town.run_dry(down("agenda.insert"))
    town.agenda.put(town.worlds[town.processes[0]]["demo"].directory.list[0], TEN_THIRTY.start, TEN_THIRTY.end)

    caller = move(town)
    town.run_dry()

    assert caller.told[0].outcome is CommitOutcome.SLOT_TAKEN
    pass_time(town, 1)
    assert kept(town, first).status is CommitmentStatus.DONE
    assert [event.slot for event in town.agenda.events.values() if event.uid] == [NINE]


def test_an_appointment_that_is_gone_moves_nothing(town):
    booked(town)
    del town.records.appointments[1]
    caller = move(town)
    town.run_dry()

    assert caller.told[0].outcome is CommitOutcome.CONFLICT
    assert town.reservations.reserved == {}


def test_its_whole_history_can_be_read(town):
    caller = book(town)
    town.run_dry(down("agenda.insert"))
    pass_time(town, 5)

    assert [line.what for line in town.commitments.lines[caller.asked.id]] == ["asked", "recorded", "waiting", "done"]
