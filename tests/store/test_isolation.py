"""Every query by itself: what one tenant has, another neither sees nor changes.

The store is filled with one row of everything, all of them `demo`'s. Each query is then run with the values of those
rows: as `demo`, to prove that they are found by them, and as `demo2`, who must find nothing.
"""

import re
from datetime import date, timedelta
from importlib.resources import files

import pytest
from tests.store.conftest import NOW

from pupitre.store.queries import queries

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)

HOUR = timedelta(hours=1)
NAMES = sorted(path.name for path in files("pupitre.store.queries").iterdir() if path.name.endswith(".sql"))
QUERIES = {
    f"{subject}.{name}": query for subject in (name[:-4] for name in NAMES) for name, query in queries(subject).items()
}
NO_TENANT = {
    "due_work.due": "one worker walks the due work of all tenants",
    "due_work.left": "the same, and what nobody does",
    "roster.feed": "the secret names the tenant",
    "server.time": "one clock for all",
    "sandbox.mark": "one clock for all",
    "sandbox.clock": "the same",
    "sandbox.set_clock": "the same",
    "sandbox.any_call": "no sandbox where any tenant took calls",
    "sync.channel": "the planning names the channel alone",
}
VALUES = {
    "agent_id": 1,
    "patient_id": 1,
    "owner_id": 1,
    "agent": "1",
    "appointment_id": "1",
    "call_id": "c1",
    "commitment_id": "k1",
    "id": 1,
    "key": "key",
    "event_id": "e1",
    "reminder_id": "r1",
    "subject": "s1",
    "hash": "h",
    "body_hash": "h",
    "token_hash": "t",
    "name": "n",
    "value": "v",
    "kind": "call_back",
    "status": "open",
    "state": "S",
    "before": "S",
    "after": "S",
    "source": "ivr",
    "call": "{}",
    "config": "{}",
    "commitment": "{}",
    "followed": "{}",
    "calendar": "{}",
    "channel_id": "ch1",
    "event": "{}",
    "steps": "[]",
    "reply": "{}",
    "answer": "{}",
    "what": "w",
    "detail": "d",
    "reason": "r",
    "ahead": "P1D",
    "opens": "09:00",
    "closes": "12:00",
    "mark": "=dupont",
    "phone": "+33612345678",
    "patient_phone": "+33612345678",
    "birth_date": date(1942, 3, 12),
    "closed_by": "Anne",
    "external_uid": "u",
    "calendar_id": "c",
    "etag": "1",
    "seq": 1,
    "opening": 1,
    "version": 1,
    "expected": 1,
    "n": 1,
    "weekday": 0,
    "dials": 0,
    "rank": 0,
    "lines": 10,
    "starts_per_minute": 60,
    "limit": 10,
    "at": NOW,
    "now": NOW,
    "due": NOW,
    "dial_at": NOW,
    "asked_at": NOW,
    "until": NOW + HOUR,
    "since": NOW - HOUR,
    "starts": NOW,
    "ends": NOW + HOUR,
    "ended_at": None,
}
"""What a parameter of this name is given; one that is not here is null."""

MEANT = {
    "calls.silent": {"since": NOW + HOUR},
    "calls.add_turn": {"seq": 1},
    "patients.page": {"after": 0},
    "reservations.reap": {"now": NOW + 2 * HOUR},
    "reservations.reserve": {"starts": NOW + HOUR, "ends": NOW + 2 * HOUR},
    "reservations.release_others": {"starts": NOW - HOUR},
    "appointments.create": {"status": "confirmed"},
    "appointments.move": {"status": "confirmed"},
    "commitments.open": {"id": "k1", "status": "running"},
    "commitments.running": {"after": "", "seconds": 0},
    "commitments.with_status": {"status": "running"},
    "commitments.read": {"id": "k1"},
    "commitments.save": {"id": "k1"},
    "commitments.add_line": {"id": "k1"},
    "commitments.history": {"id": "k1"},
    "commitments.waited": {"id": "k1"},
    "reminders.put": {"id": "r1", "patient_id": "1", "status": "scheduled"},
    "reminders.read": {"id": "r1"},
    "reminders.dial": {"id": "r1"},
    "due_work.hasten": {"now": NOW - HOUR, "soon": NOW - HOUR},
    "reminders.ahead": {"id": "r2"},
    "tasks.leave": {"kind": "conflict"},
    "tasks.close_under": {"prefix": "k", "but": ""},
    "sync.forget": {"now": NOW + 2 * HOUR},
}
"""Where a name is given something else than usual."""

