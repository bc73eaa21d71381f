"""Callers race for slots through real HTTP and three server processes on one PostgreSQL.

Five seeds; `PUPITRE_RACES=50 pytest -s tests/faults/test_races.py` plays fifty and prints what became of all callers.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import defaultdict
from itertools import combinations

import aiohttp
import msgspec
import psycopg
import pytest
from tests.faults.crowd import Caller, Crowd
from tests.servers.desk import made, serving
from tests.servers.postgres import postgres  # noqa: F401  a fixture

pytestmark = [pytest.mark.faults, pytest.mark.real, pytest.mark.timeout(900)]

SEEDS = range(int(os.environ.get("PUPITRE_RACES", "5")))
TUESDAY_AT_NINE = "2026-01-06T09:00:00+01:00"
AGENTS = ["a45", "a46", "a47"]
TEN = [
    (f"{start // 60:02}:{start % 60:02}", f"{(start + 30) // 60:02}:{(start + 30) % 60:02}")
    for first in (9 * 60, 14 * 60)
    for start in range(first, first + 5 * 45, 45)
]
"""Ten half-hours of a working day, apart from each other: ten slots, no more."""
DAY = ("2026-01-{:02}T00:00:00+01:00", "2026-01-{:02}T23:59:00+01:00")


@pytest.fixture(scope="module")
def desks(postgres, tmp_path_factory):  # noqa: F811 -- a fixture
    """Three desks on one PostgreSQL."""
    with three_desks(postgres, tmp_path_factory.mktemp("races") / "home") as running:
        yield running


class Tally(msgspec.Struct):
    """What became of the callers of one kind of race, over all seeds."""

    races: int = 0
    callers: int = 0
    booked: int = 0
    offered: int = 0
    """Callers who were read an offer and did not book it."""
    waited: int = 0
    """Callers who were told that all slots are held for others."""
    appointments: int = 0

    def add(self, callers, appointments):
        self.races += 1
        self.callers += len(callers)
        self.booked += sum(caller.booked for caller in callers)
        self.offered += sum(bool(caller.offers) and not caller.booked for caller in callers)
        self.waited += sum(caller.told_held > 0 for caller in callers)
        self.appointments += len(appointments)


@pytest.fixture(scope="module")
def tallies():
    """Kind of race -> its tally; printed as a table when all are over."""
    kept = defaultdict(Tally)
    yield kept
    fields = Tally.__struct_fields__
    print("\n\n| race | " + " | ".join(fields) + " |\n|---|" + "---|" * len(fields))  # noqa: T201 -- what it is run for
    for kind, tally in kept.items():
        print(f"| {kind} | " + " | ".join(str(n) for n in msgspec.structs.astuple(tally)) + " |")  # noqa: T201 -- what it is run for


@contextlib.contextmanager
def three_desks(server, home):
    database = server.create_database()
    made(home, "--database", database)
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(serving(home)) for _ in range(3)], database
    server.drop_database(database)


def world(desk, callers, busy):
    patients = [{"name": f"Patient Numero{n}", "phone": phone(n)} for n in range(callers)]
    agents = [{"id": f"a{n}", "name": f"Agent {n}", "calendar": f"a{n}@demo.test"} for n in (45, 46, 47)]
    desk.load(agents=agents, patients=patients, busy=busy, appointments=[])
    return [p["phone"] for p in patients]


def phone(n):
    """Numbers kept for fiction (Arcep): 06 39 98 00 00 to 99, and others after them."""
    return f"+336399{80000 + n}"


def busy_but(agent, day, *free):
    """An agent's busy time on a day but for these spans."""
    edges = [DAY[0].format(day)]
    for start, end in free:
        edges += [f"2026-01-{day:02}T{start}:00+01:00", f"2026-01-{day:02}T{end}:00+01:00"]
    edges.append(DAY[1].format(day))
    return [{"agent": agent, "start": a, "end": b} for a, b in zip(edges[::2], edges[1::2], strict=True)]


def active(desk):
    return [a for a in desk.state["appointments"] if a["status"] == "confirmed"]


def no_overlap(appointments):
    for one, other in combinations(appointments, 2):
        if one["agent"] == other["agent"]:
            assert one["end"] <= other["start"] or other["end"] <= one["start"], (one, other)


def race_for_one(desks, seed):
    """64 callers want one hour of one agent, who has nothing else that day; other days are open."""
    phones = world(
        desks[0],
        64,
        [*busy_but("a45", 6, ("09:00", "09:30")), *busy_but("a46", 6), *busy_but("a47", 6)],
    )
    callers = [Caller(f"one-{seed}-{n}", tel, "mardi 6 janvier à 9 heures") for n, tel in enumerate(phones)]
    asyncio.run(Crowd(desks, seed).call_all(callers))
    return callers


