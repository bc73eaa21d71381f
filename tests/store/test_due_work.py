"""Due work, reminders and tasks."""

from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace
from tests.store.conftest import NOW

from pupitre.dialogue.effects import ReminderOutcome, TaskKind
from pupitre.model import Interval, Slot
from pupitre.ports import Due, NotFound, Reminder, ReminderStatus
from pupitre.store.due_work import StoredDueWork
from pupitre.store.reminders import StoredReminders
from pupitre.store.tasks import StoredTasks

MINUTE = timedelta(minutes=1)


class Work(StoredDueWork):
    """Walked for two tenants and two kinds."""

    async def all_due(self, until, limit):
        return await self.due(until, limit, ["demo", "demo2"], ["reminder", "commitment"])


@pytest.fixture
def work(database):
    return Work(database)


def due(key, minutes=0, tenant="demo", kind="reminder"):
    return Due(tenant, key, kind, f"subject of {key}", NOW + minutes * MINUTE)


async def test_due_work_comes_in_the_order_of_time_then_of_key(work):
    await work.put([due("b"), due("late", 2), due("a"), due("first", -1, tenant="demo2")])

    assert ["first", "a", "b"] == [row.key for row in await work.all_due(NOW, 10)]
    assert ["first", "a"] == [row.key for row in await work.all_due(NOW, 2)]


async def test_put_again_a_row_has_another_instant(work):
    await work.put([due("a")])
    await work.put([due("a", 5)])

    assert [] == await work.all_due(NOW, 10)
    assert [due("a", 5)] == await work.all_due(NOW + 5 * MINUTE, 10)


async def test_the_same_key_of_another_kind_or_tenant_is_another_row(work):
    rows = [due("a"), due("a", kind="commitment"), due("a", tenant="demo2")]
    await work.put(rows)
    await work.drop("demo", "reminder", ["a", "unknown"])

    assert {("demo", "commitment"), ("demo2", "reminder")} == {
        (row.tenant, row.kind) for row in await work.all_due(NOW, 9)
    }


async def test_what_was_put_again_meanwhile_is_not_done(work):
    await work.put([due("a"), due("b")])
    [a, b] = await work.all_due(NOW, 10)
    await work.put([due("a", 1)])
    await work.done(a)
    await work.done(b)

    assert [due("a", 1)] == await work.all_due(NOW + MINUTE, 10)


async def test_what_waits_for_later_is_hastened_and_what_is_due_already_stays_as_it_is(work):
    await work.put([due("late", 5), due("past", -1)])
    await work.hasten("demo", "reminder", ["late", "past", "unknown"], NOW)

    assert [due("past", -1), due("late")] == await work.all_due(NOW, 10)


async def test_what_falls_due_within_a_second_is_not_hastened(work):
    """Somebody may be doing it by then: given another instant, it would be done once more."""
    soon = replace(due("soon"), due=NOW + timedelta(seconds=0.9))
    await work.put([soon])
    await work.hasten("demo", "reminder", ["soon"], NOW)

    assert [] == await work.all_due(NOW, 10)
    assert [soon] == await work.all_due(NOW + MINUTE, 10)


async def test_what_was_hastened_while_it_was_done_is_done(work):
    await work.put([due("a", 5)])
    [row] = await work.all_due(NOW + 5 * MINUTE, 10)
    await work.hasten("demo", "reminder", ["a"], NOW)
    await work.done(row)

    assert [] == await work.all_due(NOW + 5 * MINUTE, 10)


async def test_no_work_is_no_error(work):
    await work.put([])
    await work.drop("demo", "reminder", [])

    assert [] == await work.all_due(NOW, 10)
    assert [] == await work.due(NOW, 10, [], [])


async def test_what_is_due_for_others_is_neither_given_nor_in_the_way(work):
    await work.put([due(f"theirs {n}", -9, tenant="gone") for n in range(20)])
    await work.put([due("new", -8, kind="of a later version"), due("ours"), due("later", 1, tenant="gone")])

    assert ["ours"] == [row.key for row in await work.all_due(NOW, 1)]
    left = await work.left(NOW, ["demo", "demo2"], ["reminder", "commitment"])
    assert [("demo", "of a later version", 1), ("gone", "reminder", 20)] == [(x.tenant, x.kind, x.rows) for x in left]
    assert [NOW - 8 * MINUTE, NOW - 9 * MINUTE] == [x.since for x in left]
    assert 20 == len(await work.due(NOW, 100, ["gone"], ["reminder"]))


