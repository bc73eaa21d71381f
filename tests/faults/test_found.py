"""Schedules that once broke a rule, each as short as it gets."""

from __future__ import annotations

import pytest
from tests.faults.town import SLOTS, Town

from pupitre.booking.commit import hung_up
from pupitre.dialogue.effects import Commit
from pupitre.model import AppointmentStatus, Intent

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
