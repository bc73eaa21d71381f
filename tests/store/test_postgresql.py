"""What holds on PostgreSQL alone: what a planner without statistics does, and what those who wait leave to others."""

import asyncio
import json
from datetime import timedelta

import asyncpg
import pytest
from tests.store.conftest import NOW

from pupitre.ports import Caps, Due, Reminder
from pupitre.store.database import Query
from pupitre.store.due_work import StoredDueWork
from pupitre.store.outbound_calls import StoredOutboundCalls
from pupitre.store.queries import queries
from pupitre.store.reminders import StoredReminders

pytestmark = [
    pytest.mark.real,
    pytest.mark.parametrize("url", [pytest.param("postgresql")], indirect=True),
]

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
MANY = 20_000
FEW_PAGES = 60
"""An index, a row, and what writing it touches; a walk over the rows that wait touches hundreds."""

WAITING = f"""
INSERT INTO reminders (tenant, id, appointment_id, patient_id, ahead, status, starts, due, dial_at, dials)
SELECT 'demo', 'r' || n, 'a' || n, 'p' || n, 'P1D', 'scheduled', at + interval '1 day', at, at, 0
FROM generate_series(1, {MANY}) AS n, LATERAL (SELECT $1::timestamptz + n * interval '1 second' AS at) AS its;
"""
DUE = f"""
INSERT INTO due_work (tenant, kind, key, subject, due)
SELECT 'demo', 'reminder', 'r' || n, 'r' || n, $1::timestamptz + n * interval '1 second'
FROM generate_series(1, {MANY}) AS n;
"""
RUNG = f"""
INSERT INTO outbound_calls (tenant, reminder_id, appointment_id, phone, at, outcome, ended_at)
SELECT 'demo', 'o' || n, 'a' || n, '+336' || (10000000 + n), at, 'confirmed', at
FROM generate_series(1, {MANY}) AS n, LATERAL (SELECT $1::timestamptz - n * interval '1 minute' AS at) AS its;
"""
GIVEN = {
    "tenant": "demo",
    "tenants": '["demo", "demo2"]',
    "kinds": '["commitment", "reminder"]',
    "id": "r7",
    "key": "r7",
    "reminder_id": "o7",
    "subject": "r7",
    "appointment_id": "a7",
    "patient_id": "p7",
    "phone": "+33610000007",
    "kind": "reminder",
    "ahead": "P1D",
    "status": "done",
    "outcome": "confirmed",
    "at": NOW,
    "now": NOW,
    "soon": NOW + SECOND,
    "until": NOW + 7 * SECOND,
    "since": NOW - 60 * SECOND,
    "starts": NOW + DAY + 7 * SECOND,
    "due": NOW + 7 * SECOND,
    "dial_at": NOW + 7 * SECOND,
    "dials": 0,
    "limit": 10,
    "lines": 10,
    "starts_per_minute": 60,
}
FOR_ONE = {
    "due_work": ("put", "ensure", "drop", "hasten", "done", "due"),
    "reminders": ("put", "read", "of_appointment", "waiting", "ahead", "dial"),
    "outbound_calls": (
        *("begin", "pick_up", "end", "of_reminder", "lines", "starts", "begun", "lately", "to_number", "forbidden"),
    ),
}
"""All that is asked and written for one reminder that is due."""


@pytest.fixture
async def uncounted(url):
    """A connection to a store in which many wait, and of which the planner has no statistics."""
    connection = await asyncpg.connect(url, server_settings={"search_path": "pupitre, public", "jit": "off"})
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("DELETE FROM pg_statistic WHERE starelid::regclass::text ~ '^(reminders|due|outbound)'")
    for rows in (WAITING, DUE, RUNG):
        await connection.execute(rows, NOW)
    yield connection
    await transaction.rollback()
    await connection.close()


async def test_what_is_done_for_one_reminder_reads_a_few_pages_though_the_planner_knows_nothing(uncounted):
    read = {}
    for subject, names in FOR_ONE.items():
        for name in names:
            query = queries(subject)[name]
            given = [GIVEN[one] for one in query.order]
            explained = await uncounted.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query.postgresql}", *given)
            top = json.loads(explained)[0]["Plan"]
            read[query.name] = top["Shared Hit Blocks"] + top["Shared Read Blocks"]

    assert {} == {name: pages for name, pages in read.items() if pages > FEW_PAGES}


async def test_no_query_is_compiled(database):
    [row] = await database.read(Query("test.jit", "", "SELECT current_setting('jit') AS jit", (), answers=True))

    assert {"jit": "off"} == row


async def test_calls_that_wait_for_another_desk_to_begin_one_leave_the_store_to_callers(database, url):
    outbound, reminders = StoredOutboundCalls(database, "demo"), StoredReminders(database, "demo")
    waiting = [Reminder(f"r{n}", 7, 12, "P1D", NOW + DAY, NOW, NOW) for n in range(20)]
    await reminders.put(waiting)
    other = await asyncpg.connect(url, server_settings={"search_path": "pupitre"})
    async with other.transaction():
        await other.execute(queries("outbound_calls")["one_at_a_time"].postgresql, "demo")
        begun = [asyncio.create_task(outbound.begin(one, "+33612345678", NOW, Caps(50, 60), None)) for one in waiting]
        await asyncio.sleep(0.2)
        async with asyncio.timeout(5):
            await StoredDueWork(database).put([Due("demo", "x", "reminder", "x", NOW)])
        assert not any(task.done() for task in begun)
    await other.close()

    assert all(await asyncio.gather(*begun))