@pytest.mark.parametrize("seed", SEEDS)
def test_64_callers_want_one_slot_and_one_gets_it(desks, tallies, seed):
    running, _ = desks
    callers = race_for_one(running, seed)

    assert [caller.trouble for caller in callers if caller.trouble] == []
    offered = [caller for caller in callers if "2026-01-06 09:00:00" in {s for heard in caller.offers for s in heard}]
    assert len(offered) == 1
    assert all(caller.offers and caller.offers[0] for caller in callers), "everybody was offered something"
    appointments = active(running[0])
    no_overlap(appointments)
    assert len(appointments) == sum(caller.booked for caller in callers)
    assert [a["call_id"] for a in appointments if a["start"] == TUESDAY_AT_NINE] == [offered[0].call_id]
    assert {a["call_id"] for a in appointments} == {caller.call_id for caller in callers if caller.booked}
    tallies["64 for one slot"].add(callers, appointments)


async def commit_all(desks, number, patients):
    """Everybody commits the very same slot at once, nobody having held it."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def one(n):
            desk = desks[n % len(desks)]
            body = {
                "intent": "BOOK",
                "call_id": f"commit-{n}",
                "partner_id": patients[n],
                "slot": {"start": "2026-01-06 09:00:00", "stop": "2026-01-06 09:30:00", "owner_user_id": number},
            }
            headers = {"Authorization": f"Bearer {desk.gateway}", "Idempotency-Key": f"key-{n}"}
            async with session.post(f"{desk.url}/v1/commit_event", json=body, headers=headers) as answer:
                told = await answer.json()
                return answer.status, told.get("type", "").rpartition("/")[2].rpartition(":")[2]

        return await asyncio.gather(*(one(n) for n in range(len(patients))))


def race_to_commit(desks, callers=64):
    phones = world(desks[0], callers, [])
    loaded = desks[0].load(
        agents=[{"id": "a45", "name": "Agent 45", "calendar": "a45@demo.test"}],
        patients=[{"name": f"Patient Numero{n}", "phone": tel} for n, tel in enumerate(phones)],
        busy=[],
        appointments=[],
    )
    patients = []
    for tel in phones:
        found = desks[0].post("/v1/lookup_patient", {"phone": tel}).json["patients"]
        patients.append(found[0]["partner_id"])
    number = loaded["agents"]["a45"] if "agents" in loaded else next(iter(loaded.values()))
    return asyncio.run(commit_all(desks, number, patients))


@pytest.mark.parametrize("seed", SEEDS)
def test_64_commit_one_slot_and_one_has_it(desks, tallies, seed):
    running, _ = desks
    told = race_to_commit(running)

    assert [status for status, _ in told].count(200) == 1, told
    assert {kind for status, kind in told if status != 200} == {"slot_taken"}
    assert len(active(running[0])) == 1
    told_so = [Caller(str(n), "", "", booked=status == 200) for n, (status, _) in enumerate(told)]
    tallies["64 commit one slot"].add(told_so, active(running[0]))


@pytest.mark.parametrize("seed", SEEDS)
def test_500_callers_share_40_slots(desks, tallies, seed):
    running, _ = desks
    busy = [b for agent in AGENTS for b in busy_but(agent, 5, *TEN)] + busy_but("a45", 6, *TEN)
    busy += [b for day in range(6, 17) for agent in AGENTS[day == 6 :] for b in busy_but(agent, day)]
    phones = world(running[0], 500, busy)
    callers = [Caller(f"many-{seed}-{n}", tel, "n'importe quand") for n, tel in enumerate(phones)]
    asyncio.run(Crowd(running, seed).call_all(callers))

    assert [caller.trouble for caller in callers if caller.trouble] == []
    appointments = active(running[0])
    no_overlap(appointments)
    assert {a["call_id"] for a in appointments} == {caller.call_id for caller in callers if caller.booked}
    assert len(appointments) == 40
    assert sum(bool(caller.offers) for caller in callers) == 40, "nobody was offered what somebody else got"
    tallies["500 for 40 slots"].add(callers, appointments)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_is_told_that_all_slots_are_held_asks_again_and_gets_one(desks, tallies, seed):
    """Four slots, all read out to the first two of twelve callers for a while: two are theirs, two are let go."""
    running, _ = desks
    busy = busy_but("a45", 5, *TEN[:4]) + [b for agent in AGENTS[1:] for b in busy_but(agent, 5)]
    busy += [b for day in range(6, 17) for agent in AGENTS for b in busy_but(agent, day)]
    phones = world(running[0], 12, busy)
    callers = [Caller(f"held-{seed}-{n}", tel, "n'importe quand") for n, tel in enumerate(phones)]
    asyncio.run(Crowd(running, seed, listens=1.0).call_all(callers))

    assert [caller.trouble for caller in callers if caller.trouble] == []
    assert len(active(running[0])) == 4
    assert any(caller.told_held and caller.booked for caller in callers), "told to wait, asked again, and got one"
    tallies["12 for 4 held slots"].add(callers, active(running[0]))


def test_without_the_constraint_the_race_is_lost(postgres, tmp_path):  # noqa: F811 -- a fixture
    """What the tests above would show if the code alone decided who has a slot."""
    with three_desks(postgres, tmp_path / "home") as (running, database):
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("ALTER TABLE claims DROP CONSTRAINT claims_apart")
            connection.execute("ALTER TABLE appointments DROP CONSTRAINT appointments_apart")
        booked = max([status for status, _ in race_to_commit(running)].count(200) for _ in range(3))

    assert booked > 1
