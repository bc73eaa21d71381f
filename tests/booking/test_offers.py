"""Offers are held for the caller who hears them, and say why when there are none."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tests.booking.conftest import AGENTS, slot

from pupitre.booking.commit import commit
from pupitre.booking.offers import pick, propose_slots, release, renew
from pupitre.dialogue.effects import ProposeSlots
from pupitre.dialogue.events import CommitOutcome
from pupitre.model import Interval, Slot
from pupitre.ports import Busy, Unavailable
from pupitre.slots import NoSlot
from pupitre.wish import Clause, Wish

ANY = ProposeSlots(Wish(any=True))
TUESDAY_6 = ProposeSlots(Wish(any_of=(Clause(dates=(slot(6, "09:00").start.date(),)),)))


def only_free(desk, *slots):
    """All agents are busy but at these slots."""
    for agent in AGENTS:
        edge = slot(1, "00:00").start
        for free in sorted((s for s in slots if s.agent_id == agent.id), key=lambda s: s.start):
            desk.agenda.put(agent, edge, free.start)
            edge = free.end
        desk.agenda.put(agent, edge, slot(31, "00:00").start)


async def test_no_slot_is_offered_to_two_callers(desk):
    first = await propose_slots(desk.world, "call-1", ANY)
    second = await propose_slots(desk.world, "call-2", ANY)

    assert len(first.slots) == len(second.slots) == 3
    assert not set(first.slots) & set(second.slots)


async def test_many_callers_at_once_are_offered_different_slots(desk):
    told = await asyncio.gather(*(propose_slots(desk.world, f"call-{n}", TUESDAY_6) for n in range(12)))

    offered = [slot for one in told for slot in one.slots]
    assert len(offered) == len(set(offered))
    assert all(one.slots for one in told)


async def test_the_holder_is_not_blocked_by_his_own_hold(desk):
    only_free(desk, slot(6, "09:00"))
    first = await propose_slots(desk.world, "call-1", ANY)

    assert first.slots == (slot(6, "09:00"),)
    assert await propose_slots(desk.world, "call-1", ANY) == first
    assert (await commit(desk.world, desk.book(first.slots[0]), 2.5)).outcome is CommitOutcome.RECORDED


async def test_when_all_that_is_free_is_held_others_are_told_so_and_get_it_when_it_is_let_go(desk):
    only_free(desk, slot(6, "09:00"), slot(6, "10:00", 46))
    await propose_slots(desk.world, "call-1", ANY)

    assert (await propose_slots(desk.world, "call-2", ANY)).reason is NoSlot.HELD
    await pick(desk.world, "call-1", slot(6, "09:00"))
    assert (await propose_slots(desk.world, "call-2", ANY)).slots == (slot(6, "10:00", 46),)
    await release(desk.world, "call-1")
    assert (await propose_slots(desk.world, "call-2", ANY)).slots == (slot(6, "09:00"), slot(6, "10:00", 46))


@pytest.mark.parametrize("held", [True, False], ids=["held when he asked", "asked for meanwhile"])
async def test_what_is_booked_while_a_slow_planning_is_read_is_not_offered(desk, held):
    """It has left our claims for a planning that was read before it was there: neither shows it."""
    only_free(desk, slot(6, "09:00"), slot(6, "10:00", 46))
    if held:
        await propose_slots(desk.world, "call-1", TUESDAY_6)
        await pick(desk.world, "call-1", slot(6, "09:00"))
    found = await desk.agenda.busy(AGENTS, Interval(slot(2, "00:00").start, slot(31, "00:00").start))

    class Slow:
        """Reads first, and answers when the other caller has his appointment."""

        async def busy(self, agents, window):
            object.__setattr__(desk.world, "free_busy", desk.agenda)
            assert (await commit(desk.world, desk.book(slot(6, "09:00")), 10)).outcome is CommitOutcome.RECORDED
            return found

    object.__setattr__(desk.world, "free_busy", Slow())

    assert (await propose_slots(desk.world, "call-2", ANY)).slots == (slot(6, "10:00", 46),)


async def test_who_is_offered_nothing_holds_nothing(desk):
    only_free(desk, slot(6, "09:00"))
    await propose_slots(desk.world, "call-1", ANY)
    desk.agenda.put(AGENTS[0], slot(6, "09:00").start, slot(6, "09:00").end)

    assert (await propose_slots(desk.world, "call-1", ANY)).reason is NoSlot.FULLY_BOOKED
    assert await desk.world.reservations.held("call-1", desk.clock.now()) == []


async def test_a_hold_ends_unless_the_call_goes_on(desk):
    only_free(desk, slot(6, "09:00"))
    await propose_slots(desk.world, "call-1", ANY)
    desk.clock.instant += timedelta(minutes=2)
    await renew(desk.world, "call-1")
    desk.clock.instant += timedelta(minutes=2)
    assert (await propose_slots(desk.world, "call-2", ANY)).reason is NoSlot.HELD

    desk.clock.instant += timedelta(minutes=1)

    assert (await propose_slots(desk.world, "call-2", ANY)).slots == (slot(6, "09:00"),)
    assert (await commit(desk.world, desk.book(slot(6, "09:00")), 2.5)).outcome is CommitOutcome.SLOT_TAKEN


async def test_an_expired_hold_may_still_be_booked_if_nobody_else_holds_it(desk):
    only_free(desk, slot(6, "09:00"))
    await propose_slots(desk.world, "call-1", ANY)
    desk.clock.instant += timedelta(hours=1)

    assert (await commit(desk.world, desk.book(slot(6, "09:00")), 2.5)).outcome is CommitOutcome.RECORDED


async def test_a_planning_that_cannot_be_read_is_never_called_full(desk):
    async def down(call, when):
        if call == "agenda.busy":
            raise Unavailable("down")

    desk.agenda.fault = down

    assert (await propose_slots(desk.world, "call-1", ANY)).reason is NoSlot.UNAVAILABLE


async def test_an_agent_whose_calendar_answers_with_an_error_is_left_out_visibly(desk):
    seen = []

    class HalfBlind:
        async def busy(self, agents, window):
            return Busy({46: []}, {45: "notFound", 47: "notFound"})

    object.__setattr__(desk.world, "free_busy", HalfBlind())
    object.__setattr__(desk.world, "notice", lambda what, why: seen.append((what, why)))

    told = await propose_slots(desk.world, "call-1", ANY)

    assert {s.agent_id for s in told.slots} == {46}
    assert seen == [("agent 45", "notFound"), ("agent 47", "notFound")]


async def test_no_agent_is_a_reason_of_its_own(desk):
    assert (await propose_slots(desk.world, "call-1", ANY, eligible=[])).reason is NoSlot.NO_AGENT


async def test_the_appointment_to_be_moved_does_not_stand_in_its_own_way(desk):
    only_free(desk, Slot(slot(6, "09:00").start, slot(6, "09:15").end, 45))
    await commit(desk.world, desk.book(slot(6, "09:00")), 2.5)

    moving = ProposeSlots(Wish(any=True), moving=1)

    assert (await propose_slots(desk.world, "call-2", ANY)).reason is NoSlot.FULLY_BOOKED
    assert (await propose_slots(desk.world, "call-2", moving)).slots == (slot(6, "09:15"),)


async def test_a_move_to_where_it_stands_is_no_offer(desk):
    only_free(desk, slot(6, "09:00"))
    await commit(desk.world, desk.book(slot(6, "09:00")), 2.5)

    told = await propose_slots(desk.world, "call-2", ProposeSlots(Wish(any=True), moving=1))

    assert (told.slots, told.reason) == ((), NoSlot.FULLY_BOOKED)


async def test_a_move_tries_the_same_agent_first_and_a_booking_the_patient_s_own(desk):
    await commit(desk.world, desk.book(slot(7, "09:00", 47)), 2.5)

    moved = await propose_slots(desk.world, "call-2", ProposeSlots(Wish(any=True), moving=1))
    booked = await propose_slots(desk.world, "call-3", ANY, owner_id=46)

    assert {s.agent_id for s in moved.slots} == {47}
    assert {s.agent_id for s in booked.slots} == {46}