# ---- reminders -------------------------------------------------------------------------------------------------------


def reminder(id_="r1", appointment_id=7, hours=0, starts=24, **fields):
    begins, dial_at = NOW + timedelta(hours=starts), NOW + timedelta(hours=hours)
    return Reminder(id_, appointment_id, 12, "P1D", begins, NOW, dial_at, **fields)


@pytest.fixture
def reminders(database):
    return StoredReminders(database, "demo")


async def test_a_reminder_is_read_back_and_replaced(reminders):
    await reminders.put([reminder()])
    assert reminder() == await reminders.read("r1")

    changed = reminder(status=ReminderStatus.DIALLED, dials=2, outcome=ReminderOutcome.NO_ANSWER, hours=3)
    await reminders.put([changed])
    assert changed == await reminders.read("r1")


async def test_the_reminders_of_an_appointment_come_by_the_time_of_dialling(reminders):
    await reminders.put([reminder("r1", hours=2), reminder("r2", hours=1), reminder("r3", appointment_id="7")])

    assert ["r2", "r1"] == [each.id for each in await reminders.of(7)]
    assert ["r3"] == [each.id for each in await reminders.of("7")]
    assert ["r3", "r2"] == [each.id for each in await reminders.between(Interval(NOW, NOW + timedelta(hours=2)))]


async def test_those_that_should_ring_come_by_the_start_of_their_appointments(reminders):
    late, soon = reminder("late", hours=1, starts=26), reminder("soon", hours=2, starts=25)
    rung, tomorrow = reminder("rung", status=ReminderStatus.DONE), reminder("tomorrow", hours=24)
    await reminders.put([late, soon, rung, tomorrow])

    window = (NOW, NOW + timedelta(hours=2))
    assert [soon, late] == await reminders.waiting(*window, 10)
    assert [soon] == await reminders.waiting(*window, 1)
    assert (0, 1) == (await reminders.ahead(soon, *window), await reminders.ahead(late, *window))


async def test_an_unknown_reminder_and_one_of_another_tenant_are_not_found(database, reminders):
    await reminders.put([reminder()])
    theirs = StoredReminders(database, "demo2")

    with pytest.raises(NotFound):
        await reminders.read("r2")
    with pytest.raises(NotFound):
        await theirs.read("r1")
    assert ([], []) == (await theirs.of(7), await theirs.between(Interval(NOW, NOW + MINUTE)))

    await theirs.put([reminder(dials=9)])
    assert 0 == (await reminders.read("r1")).dials


# ---- tasks -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def tasks(database):
    return StoredTasks(database, "demo")


async def test_a_task_is_left_once_per_key(tasks):
    slot = Slot(NOW, NOW + 30 * MINUTE, 45)
    first = await tasks.leave(
        "k",
        TaskKind.CALL_BACK,
        "Rappeler",
        NOW,
        call_id="c1",
        appointment_id=7,
        slot=slot,
        patient_phone="+33612345678",
    )

    assert first == await tasks.leave("k", TaskKind.CONFLICT, "Autre", NOW)
    assert (slot, 7, "c1", "open") == (first.slot, first.appointment_id, first.call_id, first.status)
    assert [first] == await tasks.listed()


async def test_tasks_are_listed_most_urgent_first_and_closed_in_somebodys_name(tasks):
    late = await tasks.leave("late", TaskKind.CALL_BACK, "Rappeler", NOW + MINUTE)
    soon = await tasks.leave("soon", TaskKind.CONFLICT, "Choisir", NOW)
    assert [soon, late] == await tasks.listed()

    closed = await tasks.close(soon.id, "Anne", NOW)
    again = await tasks.close(soon.id, "Paul", NOW + MINUTE)

    assert closed == msgspec.structs.replace(soon, status="closed", closed_by="Anne", closed_at=NOW) == again
    assert [late] == await tasks.listed()
    assert [closed] == await tasks.listed("closed")


async def test_a_task_of_another_tenant_is_not_found(database, tasks):
    mine = await tasks.leave("k", TaskKind.CALL_BACK, "Rappeler", NOW)
    theirs = StoredTasks(database, "demo2")

    with pytest.raises(NotFound):
        await theirs.read(mine.id)
    with pytest.raises(NotFound):
        await theirs.close(mine.id, "Eve", NOW)
    assert [] == await theirs.listed()
    assert mine.id != (await theirs.leave("k", TaskKind.CALL_BACK, "À nous", NOW)).id
    assert [mine] == await tasks.listed()
