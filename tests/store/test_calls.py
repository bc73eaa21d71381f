"""Calls and their journal."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from tests.store.conftest import NOW

from pupitre.clock import HeldClock
from pupitre.dialogue.actions import Say
from pupitre.dialogue.call import Call, State
from pupitre.dialogue.effects import FindAppointments
from pupitre.dialogue.events import AppointmentsFound, Spoke
from pupitre.ports import JournalTurn, NotFound, Reply, Stale, Step
from pupitre.store import open_database
from pupitre.store.calls import StoredCalls

CLOCK = HeldClock(NOW)


@pytest.fixture
def calls(database):
    return StoredCalls(database, "demo", CLOCK)


def a_call(call_id="c1", **known):
    return Call(call_id, "demo", NOW, "rdv_v1", "fr-FR", "Europe/Paris", **known)


def turn(event_id=None, at=NOW, says="Bonjour"):
    asked = FindAppointments(7)
    return JournalTurn(
        event=Spoke(at, "À bientôt, l'équipe\u0000"),
        before=State.START,
        after=State.WELCOME_INTENT,
        steps=(Step(asked, AppointmentsFound(at, ())),),
        reply=Reply((Say(says),), State.WELCOME_INTENT, {"intent": "BOOK"}),
        event_id=event_id,
    )


async def test_a_call_is_read_back_as_it_was_saved_with_its_version(calls):
    await calls.save(a_call(raw_text="Hélène\u0000"), [turn("e1")], 0)
    await calls.save(a_call(raw_text="Jean"), [turn("e2")], 1)

    assert (a_call(raw_text="Jean"), 2) == await calls.load("c1")


async def test_two_turns_of_one_request_are_saved_together(calls):
    await calls.save(a_call(), [turn(says="one"), turn("e1", says="two")], 0)

    assert (a_call(), 2) == await calls.load("c1")
    assert [None, "e1"] == [line.event_id for line in await calls.journal("c1")]


async def test_an_unknown_call_is_none(calls):
    assert await calls.load("nobody") is None
    assert await calls.first_reply("nobody") is None
    assert [] == await calls.journal("nobody")


async def test_a_turn_decided_on_an_older_version_is_stale_and_leaves_nothing(calls):
    await calls.save(a_call(page=1), [turn("e1")], 0)
    await calls.save(a_call(page=2), [turn("e2")], 1)

    with pytest.raises(Stale):
        await calls.save(a_call(page=3), [turn("e3")], 1)
    with pytest.raises(Stale):
        await calls.save(a_call(page=3), [turn("e3")], 0)

    assert (a_call(page=2), 2) == await calls.load("c1")
    assert ["e1", "e2"] == [line.event_id for line in await calls.journal("c1")]


async def test_an_event_is_answered_once(calls):
    await calls.save(a_call(page=1), [turn("e1", says="first")], 0)

    with pytest.raises(Stale):
        await calls.save(a_call(page=2), [turn("e1")], 1)

    assert turn(says="first").reply == await calls.reply_to("c1", "e1")
    assert await calls.reply_to("c1", "e2") is None
    assert (a_call(page=1), 1) == await calls.load("c1")


async def test_events_without_an_id_are_all_kept(calls):
    await calls.save(a_call(), [turn()], 0)
    await calls.save(a_call(), [turn()], 1)

    assert [turn(), turn()] == await calls.journal("c1")


async def test_the_first_reply_stays_the_first(calls):
    await calls.save(a_call(), [turn("e1", says="one")], 0)
    await calls.save(a_call(), [turn("e2", says="two")], 1)

    assert turn(says="one").reply == await calls.first_reply("c1")


async def test_the_journal_reads_back_as_it_was_written(calls):
    written = msgspec.structs.replace(turn("e1"), trouble="KeyError")
    await calls.save(a_call(), [written], 0)

    assert [written] == await calls.journal("c1")


async def test_a_configuration_is_pinned_once_and_found_by_its_id(calls):
    first = await calls.pin(b'{"name": "one"}')
    again = await calls.pin(b'{"name": "one"}')
    other = await calls.pin(b'{"name": "two"}')

    assert first == again != other
    assert b'{"name": "one"}' == await calls.pinned(first)
    with pytest.raises(NotFound):
        await calls.pinned("nothing")


async def test_tenants_do_not_see_each_others_calls(database, calls):
    await calls.save(a_call(), [turn("e1")], 0)
    theirs = StoredCalls(database, "demo2", CLOCK)

    assert await theirs.load("c1") is None
    assert await theirs.reply_to("c1", "e1") is None
    assert [] == await theirs.journal("c1")
    assert [] == await theirs.silent(NOW + timedelta(days=1))


async def test_silent_calls_are_those_open_and_not_heard_since(calls):
    await calls.save(a_call("old"), [turn(at=NOW - timedelta(minutes=16))], 0)
    await calls.save(a_call("over", ended=True), [turn(at=NOW - timedelta(minutes=20))], 0)
    await calls.save(a_call("new"), [turn(at=NOW)], 0)

    assert ["old"] == await calls.silent(NOW - timedelta(minutes=15))


async def test_of_many_turns_decided_on_one_version_one_is_saved(calls):
    await calls.save(a_call(), [turn()], 0)

    tries = [calls.save(a_call(page=n), [turn(f"e{n}")], 1) for n in range(20)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)

    assert 1 == sum(outcome is None for outcome in outcomes)
    assert 19 == sum(isinstance(outcome, Stale) for outcome in outcomes)


async def test_turns_of_one_call_wait_for_each_other_and_those_of_others_do_not(calls):
    """More slow turns than there are connections: all are inside at once, none twice."""
    inside, all_inside = set(), asyncio.Event()

    async def one(call_id):
        async with calls.turn(call_id):
            assert call_id not in inside
            inside.add(call_id)
            if len(inside) == 64:
                all_inside.set()
            await all_inside.wait()
            assert await calls.load(call_id) is None
            inside.remove(call_id)

    await asyncio.wait_for(asyncio.gather(*(one(f"c{n % 64}") for n in range(128))), 20)


@pytest.mark.parametrize("url", [pytest.param("postgresql", marks=pytest.mark.real)], indirect=True)
async def test_turns_of_one_call_wait_for_each_other_across_processes(url, calls):
    elsewhere = await open_database(url)
    theirs = StoredCalls(elsewhere, "demo", CLOCK)
    order = []

    async def second():
        async with theirs.turn("c1"):
            order.append("second")

    async with calls.turn("c1"):
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.2)
        order.append("first")
        async with theirs.turn("another"):
            order.append("another")
    await waiting
    await elsewhere.close()

    assert ["first", "another", "second"] == order


@pytest.mark.parametrize("url", [pytest.param("postgresql", marks=pytest.mark.real)], indirect=True)
async def test_a_turn_that_is_cut_off_leaves_its_call_to_others(url, calls):
    """Whether it had its turn, waited for it, or was just being given it."""
    elsewhere = await open_database(url)
    theirs = StoredCalls(elsewhere, "demo", CLOCK)

    async def have_a_turn():
        async with calls.turn("c1"):
            await asyncio.sleep(60)

    for moment in (0, 0, 0, 0.0005, 0.001, 0.002, 0.003, 0.01, 0.1):
        cut_off = asyncio.create_task(have_a_turn())
        await asyncio.sleep(moment)
        cut_off.cancel()
        await asyncio.gather(cut_off, return_exceptions=True)
        async with asyncio.timeout(10):
            async with theirs.turn("c1"):
                waiting = asyncio.create_task(have_a_turn())
                await asyncio.sleep(moment)
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
            async with theirs.turn("c1"):
                pass
    await elsewhere.close()
