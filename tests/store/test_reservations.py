"""Holds and reservations: the database decides who has a slot."""

import asyncio
from datetime import timedelta

import pytest
from tests.store.conftest import NOW

from pupitre.model import Interval, Slot
from pupitre.store import open_database
from pupitre.store.reservations import StoredReservations

LATER = NOW + timedelta(minutes=3)
DAY = Interval(NOW, NOW + timedelta(days=1))


def slot(minutes, agent=45, length=30):
    start = NOW + timedelta(hours=1, minutes=minutes)
    return Slot(start, start + timedelta(minutes=length), agent)


@pytest.fixture
def claims(database):
    return StoredReservations(database, "demo")


async def test_offers_are_held_in_their_order(claims):
    offers = [slot(60), slot(0), slot(0, agent=46)]

    assert offers == await claims.hold("c1", offers, NOW, LATER)
    assert {slot(0), slot(60), slot(0, agent=46)} == set(await claims.held("c1", NOW))


async def test_what_another_call_holds_is_left_out_and_the_rest_is_held(claims):
    await claims.hold("c1", [slot(0)], NOW, LATER)

    assert [slot(30), slot(0, agent=46)] == await claims.hold("c2", [slot(15), slot(30), slot(0, agent=46)], NOW, LATER)


async def test_touching_slots_do_not_overlap(claims):
    await claims.hold("c1", [slot(30)], NOW, LATER)

    assert [slot(0), slot(60)] == await claims.hold("c2", [slot(0), slot(60)], NOW, LATER)


async def test_new_offers_take_the_place_of_the_former_ones(claims):
    await claims.hold("c1", [slot(0)], NOW, LATER)
    assert [slot(15)] == await claims.hold("c1", [slot(15)], NOW, LATER)

    assert [slot(15)] == await claims.held("c1", NOW)
    assert [slot(-15)] == await claims.hold("c2", [slot(-15)], NOW, LATER)


async def test_a_hold_past_its_end_stands_in_nobodys_way(claims):
    await claims.hold("c1", [slot(0)], NOW, LATER)

    assert [] == await claims.hold("c2", [slot(0)], LATER - timedelta(microseconds=1), LATER)
    assert [slot(0)] == await claims.hold("c2", [slot(0)], LATER, LATER + timedelta(minutes=3))
    assert [] == await claims.held("c1", LATER)


async def test_a_renewed_hold_stands_longer_and_an_ended_one_stays_ended(claims):
    await claims.hold("c1", [slot(0)], NOW, LATER)
    await claims.renew("c1", LATER - timedelta(seconds=1), LATER + timedelta(minutes=2))
    assert [slot(0)] == await claims.held("c1", LATER + timedelta(minutes=1))

    await claims.renew("c1", LATER + timedelta(minutes=2), LATER + timedelta(hours=1))
    assert [] == await claims.held("c1", LATER + timedelta(minutes=3))


async def test_picking_one_offer_frees_the_others(claims):
    await claims.hold("c1", [slot(0), slot(60)], NOW, LATER)
    await claims.keep("c1", slot(60))

    assert [slot(60)] == await claims.held("c1", NOW)


async def test_a_released_call_holds_nothing_but_its_reservation_stands(claims):
    await claims.hold("c1", [slot(0), slot(60)], NOW, LATER)
    assert await claims.reserve("k1", "c1", slot(0), NOW)
    await claims.release("c1")

    assert [] == await claims.held("c1", NOW)
    assert not await claims.reserve("k2", "c2", slot(0), NOW + timedelta(days=300))


async def test_a_hold_becomes_a_reservation_and_stands_when_the_hold_would_have_ended(claims):
    await claims.hold("c1", [slot(0)], NOW, LATER)
    assert await claims.reserve("k1", "c1", slot(0), NOW)

    assert [] == await claims.hold("c2", [slot(0)], LATER, LATER + timedelta(minutes=3))


async def test_nobody_reserves_what_another_call_holds(claims):
    await claims.hold("c1", [slot(0)], NOW, LATER)

    assert not await claims.reserve("k2", "c2", slot(15), NOW)
    assert [slot(0)] == await claims.held("c1", NOW)


async def test_a_reservation_that_fails_leaves_the_former_one_and_the_holds(claims):
    await claims.reserve("other", "c9", slot(60), NOW)
    await claims.hold("c1", [slot(90)], NOW, LATER)
    await claims.reserve("k1", "c1", slot(0), NOW)

    assert not await claims.reserve("k1", "c1", slot(75), NOW)
    assert [slot(90)] == await claims.held("c1", NOW)
    assert not await claims.reserve("k2", "c2", slot(0), NOW)


