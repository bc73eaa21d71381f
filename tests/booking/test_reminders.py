"""When reminders are due and when the phone may ring (booking.md §Reminders)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.booking.memory_store import MemoryDue, MemoryReminders
from tests.faults.town import Town

from pupitre.booking.reminders import agree, dial_at, due_at, follow, split
from pupitre.booking.world import Policy
from pupitre.model import Appointment, AppointmentStatus, Slot
from pupitre.ports import ReminderStatus
from pupitre.slots import Rules

PARIS = ZoneInfo("Europe/Paris")
RULES = Rules(holidays=frozenset({date(2026, 1, 1), date(2026, 5, 1)}))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("start", "offset", "due", "dial"),
    [
        ("2026-01-06T15:00", "P1D", "2026-01-05T15:00", "2026-01-05T15:00"),
        ("2026-01-06T15:00", "PT1H", "2026-01-06T14:00", "2026-01-06T14:00"),
        ("2026-01-05T15:00", "P1D", "2026-01-04T15:00", "2026-01-03T15:00"),
        ("2026-01-02T15:00", "P1D", "2026-01-01T15:00", "2025-12-31T15:00"),
        ("2026-05-02T15:00", "P1D", "2026-05-01T15:00", "2026-04-30T15:00"),
        ("2026-01-06T08:30", "PT1H", "2026-01-06T07:30", "2026-01-06T08:00"),
        ("2026-01-04T10:00", "PT1H", "2026-01-04T09:00", "2026-01-04T09:00"),
        ("2026-03-30T09:00", "P1D", "2026-03-29T09:00", "2026-03-28T09:00"),
        ("2026-03-29T09:00", "P1D", "2026-03-28T09:00", "2026-03-28T09:00"),
        ("2026-10-25T09:00", "P1D", "2026-10-24T09:00", "2026-10-24T09:00"),
        ("2026-01-06T15:00", "P2DT1H30M", "2026-01-04T13:30", "2026-01-03T13:30"),
        ("2026-01-06T07:30", "P1D", "2026-01-05T07:30", "2026-01-05T08:00"),
    ],
    ids=[
        "the day before",
        "an hour before",
        "Sunday goes to Saturday",
        "a holiday goes to the day before",
        "Labour Day too",
        "never before eight",
        "an hour before rings on Sundays",
        "the change to summer was a Sunday",
        "across the change to summer, the same hour",
        "across the change to winter, the same hour",
        "days and hours together",
        "an early appointment, the day before at eight",
    ],
)
def test_due_is_nominal_and_the_dial_keeps_to_permitted_hours(start, offset, due, dial):
    assert due_at(at(start), offset, RULES) == at(due)
    assert dial_at(at(start), offset, RULES, Policy()) == at(dial)


def test_an_hour_before_is_an_elapsed_hour_in_the_night_of_the_change():
    start = datetime(2026, 3, 29, 3, 30, tzinfo=PARIS)

    assert start.astimezone(ZoneInfo("UTC")) - due_at(start, "PT1H", RULES).astimezone(ZoneInfo("UTC")) == timedelta(
        hours=1
    )


@pytest.mark.parametrize("wrong", ["", "P", "1D", "PT", "-P1D", "P1W", "P1DT"])
def test_what_is_no_offset_is_refused_with_advice(wrong):
    with pytest.raises(ValueError, match="write P1D"):
        split(wrong)


def agreed(start: str, now: str, offsets=("P1D", "PT1H"), **changes):
    """The rows after agreeing, in a town whose backends never pause."""
    town = Town()
    town.clock.instant = at(now)
    world = town.worlds[town.processes[0]]["demo"]
    slot = Slot(at(start), at(start) + timedelta(minutes=30), 45)
    appointment = Appointment(id=1, patient_id=7, slot=slot, **changes)
    town.due.__class__ = type("Due", (MemoryDue,), {"before": _no_pause, "after": _no_pause})
    task = town.processes[0].spawn("agree", agree(world, appointment, offsets))
    assert task.done
    assert task.error is None
    return town, world, appointment


async def _no_pause(self, call):
    return None


def test_what_is_already_past_is_not_created():
    town, *_ = agreed("2026-01-06T15:00", "2026-01-05T16:00")

    assert [r.offset for r in town.reminders.rows.values()] == ["PT1H"]


def test_agreeing_again_changes_nothing_and_less_cancels_the_rest():
    town, world, appointment = agreed("2026-01-06T15:00", "2026-01-02T10:00")
    rows, due = dict(town.reminders.rows), dict(town.due.rows)

    town.processes[0].spawn("again", agree(world, appointment, ("P1D", "PT1H")))
    assert (town.reminders.rows, town.due.rows) == (rows, due)

    town.processes[0].spawn("less", agree(world, appointment, ("P1D",)))
    assert {r.offset: r.status for r in town.reminders.rows.values()} == {
        "P1D": ReminderStatus.SCHEDULED,
        "PT1H": ReminderStatus.CANCELED,
    }
    assert len(town.due.rows) == 1


def test_what_was_declined_does_not_come_back_with_a_move():
    town, world, appointment = agreed("2026-01-06T15:00", "2026-01-02T10:00")
    town.processes[0].spawn("no", agree(world, appointment, ()))
    town.processes[0].spawn("follow", follow(world, appointment))

    assert {r.status for r in town.reminders.rows.values()} == {ReminderStatus.CANCELED}


def test_nothing_rings_for_an_appointment_that_is_not_confirmed():
    town, *_ = agreed("2026-01-06T15:00", "2026-01-02T10:00", status=AppointmentStatus.CANCELED)

    assert town.reminders.rows == {}
    assert isinstance(town.reminders, MemoryReminders)
