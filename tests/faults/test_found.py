"""Schedules that once broke a rule, each as short as it gets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.faults.town import SLOTS, Town

from pupitre.booking.commit import hung_up
from pupitre.dialogue.effects import Commit
from pupitre.dialogue.events import CommitOutcome
from pupitre.model import AppointmentStatus, Intent
from pupitre.ports import CommitmentStatus, Refused, Unavailable

pytestmark = pytest.mark.faults


def step_until(town, process, call, when="before"):
    """Whatever runs in the process goes on until somebody is about to make this call."""
    for _ in range(1000):
        town.hear()
        ready = [task for task in process.tasks if not task.done and not town.stuck(task)]
        if any(task.place == (call, when) for task in ready):
            return
        ready[0].step(None)
    raise AssertionError("nobody makes that call")


@pytest.mark.parametrize("caller", ["call1", "call9"], ids=["named before it", "named after it"])
def test_a_cancellation_waits_for_the_booking_that_is_still_at_work_though_the_clock_stands_still(caller):
    """It was taken for the earlier of the two by its name, and the booking then put the event into the planning."""
    town = Town()
    one, other = town.processes
    town.ask(one, Commit(Intent.BOOK, 1, 7, slot=SLOTS[0]), "call5")
    step_until(town, one, "records.name_event")

    town.ask(other, Commit(Intent.CANCEL, 1, 7, appointment_id=1, reason="caller"), caller)
    step_until(town, other, "store.open", "after")
    other.spawn("hang-up", hung_up(town.worlds[other]["demo"], caller))
    held_back, one.tasks = one.tasks, []
    town.run_dry()
    one.tasks = held_back
    town.settle()

    town.everything_is_settled()
    assert town.records.appointments[1].status is AppointmentStatus.CANCELED


def in_trouble(town, process):
    """The first attempt of call1's booking is about to be kept for later; its turn has not heard of it."""
    town.ask(process, Commit(Intent.BOOK, 1, 7, slot=SLOTS[0]), "call1")
    step_until(town, process, "agenda.busy")
    turn, attempt = process.tasks
    attempt.step(Unavailable("429", retry_after=30))
    process.tasks.remove(turn)
    step_until(town, process, "store.save")


def test_a_later_try_is_begun_though_the_caller_hangs_up_at_that_moment():
    """Who began it met a newer version, left it alone, and the row that stood for it was gone: it waited for ever."""
    town = Town()
    one, other = town.processes
    in_trouble(town, one)
    town.run_dry()
    town.clock.instant += timedelta(minutes=5)
    town.walk(one, town.clock.instant)
    step_until(town, one, "store.save")

    other.spawn("hang-up", hung_up(town.worlds[other]["demo"], "call1"))
    held_back, one.tasks = one.tasks, []
    town.run_dry()
    one.tasks = held_back
    town.run_dry()

    assert town.commitments.rows["call1:BOOK:1"].status is CommitmentStatus.DONE
    town.settle()
    town.everything_is_settled()


def test_a_later_try_is_never_due_before_it_is_said_that_it_waits():
    """The row was written first: the worker came by, found nothing that waited, and took it out for good."""
    town = Town()
    one, other = town.processes
    in_trouble(town, one)
    town.clock.instant += timedelta(minutes=5)
    town.walk(other, town.clock.instant)
    held_back, one.tasks = one.tasks, []
    town.run_dry()
    one.tasks = held_back
    town.run_dry()

    town.settle()
    town.everything_is_settled()
    assert town.commitments.rows["call1:BOOK:1"].status is CommitmentStatus.DONE


