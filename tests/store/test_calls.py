"""Calls and their journal."""

import asyncio
from datetime import timedelta

import pytest
from msgspec import Raw

from pupitre.ports import Stale
from pupitre.store import open_database
from pupitre.store.calls import CallStore, TurnRecord
from tests.store.conftest import NOW

TENANT = "demo"


@pytest.fixture
def calls(database):
    return CallStore(database, dict)


def turn(event_id=None, at=NOW, after="WELCOME_INTENT", reply=b'{"actions":[]}'):
    return TurnRecord(
        at=at,
        event_id=event_id,
        event=Raw(b'{"type":"Spoke"}'),
        steps=Raw(b"[]"),
        before="START",
        after=after,
        reply=Raw(reply),
        context_delta=Raw(b"{}"),
    )


async def test_a_call_is_read_back_as_it_was_saved_with_its_version(calls):
    await calls.save(TENANT, "c1", {"name": "Hélène\u0000"}, turn("e1"), expected=0)
    await calls.save(TENANT, "c1", {"name": "Jean"}, turn("e2"), expected=1)

    assert ({"name": "Jean"}, 2) == await calls.load(TENANT, "c1")


async def test_an_unknown_call_is_none(calls):
    assert await calls.load(TENANT, "nobody") is None
    assert await calls.first_reply(TENANT, "nobody") is None
    assert [] == await calls.journal(TENANT, "nobody")


async def test_a_turn_decided_on_an_older_version_is_stale_and_leaves_nothing(calls):
    await calls.save(TENANT, "c1", {"n": 1}, turn("e1"), expected=0)
    await calls.save(TENANT, "c1", {"n": 2}, turn("e2"), expected=1)

    with pytest.raises(Stale):
        await calls.save(TENANT, "c1", {"n": 3}, turn("e3"), expected=1)
    with pytest.raises(Stale):
        await calls.save(TENANT, "c1", {"n": 3}, turn("e3"), expected=0)

    assert ({"n": 2}, 2) == await calls.load(TENANT, "c1")
    assert ["e1", "e2"] == [line.event_id for line in await calls.journal(TENANT, "c1")]


async def test_an_event_is_answered_once(calls):
    await calls.save(TENANT, "c1", {"n": 1}, turn("e1", reply=b'{"first":1}'), expected=0)

    with pytest.raises(Stale):
        await calls.save(TENANT, "c1", {"n": 2}, turn("e1"), expected=1)

    assert b'{"first":1}' == await calls.reply_to(TENANT, "c1", "e1")
    assert await calls.reply_to(TENANT, "c1", "e2") is None
    assert ({"n": 1}, 1) == await calls.load(TENANT, "c1")


async def test_events_without_an_id_are_all_kept(calls):
    await calls.save(TENANT, "c1", {}, turn(), expected=0)
    await calls.save(TENANT, "c1", {}, turn(), expected=1)

    assert [1, 2] == [line.seq for line in await calls.journal(TENANT, "c1")]


async def test_the_first_reply_stays_the_first(calls):
    await calls.save(TENANT, "c1", {}, turn("e1", reply=b'"one"'), expected=0)
    await calls.save(TENANT, "c1", {}, turn("e2", reply=b'"two"'), expected=1)

    assert b'"one"' == await calls.first_reply(TENANT, "c1")


async def test_the_journal_reads_back_to_the_letter(calls):
    written = turn("e1", reply='{"actions":[{"type":"say","text":"À bientôt, l\'équipe"}]}'.encode())
    await calls.save(TENANT, "c1", {}, written, expected=0)

    [read] = await calls.journal(TENANT, "c1")

    assert (bytes(written.reply), bytes(written.event), NOW) == (bytes(read.reply), bytes(read.event), read.at)
    assert read.at.tzinfo is not None


async def test_silent_calls_are_those_open_and_not_heard_since(calls):
    await calls.save(TENANT, "old", {}, turn(at=NOW - timedelta(minutes=16)), expected=0)
    await calls.save(TENANT, "over", {}, turn(at=NOW - timedelta(minutes=20)), expected=0, ended=True)
    await calls.save(TENANT, "new", {}, turn(at=NOW), expected=0)

    assert ["old"] == await calls.silent(TENANT, NOW - timedelta(minutes=15))


async def test_of_many_turns_decided_on_one_version_one_is_saved(calls):
    await calls.save(TENANT, "c1", {}, turn(), expected=0)

    tries = [calls.save(TENANT, "c1", {"n": n}, turn(f"e{n}"), expected=1) for n in range(20)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)

    assert 1 == sum(outcome == 2 for outcome in outcomes)
    assert 19 == sum(isinstance(outcome, Stale) for outcome in outcomes)


async def test_turns_of_one_call_wait_for_each_other_and_those_of_others_do_not(calls):
    inside, most = [], 0

    async def one(call_id):
        nonlocal most
        async with calls.turn_lock(TENANT, call_id):
            assert call_id not in inside
            inside.append(call_id)
            most = max(most, len(inside))
            await asyncio.sleep(0.01)
            inside.remove(call_id)

    await asyncio.gather(*(one(f"c{n % 64}") for n in range(128)))

    assert 64 == most


@pytest.mark.parametrize("url", [pytest.param("postgresql", marks=pytest.mark.real)], indirect=True)
async def test_turns_of_one_call_wait_for_each_other_across_processes(url, calls):
    elsewhere = await open_database(url)
    theirs = CallStore(elsewhere, dict)
    order = []

    async def second():
        async with theirs.turn_lock(TENANT, "c1"):
            order.append("second")

    async with calls.turn_lock(TENANT, "c1"):
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.2)
        order.append("first")
        async with theirs.turn_lock(TENANT, "another"):
            order.append("another")
    await waiting
    await elsewhere.close()

    assert ["first", "another", "second"] == order
