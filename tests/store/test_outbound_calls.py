"""Calls made for reminders, and numbers that are not to be called."""

from datetime import timedelta

import pytest
from tests.store.conftest import NOW

from pupitre.ports import OutboundCall
from pupitre.store.outbound_calls import StoredOutboundCalls

PHONE = "+33612345678"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def outbound(database):
    return StoredOutboundCalls(database, "demo")


async def test_a_call_rings_until_its_end_is_noted(outbound):
    await outbound.begin("r1", 7, PHONE, NOW)
    await outbound.begin("r2", "x", PHONE, NOW + MINUTE)
    assert [OutboundCall("r1", 7, PHONE, NOW), OutboundCall("r2", "x", PHONE, NOW + MINUTE)] == await outbound.ringing()

    assert await outbound.end("r1", "no_answer", NOW + MINUTE)
    assert ["r2"] == [call.reminder_id for call in await outbound.ringing()]


async def test_a_call_that_rings_already_is_not_begun_again(outbound):
    await outbound.begin("r1", 7, PHONE, NOW)
    await outbound.begin("r1", 7, PHONE, NOW + MINUTE)

    assert [OutboundCall("r1", 7, PHONE, NOW)] == await outbound.ringing()


async def test_calls_to_a_number_are_counted_from_an_instant_on(outbound):
    await outbound.begin("r1", 7, PHONE, NOW)
    await outbound.begin("r2", 7, "+33698765432", NOW)

    assert (1, 0) == (await outbound.to_number(PHONE, NOW), await outbound.to_number(PHONE, NOW + MINUTE))


async def test_an_end_that_comes_twice_or_for_nothing_changes_nothing(outbound):
    await outbound.begin("r1", 7, PHONE, NOW)
    await outbound.end("r1", "busy", NOW)

    assert not await outbound.end("r1", "machine", NOW + MINUTE)
    assert not await outbound.end("r9", "machine", NOW)
    assert [OutboundCall("r1", 7, PHONE, NOW, "busy", NOW)] == await outbound.since(NOW)


async def test_a_reminder_may_be_dialled_again(outbound):
    await outbound.begin("r1", 7, PHONE, NOW)
    await outbound.end("r1", "busy", NOW)
    await outbound.begin("r1", 7, PHONE, NOW + MINUTE)
    await outbound.end("r1", "confirmed", NOW + MINUTE)

    assert ["busy", "confirmed"] == [call.outcome for call in await outbound.since(NOW)]
    assert ["confirmed"] == [call.outcome for call in await outbound.since(NOW + MINUTE)]


async def test_a_number_that_asked_for_it_is_not_called_until_it_is_allowed_again(outbound):
    await outbound.forbid(PHONE, NOW, "c1")
    await outbound.forbid(PHONE, NOW)
    assert (True, False) == (await outbound.forbidden(PHONE), await outbound.forbidden("+33698765432"))

    await outbound.allow(PHONE)
    assert not await outbound.forbidden(PHONE)