async def test_reserving_again_changes_nothing_and_another_slot_takes_the_place_of_the_first(claims):
    assert await claims.reserve("k1", "c1", slot(0), NOW)
    assert await claims.reserve("k1", "c1", slot(0), NOW)
    assert await claims.reserve("k1", "c1", slot(60), NOW)

    assert await claims.reserve("k2", "c2", slot(0), NOW)


async def test_freeing_gives_the_slot_back_and_freeing_nothing_is_no_error(claims):
    await claims.reserve("k1", "c1", slot(0), NOW)
    await claims.free("k1")
    await claims.free("k1")

    assert await claims.reserve("k2", "c2", slot(0), NOW)


async def test_claimed_tells_holds_and_reservations_apart_and_leaves_out_ones_own(claims):
    await claims.hold("c1", [slot(0)], NOW, LATER)
    await claims.hold("c2", [slot(60), slot(0, agent="room a")], NOW, LATER)
    await claims.reserve("k1", "c1", slot(120), NOW)
    await claims.reserve("k2", "c2", slot(180), NOW)

    seen = await claims.claimed(DAY, NOW, call_id="c1", commitment_id="k2")

    assert {45: [slot(60).interval], "room a": [slot(0).interval]} == seen.held
    assert {45: [slot(120).interval]} == seen.reserved


async def test_claimed_sees_only_what_overlaps_the_window_and_has_not_ended(claims):
    await claims.hold("c1", [slot(0)], NOW, LATER)
    await claims.reserve("k1", "c2", slot(60), NOW)
    window = Interval(slot(0).end, slot(60).start)

    assert {} == (await claims.claimed(window, NOW)).held
    assert {} == (await claims.claimed(window, NOW)).reserved
    assert {} == (await claims.claimed(DAY, LATER)).held


async def test_another_tenant_neither_sees_nor_is_blocked_nor_can_free(database, claims):
    theirs = StoredReservations(database, "demo2")
    await claims.hold("c1", [slot(0)], NOW, LATER)
    await claims.reserve("k1", "c1", slot(60), NOW)

    await theirs.release("c1")
    await theirs.free("k1")
    await theirs.renew("c1", NOW, LATER + timedelta(hours=9))
    await theirs.keep("c1", slot(999))

    assert ({}, {}) == ((await theirs.claimed(DAY, NOW)).held, (await theirs.claimed(DAY, NOW)).reserved)
    assert [] == await theirs.held("c1", NOW)
    assert [slot(0), slot(60)] == await theirs.hold("c1", [slot(0), slot(60)], NOW, LATER)
    assert [slot(0)] == await claims.held("c1", NOW)
    assert {45: [slot(60).interval]} == (await claims.claimed(DAY, NOW)).reserved
    assert [] == await claims.held("c1", LATER)


async def test_of_many_callers_who_want_one_slot_at_once_one_gets_it(url, claims):
    """Through two doors, as two processes would ask."""
    elsewhere = await open_database(url)
    doors = [claims, StoredReservations(elsewhere, "demo")]

    tries = [doors[n % 2].reserve(f"k{n}", f"c{n}", slot(n % 3 * 10), NOW) for n in range(40)]
    won = await asyncio.gather(*tries)
    await elsewhere.close()

    assert 1 == sum(won)


async def test_callers_who_want_the_same_offers_in_different_orders_all_get_an_answer(url, claims):
    """No deadlock reaches a caller."""
    elsewhere = await open_database(url)
    doors = [claims, StoredReservations(elsewhere, "demo")]
    offers = [slot(0), slot(30), slot(60), slot(0, agent=46)]

    tries = [doors[n % 2].hold(f"c{n}", offers[n % 4 :] + offers[: n % 4], NOW, LATER) for n in range(40)]
    held = [each for offers_held in await asyncio.gather(*tries) for each in offers_held]
    await elsewhere.close()

    assert sorted(map(repr, offers)) == sorted(map(repr, held))


@pytest.mark.parametrize("fast", [timedelta(seconds=20), timedelta(minutes=10)], ids=["20 s", "10 min"])
async def test_a_process_whose_clock_is_fast_never_gives_away_what_another_has_reserved(claims, fast):
    """A hold may end for it before it ends for its holder: he is told that the slot is taken, never that he has it."""
    await claims.hold("c1", [slot(0), slot(60)], NOW, LATER)
    await claims.reserve("k1", "c1", slot(0), NOW)

    assert [] == await claims.hold("c2", [slot(0)], NOW + fast, LATER + fast)
    assert not await claims.reserve("k2", "c2", slot(0), NOW + fast)
    given = await claims.hold("c2", [slot(60)], NOW + fast, LATER + fast)
    assert given == ([slot(60)] if NOW + fast >= LATER else [])
    won = [await claims.reserve("k2", "c2", slot(60), NOW + fast), await claims.reserve("k1b", "c1", slot(60), NOW)]
    assert 1 == sum(won)
