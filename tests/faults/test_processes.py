"""Several processes, and what happens to them: death beside a living one, a deploy, their database going away.

All on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
import time

import pytest
from tests.faults.running import Program, asked, day, nothing_untrue, slots, until
from tests.servers import postgres as server

from pupitre.model import Intent, SyncState
from pupitre.ports import Unavailable
from pupitre.store import migrate

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


def one_of_everything(backends, slot):
    [appointment] = backends.records.appointments.values()
    assert (appointment.slot, appointment.sync_state) == (slot, SyncState.SYNCED)
    [event] = backends.events()
    assert event.slot == slot


@pytest.mark.parametrize("place", ["record:start", "records.create:after", "plan:start", "agenda.insert:after"])
def test_a_living_process_takes_over_what_a_dead_one_left(start, backends, place):
    living, mortal = start(), start(PUPITRE_TEST_DIE_AT=place)
    wanted = asked(Intent.BOOK, day())
    assert mortal.commit(wanted) is None
    mortal.wait_until_dead()

    until(lambda: living.standing(wanted.id)["status"] == "done", 60)

    assert living.commit(wanted) == "recorded"
    one_of_everything(backends, day())


def test_any_turn_of_any_call_may_come_to_any_process(start, backends):
    one, other = start(), start()
    wanted = asked(Intent.BOOK, day())
    told = []
    callers = [threading.Thread(target=lambda p=p: told.append(p.insist(wanted))) for p in (one, other) * 4]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    assert told == ["recorded"] * 8
    one_of_everything(backends, day())


@pytest.mark.parametrize("place", ["record:start", "plan:start"])
def test_what_an_older_version_began_a_newer_one_finishes(start, backends, place):
    """The older version had a step more: its history cannot be followed, so the commitment is begun again."""
    older = start(PUPITRE_TEST_STEPS="old", PUPITRE_TEST_DIE_AT=place)
    wanted = asked(Intent.BOOK, day())
    assert older.commit(wanted) is None
    older.wait_until_dead()

    newer = start()

    until(lambda: newer.standing(wanted.id)["status"] == "done", 60)
    one_of_everything(backends, day())


def test_what_an_older_version_put_off_a_newer_one_does_when_it_is_due(start, backends):
    async def down(call, when):
        if call == "agenda.insert":
            raise Unavailable("down")

    backends.agenda.fault = down
    older = start(PUPITRE_TEST_STEPS="old")
    wanted = asked(Intent.BOOK, day())
    assert older.insist(wanted) == "recorded"
    until(lambda: older.standing(wanted.id)["status"] == "waiting", 60)
    older.stop()
    del backends.agenda.fault
    backends.agenda.fault = backends.records.fault

    newer = start(PUPITRE_TEST_MINUTES_LATER="5")

    until(lambda: newer.standing(wanted.id)["status"] == "done", 60)
    one_of_everything(backends, day())


def book_all(program, wanted, told):
    """Callers one after another, each insisting."""
    for one in wanted:
        told[one.id] = program.insist(one, 120)


@pytest.mark.real
def test_postgresql_restarts_under_load_and_no_commitment_is_lost(backends, tmp_path):
    folder = server.data_folder()
    running, process = server.start(folder)
    address = running.create_database()
    asyncio.run(migrate(address))
    program = Program(address, address, backends.url)
    try:
        wanted = [asked(Intent.BOOK, slot, call=f"call-{n}") for n, slot in enumerate(slots(18))]
        told: dict[str, str] = {}
        callers = [threading.Thread(target=book_all, args=(program, wanted[n::3], told)) for n in range(3)]
        for caller in callers:
            caller.start()
        until(lambda: len(told) >= 3, 60)
        server.stop(process)
        time.sleep(1)
        running, process = server.start(folder, running.port)
        for caller in callers:
            caller.join()
        until(lambda: all(program.standing(one.id)["status"] in ("done", "withdrawn") for one in wanted), 120)
        assert sorted(told) == sorted(one.id for one in wanted)
        nothing_untrue(backends, wanted, told)
    finally:
        program.stop()
        program.process.stdout.close()
        server.stop(process)
        shutil.rmtree(folder, ignore_errors=True)
