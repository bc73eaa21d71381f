"""Calls made for reminders, and numbers that are not to be called."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from tests.store.conftest import NOW

from pupitre.ports import Caps, Due, OutboundCall, Reminder, ReminderStatus, Stale, Traffic
from pupitre.store import open_database
from pupitre.store.due_work import StoredDueWork
from pupitre.store.outbound_calls import StoredOutboundCalls
from pupitre.store.reminders import StoredReminders

PHONE = "+33612345678"
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


DAY = timedelta(days=1)
CAPS = Caps(lines=10, starts_per_minute=60)


class Outbound(StoredOutboundCalls):
    """With a reminder for whatever is dialled."""

    async def dial(self, id_, phone=PHONE, at=NOW, caps=CAPS, *, appointment=7, dials=0, unheard=None):
        reminder = Reminder(id_, appointment, 12, "P1D", NOW + DAY, NOW, NOW, dials=dials)
        await StoredReminders(self._database, self._tenant).put([reminder])
        return await self.begin(reminder, phone, at, caps, unheard)

    async def ends(self, id_, outcome, at, again=None, **changes):
        reminder = Reminder(id_, 7, 12, "P1D", NOW + DAY, NOW, NOW, status=ReminderStatus.DONE)
        return await self.end(msgspec.structs.replace(reminder, **changes), outcome, at, "reminder_unheard", again)


@pytest.fixture
def outbound(database):
    return Outbound(database, "demo")


@pytest.fixture
def reminders(database):
    return StoredReminders(database, "demo")


async def test_a_call_rings_until_its_end_is_noted(outbound, reminders):
    await outbound.dial("r1")
    await outbound.dial("r2", at=NOW + MINUTE, appointment="x")
    assert OutboundCall("r1", 7, PHONE, NOW) == await outbound.of("r1")
    assert OutboundCall("r2", "x", PHONE, NOW + MINUTE) == await outbound.of("r2")
    assert ("dialled", 1) == ((await reminders.read("r1")).status, (await reminders.read("r1")).dials)

    await outbound.pick_up("r1", NOW, None)
    assert NOW == (await outbound.of("r1")).picked_up_at
    assert await outbound.ends("r1", "no_answer", NOW + MINUTE)
    assert await outbound.of("r1") is None


async def test_a_call_is_begun_once_whoever_else_has_read_the_same(outbound):
    await outbound.dial("r1")

    with pytest.raises(Stale):
        await outbound.begin(Reminder("r1", 7, 12, "P1D", NOW + DAY, NOW, NOW), PHONE, NOW + MINUTE, CAPS, None)
    assert [OutboundCall("r1", 7, PHONE, NOW)] == await outbound.since(NOW)


async def test_with_the_end_of_a_call_goes_what_becomes_of_its_reminder(outbound, reminders, database):
    work = StoredDueWork(database)
    unheard = Due("demo", "r1", "reminder_unheard", "r1", NOW)
    again = Due("demo", "r1", "reminder", "r1", NOW + MINUTE)
    await outbound.dial("r1")
    await outbound.pick_up("r1", NOW, unheard)
    assert [unheard] == await work.due(NOW, 10, ["demo"], ["reminder", "reminder_unheard"])

    assert await outbound.ends("r1", "busy", NOW, again, status=ReminderStatus.SCHEDULED, dials=1)
    assert ("scheduled", 1) == ((await reminders.read("r1")).status, (await reminders.read("r1")).dials)
    assert [again] == await work.due(NOW + MINUTE, 10, ["demo"], ["reminder", "reminder_unheard"])


async def test_nothing_is_begun_where_no_line_is_free(outbound, reminders, database):
    unheard = Due("demo", "r3", "reminder_unheard", "r3", NOW)
    for id_ in ("r1", "r2"):
        assert await outbound.dial(id_, caps=Caps(2, 60))

    assert not await outbound.dial("r3", caps=Caps(2, 60), unheard=unheard)
    assert "scheduled" == (await reminders.read("r3")).status
    assert [] == await StoredDueWork(database).due(NOW, 10, ["demo"], ["reminder_unheard"])

    await outbound.ends("r1", "busy", NOW)
    assert await outbound.dial("r3", caps=Caps(2, 60), unheard=unheard)
    assert [unheard] == await StoredDueWork(database).due(NOW, 10, ["demo"], ["reminder_unheard"])
    assert await outbound.dial("r4", caps=Caps(None, 60)), "ringing takes no line"


async def test_no_more_is_begun_within_a_minute_than_allowed(outbound):
    assert await outbound.dial("r1", caps=Caps(None, 1))
    assert not await outbound.dial("r2", at=NOW + MINUTE - SECOND, caps=Caps(None, 1))
    assert await outbound.dial("r2", at=NOW + MINUTE, caps=Caps(None, 1))


async def test_however_many_begin_at_once_the_caps_hold(url):
    """Each with connections of its own, as several desks are."""
    desks = [await open_database(url) for _ in range(4)]
    begun = await asyncio.gather(*(Outbound(desks[n % 4], "demo").dial(f"r{n}", caps=Caps(5, 60)) for n in range(24)))
    for desk in desks:
        await desk.close()

    assert 5 == sum(begun)


async def test_what_is_taken_and_what_was_begun_is_counted(outbound):
    for n in range(4):
        await outbound.dial(f"r{n}", at=NOW + n * SECOND)
    await outbound.ends("r3", "busy", NOW)

    assert Traffic(3, 4) == await outbound.traffic(NOW + 5 * SECOND)
    assert Traffic(3, 1) == await outbound.traffic(NOW + MINUTE + 2 * SECOND)
    assert [NOW + 2 * SECOND, NOW + 3 * SECOND] == await outbound.begun(NOW + 5 * SECOND, 2)
    assert [NOW + 3 * SECOND] == await outbound.begun(NOW + MINUTE + 2 * SECOND, 9)
    assert ["busy", None] == await outbound.lately(NOW, 2)
    assert [] == await outbound.lately(NOW + MINUTE, 2)


async def test_calls_to_a_number_are_counted_from_an_instant_on(outbound):
    await outbound.dial("r1")
    await outbound.dial("r2", "+33698765432")

    assert (1, 0) == (await outbound.to_number(PHONE, NOW), await outbound.to_number(PHONE, NOW + MINUTE))


async def test_an_end_that_comes_twice_or_for_nothing_changes_nothing(outbound):
    await outbound.dial("r1")
    await outbound.ends("r1", "busy", NOW)

    assert not await outbound.ends("r1", "machine", NOW + MINUTE)
    assert not await outbound.ends("r9", "machine", NOW)
    assert [OutboundCall("r1", 7, PHONE, NOW, "busy", None, NOW)] == await outbound.since(NOW)


async def test_a_reminder_may_be_dialled_again(outbound):
    await outbound.dial("r1")
    await outbound.ends("r1", "busy", NOW)
    await outbound.dial("r1", at=NOW + MINUTE, dials=1)
    await outbound.ends("r1", "confirmed", NOW + MINUTE)

    assert ["busy", "confirmed"] == [call.outcome for call in await outbound.since(NOW)]
    assert ["confirmed"] == [call.outcome for call in await outbound.since(NOW + MINUTE)]


async def test_a_call_whose_end_was_never_noted_ends_when_its_reminder_is_dialled_again(outbound):
    await outbound.dial("r1")
    await outbound.dial("r1", at=NOW + MINUTE, dials=1)

    assert ["no_answer", None] == [call.outcome for call in await outbound.since(NOW)]


async def test_a_number_that_asked_for_it_is_not_called_until_it_is_allowed_again(outbound):
    await outbound.forbid(PHONE, NOW, "c1")
    await outbound.forbid(PHONE, NOW)
    assert (True, False) == (await outbound.forbidden(PHONE), await outbound.forbidden("+33698765432"))

    await outbound.allow(PHONE)
    assert not await outbound.forbidden(PHONE)
