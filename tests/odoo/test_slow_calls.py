"""A real Odoo that answers late, or whose answers come when nobody waits for them: whoever is told that it is noted has
an appointment in it, and whoever is told that it is not has none.
"""

import dataclasses
import logging
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from tests.odoo.test_whole_call import desk_of
from tests.servers.wire import Wire
from tests.sync.calling import Talk

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("odoo")]

_log = logging.getLogger(__name__)

MONDAY = datetime(2028, 9, 4, 9, tzinfo=ZoneInfo("Europe/Paris"))
CALLERS = int(os.environ.get("PUPITRE_SLOW_CALLERS", "12"))
DELAYS = [0, 0, 0, 0, 0, 0, 0, 0.4, 0.8, 1.6, 3, 6, 11]
"""Seconds before or after a request; the desk waits ten for an answer, the caller twelve for his record."""


@pytest.fixture(params=["place19", "place19_with_key"], ids=["session", "key"])
def slow(request, tmp_path):
    """The place, a desk on it, and the wire between the two."""
    place = request.getfixturevalue(request.param)
    wire = Wire(place.settings.url)
    seen = dataclasses.replace(place, settings=msgspec.structs.replace(place.settings, url=wire.url))
    with desk_of(tmp_path / "desk", seen, MONDAY) as desk:
        yield place, desk, wire
    wire.stop()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(1, 1 + int(os.environ.get("PUPITRE_SLOW_SEEDS", "1"))))
def test_what_a_caller_is_told_is_so_however_late_odoo_answers(slow, seed):
    """`PUPITRE_SLOW_SEEDS=10` plays more of them."""
    place, desk, wire = slow
    chance = random.Random(seed)

    def late(exchange, _edge):
        if exchange.name.startswith("calendar.event."):
            time.sleep(chance.choice(DELAYS))

    patients = [(place.new_number(), f"slow-{seed}-{n}") for n in range(CALLERS)]
    ids = {call: place.patient("Jean Dupont", phone=number) for number, call in patients}

    def call(one):
        number, id_ = one
        caller = {"from_e164": number, "channel": "pstn"}
        talk = Talk(lambda: desk, "BOOK", id_, caller=caller).play(wish="mardi ou mercredi")
        return talk, records(place, ids[id_])

    wire.hook = late
    with ThreadPoolExecutor(4) as threads:
        played = list(threads.map(call, patients))
    wire.clear()
    wire.settle(30)
    desk.clock(advance="PT3H")

    told = [talk.call_id for talk, _ in played if talk.told]
    _log.info("%d of %d were told that it is noted", len(told), len(played))
    for talk, then in played:
        if talk.told:
            assert [one["x_status"] for one in then] == ["confirmed"], talk.heard
        now = records(place, ids[talk.call_id])
        expected = [("confirmed", "synced")] if talk.told else []
        assert [(one["x_status"], one["x_sync_state"]) for one in now if one["x_status"] != "canceled"] == expected, (
            talk.heard
        )
    starts = [one["start"] for talk, _ in played for one in records(place, ids[talk.call_id]) if talk.told]
    assert len(starts) == len(set(starts)), "two of one agent at one time"


def records(place, patient):
    """What Odoo has of the patient now."""
    fields = ["start", "x_status", "x_sync_state"]
    return place.admin.call("calendar.event", "search_read", [["x_patient_partner_id", "=", patient]], fields=fields)
