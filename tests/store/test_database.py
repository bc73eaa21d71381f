"""The door: batches, what they raise, and that nothing is half done."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from tests.store.conftest import NOW

from pupitre.ports import Conflict, Refused, Stale, Unavailable
from pupitre.store import open_database
from pupitre.store.queries import queries

SANDBOX, TASKS, ROSTER, WORK = (queries(name) for name in ("sandbox", "tasks", "roster", "due_work"))


def setting(name, value="x"):
    return SANDBOX["put_setting"].bind(tenant="demo", name=name, value=value)


async def value(database, name):
    rows = await database.read(SANDBOX["setting"], tenant="demo", name=name)
    return rows[0]["value"] if rows else None


async def test_a_batch_is_written_as_one(database):
    await database.write(setting("a", "1"), setting("b", "2"))

    assert ("1", "2") == (await value(database, "a"), await value(database, "b"))


async def test_a_batch_that_touches_other_rows_than_expected_leaves_nothing(database):
    nothing = SANDBOX["set_clock"].bind(now=NOW).expecting(1)

    with pytest.raises(Stale):
        await database.write(setting("a"), nothing, setting("b"))
    assert (None, None) == (await value(database, "a"), await value(database, "b"))


async def test_a_statement_may_say_what_its_failure_means(database):
    with pytest.raises(Refused, match="no sandbox"):
        await database.write(SANDBOX["set_clock"].bind(now=NOW).expecting(1, Refused("no sandbox")))


async def test_results_come_in_the_order_of_the_statements(database):
    add = ROSTER["add_agent"].bind(tenant="demo", name="Anne", calendar=None)
    first, second, third = await database.write(setting("a"), add, ROSTER["agents"].bind(tenant="demo"))

    assert ([], 1) == (first.rows, first.touched)
    assert [{"id": 1, "name": "Anne", "calendar": None}] == second.rows == third.rows


async def test_no_statements_are_no_work(database):
    assert [] == await database.write()


async def test_a_key_given_twice_is_a_conflict(database):
    feed = ROSTER["add_feed"].bind(tenant="demo", agent="1", token_hash="h", now=NOW)
    await database.write(feed)

    with pytest.raises(Conflict):
        await database.write(setting("a"), feed)
    assert await value(database, "a") is None


async def test_what_the_schema_forbids_is_refused(database):
    backwards = {"starts": NOW, "ends": NOW - timedelta(hours=1)}

    with pytest.raises(Refused):
        await database.write(ROSTER["add_absence"].bind(tenant="demo", agent="1", reason=None, **backwards))


async def test_one_batch_that_fails_takes_no_other_with_it(database):
    """Though all of them were committed together."""
    bad = SANDBOX["set_clock"].bind(now=NOW).expecting(1)
    batches = [database.write(setting(f"n{n}"), *([bad] if n % 3 == 0 else [])) for n in range(60)]
    outcomes = await asyncio.gather(*batches, return_exceptions=True)

    assert [n % 3 == 0 for n in range(60)] == [isinstance(outcome, Stale) for outcome in outcomes]
    assert [n % 3 == 0 for n in range(60)] == [await value(database, f"n{n}") is None for n in range(60)]


async def test_what_was_written_is_read_at_once(database):
    for n in range(20):
        await database.write(setting("a", str(n)))
        assert str(n) == await value(database, "a")


async def test_instants_come_back_the_same_from_any_zone(database):
    east = datetime(2026, 3, 29, 3, 0, 0, 1, tzinfo=timezone(timedelta(hours=2)))
    await database.write(WORK["put"].bind(tenant="demo", kind="k", key="a", subject="s", due=east))

    for until, found in ((east - timedelta(microseconds=1), 0), (east.astimezone(UTC), 1)):
        rows = await database.read(WORK["due"], tenants='["demo"]', kinds='["k"]', until=until, limit=9)
        assert found == len(rows)


async def test_an_instant_without_a_zone_is_refused_before_anything_is_written(database):
    with pytest.raises((ValueError, Refused)):
        await database.write(setting("a"), SANDBOX["mark"].bind(now=datetime(2026, 1, 1)))  # noqa: DTZ001 -- naive on purpose
    assert await value(database, "a") is None


@pytest.mark.parametrize("text", ["\ud800", "line\nline", "'; DROP TABLE calls; --", "😀", ":name $1"])
async def test_any_text_is_kept_to_the_letter_or_refused(database, text):
    try:
        await database.write(setting("a", text))
    except (ValueError, Refused):
        assert text == "\ud800"
    else:
        assert text == await value(database, "a")
    await database.write(setting("b", "still there"))
    assert "still there" == await value(database, "b")


async def test_a_caller_who_gave_up_does_not_stop_the_others(database):
    impatient = asyncio.create_task(database.write(setting("a")))
    await asyncio.sleep(0)
    impatient.cancel()
    await database.write(setting("b"))

    assert "x" == await value(database, "b")


async def test_closing_finishes_what_was_asked_before(url):
    database = await open_database(url)
    asked = [asyncio.create_task(database.write(setting(f"n{n}"))) for n in range(50)]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*asked)

    again = await open_database(url)
    assert ["x"] * 50 == [await value(again, f"n{n}") for n in range(50)]
    await again.close()


async def test_a_closed_door_is_unavailable(url):
    database = await open_database(url)
    await database.close()
    await database.close()

    with pytest.raises(Unavailable):
        await database.read(SANDBOX["clock"])
    with pytest.raises(Unavailable):
        await database.write(setting("a"))


async def test_two_processes_may_have_the_store_open(url, database):
    other = await open_database(url)
    await asyncio.gather(*(door.write(setting(f"n{n}")) for n, door in enumerate([database, other] * 20)))

    assert ["x"] * 40 == [await value(database, f"n{n}") for n in range(40)]
    assert ["x"] * 40 == [await value(other, f"n{n}") for n in range(40)]
    await other.close()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_sqlite_acknowledges_only_what_a_power_cut_would_leave(database):
    def pragma(connection, name):
        return next(iter(connection.execute(f"PRAGMA {name}").fetchone().values()))

    assert ("wal", 2, 1) == tuple(
        pragma(database._writing, each) for each in ("journal_mode", "synchronous", "foreign_keys")
    )
    assert 1 == pragma(database._reading, "query_only")