FILL = (
    *("calls.begin", "calls.add_turn", "calls.pin", "roster.add_agent", "roster.open_hours", "roster.add_absence"),
    *("roster.add_feed", "patients.add", "patients.add_phone", "patients.add_mark", "appointments.create"),
    *("commitments.open", "commitments.add_line", "tasks.leave", "due_work.put", "reminders.put", "reservations.hold"),
    *("reservations.reserve", "reservations.count_freed", "idempotency_keys.keep", "sandbox.put_setting"),
    *("outbound_calls.begin", "outbound_calls.forbid", "sync.follow", "sync.put_calendar"),
)
"""In the order in which rows point at one another."""
FIRST = {
    "patients.remove": ["sandbox.empty_appointments"],
    "sandbox.empty_patients": ["sandbox.empty_appointments"],
    "sandbox.empty_agents": ["sandbox.empty_appointments", "sandbox.empty_patients"],
}
"""What must be gone before a row can go."""
ASKING = [name for name, query in QUERIES.items() if name not in NO_TENANT and not query.sqlite.startswith("INSERT")]


def statement(name, tenant, **more):
    values = VALUES | MEANT.get(name, {}) | more | {"tenant": tenant}
    return QUERIES[name].bind(**{param: values.get(param) for param in QUERIES[name].order})


@pytest.fixture
async def full(database):
    for name in FILL:
        [result] = await database.write(statement(name, "demo"))
        assert 1 == result.touched, name
    return database


def tables(database):
    found = database._reading.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    return {table["name"] for table in found if re.search(r"\btenant\b", table["sql"])}


def rows_of_demo(database):
    return {
        table: database._reading.execute(f"SELECT * FROM {table} WHERE tenant = 'demo'").fetchall()
        for table in tables(database)
    }


async def test_there_is_a_row_of_everything_to_be_found(full):
    assert [] == [table for table, rows in rows_of_demo(full).items() if not rows]


@pytest.mark.parametrize("name", ASKING)
async def test_a_query_finds_the_tenants_own_rows_and_as_another_tenant_nothing(full, name):
    before = rows_of_demo(full)
    [theirs] = await full.write(statement(name, "demo2"))

    assert 0 == theirs.touched
    assert before == rows_of_demo(full)

    await full.write(*(statement(first, "demo") for first in FIRST.get(name, [])))
    [own] = await full.write(statement(name, "demo"))
    assert own.touched >= 1


async def test_the_rows_of_another_tenant_with_the_same_keys_take_no_place_of_ours(full):
    before = rows_of_demo(full)
    theirs = {"agent_id": 2, "patient_id": 2, "owner_id": 2, "token_hash": "theirs", "channel_id": "theirs"}
    for name in FILL:
        more = {} if name == "reminders.put" else theirs
        [result] = await full.write(statement(name, "demo2", **more))
        assert 1 == result.touched, name

    assert before == rows_of_demo(full)


async def test_every_query_names_its_tenant_but_those_that_say_why(database):
    assert set(NO_TENANT) == {name for name, query in QUERIES.items() if "tenant" not in query.order}


async def test_emptying_a_tenant_forgets_nothing_but_pinned_configurations(database):
    emptied = {name.removeprefix("sandbox.empty_") for name in QUERIES if name.startswith("sandbox.empty_")}

    assert {"configs"} == tables(database) ^ emptied
