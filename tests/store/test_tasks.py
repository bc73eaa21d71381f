"""Tasks as they are shown to people elsewhere: each as it stands, until they have seen it so."""

from datetime import timedelta

from tests.store.conftest import NOW

from pupitre.dialogue.effects import TaskKind
from pupitre.store.tasks import StoredTasks


async def left(tasks, key):
    return await tasks.leave(key, TaskKind.CALL_BACK, "call back", NOW)


async def keys(tasks):
    return [(one.key, one.task.status) for one in await tasks.to_show(10)]


async def test_a_task_is_shown_when_it_is_left_and_again_when_it_is_closed(database):
    tasks = StoredTasks(database, "demo")
    first, second = await left(tasks, "one"), await left(tasks, "two")
    assert [("one", "open"), ("two", "open")] == await keys(tasks)

    await tasks.showed(first)
    assert [("two", "open")] == await keys(tasks)
    closed = await tasks.close(first.id, "Claire", NOW)
    assert [("one", "closed"), ("two", "open")] == await keys(tasks)
    await tasks.showed(closed)
    await tasks.showed(second)
    assert [] == await keys(tasks)


async def test_what_is_open_under_a_prefix_is_closed_but_for_one_and_shown_so(database):
    tasks, theirs = StoredTasks(database, "demo"), StoredTasks(database, "demo2")
    seen = await left(tasks, "a_%/1")
    await tasks.showed(seen)
    await tasks.close((await left(tasks, "a_%/2")).id, "Claire", NOW)
    for key in ("a_%/3", "a_x/1", "a_%"):
        await left(tasks, key)
    await left(theirs, "a_%/1")
    later = NOW + timedelta(hours=1)
    await tasks.close_under("a_%/", "desk", later, but="a_%/3")

    assert [("a_%/1", "closed"), ("a_%/3", "open"), ("a_x/1", "open"), ("a_%", "open")] == await keys(tasks)
    closed = {(one.closed_by, one.closed_at) for one in await tasks.listed("closed")}
    assert {("desk", later), ("Claire", NOW)} == closed
    assert [("a_%/1", "open")] == await keys(theirs)

    await tasks.close_under("a_%/", "desk", later)
    assert [("a_%/1", "closed"), ("a_x/1", "open"), ("a_%", "open")] == await keys(tasks)


async def test_a_task_that_was_closed_before_it_was_shown_is_not_shown(database):
    tasks = StoredTasks(database, "demo")
    task = await left(tasks, "one")
    await tasks.close(task.id, "Claire", NOW)

    assert [] == await keys(tasks)


async def test_a_task_that_is_closed_while_it_is_being_shown_is_shown_closed(database):
    tasks = StoredTasks(database, "demo")
    task = await left(tasks, "one")
    await tasks.close(task.id, "Claire", NOW)
    await tasks.showed(task)

    assert [("one", "closed")] == await keys(tasks)