def test_what_a_change_had_taken_over_goes_on_when_the_change_comes_to_nothing():
    """Its row of due work was written before it was said to wait again: the worker took it out in between."""
    town = Town()
    one, other = town.processes
    town.ask(one, Commit(Intent.BOOK, 1, 7, slot=SLOTS[0]), "call1")
    town.run_dry(lambda call, when: Unavailable("down", retry_after=30) if call == "agenda.insert" else None)
    town.ask(one, Commit(Intent.RESCHEDULE, 1, 7, slot=SLOTS[3], appointment_id=1), "call2")
    step_until(town, one, "records.move")
    next(task for task in one.tasks if task.place == ("records.move", "before")).step(Refused("403"))
    while not [row for row in town.due.rows.values() if row.due == town.clock.instant]:
        next(task for task in one.tasks if not task.done and not town.stuck(task)).step(None)

    town.walk(other, town.clock.instant)
    held_back, one.tasks = one.tasks, []
    town.run_dry()
    one.tasks = held_back
    town.run_dry()
    town.walk(other, town.clock.instant)
    town.run_dry()

    assert town.commitments.rows["call1:BOOK:1"].status is CommitmentStatus.DONE
    town.settle()
    town.everything_is_settled()


def test_offers_whose_hold_has_ended_before_they_are_told_are_chosen_anew():
    """The clock was put forward while a caller's offers were being held: another was read the same ones."""
    town = Town()
    one, other = town.processes
    town.offer(one, "call1")
    step_until(town, one, "store.freed")
    town.offer(other, "call2")
    town.clock.instant += timedelta(minutes=5)
    held_back, one.tasks = one.tasks, []
    town.run_dry()
    one.tasks = held_back
    town.run_dry()

    town.hear_offers()
    town.offers_are_held()
    assert all(town.holds_of(listener) for listener in town.listeners)


def test_a_move_that_landed_and_was_withdrawn_is_taken_back_though_the_clock_stands_still():
    """The booking of that very instant was taken for a later change, and the move left in the record."""
    town = Town()
    one, _ = town.processes
    town.ask(one, Commit(Intent.BOOK, 1, 7, slot=SLOTS[0]), "call1")
    town.run_dry()
    town.ask(one, Commit(Intent.RESCHEDULE, 1, 7, slot=SLOTS[3], appointment_id=1), "call2")
    slow = Unavailable("no answer in time", retry_after=30)
    town.run_dry(lambda call, when: slow if (call, when) == ("records.move", "after") else None)
    told = [one.outcome for one in town.callers[1].told]

    assert told == [CommitOutcome.WITHDRAWN]
    assert town.records.appointments[1].slot == SLOTS[0]
    town.settle()
    town.everything_is_settled()


def test_what_is_taken_back_late_does_not_undo_what_began_meanwhile():
    """Each looked whether the other was at work before it said that it was: the cancellation was undone."""
    town = Town()
    one, other = town.processes
    town.ask(one, Commit(Intent.BOOK, 1, 7, slot=SLOTS[0]), "call1")
    town.run_dry()
    town.clock.instant += timedelta(minutes=1)
    town.ask(one, Commit(Intent.RESCHEDULE, 1, 7, slot=SLOTS[3], appointment_id=1), "call2")
    down = Unavailable("down", retry_after=30)
    town.run_dry(lambda call, when: down if call == "records.move" else None)
    town.clock.instant += timedelta(minutes=5)
    town.walk(one, town.clock.instant)
    step_until(town, one, "records.read")
    town.ask(other, Commit(Intent.CANCEL, 1, 7, appointment_id=1, reason="caller"), "call3")
    held_back, one.tasks = one.tasks, []
    town.run_dry()
    one.tasks = held_back
    town.run_dry()

    town.settle()
    town.everything_is_settled()


def test_a_booking_that_landed_and_was_withdrawn_is_taken_back_after_an_hour_of_outage():
    """It was looked for five times within a quarter of an hour, and then no more."""
    town = Town()
    one, _ = town.processes
    town.ask(one, Commit(Intent.BOOK, 1, 7, slot=SLOTS[0]), "call1")
    down = Unavailable("down", retry_after=30)
    landed = ("records.create", "before")
    town.run_dry(lambda call, when: down if call.startswith("records.") and (call, when) != landed else None)
    for _ in range(30):
        town.clock.instant += timedelta(minutes=2)
        town.walk(one, town.clock.instant)
        town.run_dry(lambda call, when: down if call.startswith("records.") else None)
    town.settle()

    town.everything_is_settled()
    assert town.records.appointments[1].status is AppointmentStatus.CANCELED
