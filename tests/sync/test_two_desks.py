"""Two desks on one PostgreSQL in hybrid mode: calls go on at either, agents change events, one desk is killed."""

import itertools
import random
import threading

import pytest
from tests.servers.desk import serving
from tests.servers.postgres import postgres  # noqa: F401  a fixture
from tests.sync.calling import Talk, synced, untrue
from tests.sync.conftest import Company, hybrid, span

pytestmark = [pytest.mark.faults, pytest.mark.real, pytest.mark.timeout(180)]

CALLERS = 18
TOGETHER = 6
MOVED = "2026-01-15T16:00:00+01:00"


def phone(n):
    return f"+3363998{n:04}"


def at(n):
    """Two agents' mornings, far from where callers are offered a slot first."""
    return f"2026-01-{12 + n // 6:02}T{9 + n % 6 // 2:02}:{n % 2 * 30:02}:00+01:00"


@pytest.fixture
def two_desks(postgres, tmp_path, emulators):  # noqa: F811  a fixture
    database = postgres.create_database()
    home = hybrid(tmp_path / "home", emulators, "--database", database)
    with serving(home) as one, serving(home) as other:
        yield Company(one, emulators), [one, other]
    postgres.drop_database(database)


def load(company):
    """A third of the callers have an appointment to move, a third one to cancel."""
    changers = range(CALLERS // 3, CALLERS)
    company.load(
        patients=[{"name": f"Patient Numero{n}", "phone": phone(n)} for n in range(CALLERS)],
        appointments=[
            {
                "patient_phone": phone(n),
                "agent": ("a45", "a46")[n % 2],
                "start": at(n),
                "end": span(at(n)).end.isoformat(),
            }
            for n in changers
        ],
    )


def all_call(desks, pick):
    """Everybody's call, some at a time, each event at whichever desk `pick` says."""
    intents = ["BOOK", "RESCHEDULE", "CANCEL"]
    talks = [
        Talk(lambda: pick(desks), intents[n * 3 // CALLERS], f"two-{n}", caller={"from_e164": phone(n)})
        for n in range(CALLERS)
    ]
    waiting, troubles = itertools.chain(talks), []
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                talk = next(waiting, None)
            if talk is None:
                return
            try:
                talk.play("n'importe quand")
            except AssertionError as error:
                troubles.append(f"{talk.call_id}: {error}")

    threads = [threading.Thread(target=work) for _ in range(TOGETHER)]
    for thread in threads:
        thread.start()
    return talks, threads, troubles


def apart(company):
    """No two active appointments of an agent overlap."""
    active = [one for one in company.records if one["status"] == "confirmed"]
    for one, other in itertools.combinations(active, 2):
        if one["agent"] == other["agent"]:
            assert one["end"] <= other["start"] or other["end"] <= one["start"], (one, other)


def test_calls_at_two_desks_leave_both_sides_agreed(two_desks):
    company, desks = two_desks
    load(company)
    dice = random.Random(6)
    talks, threads, troubles = all_call(desks, dice.choice)
    for thread in threads:
        thread.join()

    assert [] == troubles
    assert all(talk.told for talk in talks), [talk.heard for talk in talks if not talk.told]
    company.wait()
    assert [] == untrue(company)
    assert synced(company)
    apart(company)
    status = [one["status"] for one in company.records]
    assert (CALLERS // 3 * 2, CALLERS // 3) == (status.count("confirmed"), status.count("canceled"))


def test_one_of_two_desks_dies_and_the_other_finishes_what_it_began(two_desks):
    company, desks = two_desks
    load(company)
    dice = random.Random(7)
    talks, threads, troubles = all_call(
        desks, lambda all_: dice.choice([one for one in all_ if one.process.poll() is None])
    )
    while sum(talk.told for talk in talks) < 4:
        threading.Event().wait(0.02)
    desks[1].kill()
    for thread in threads:
        thread.join()

    assert [] == troubles
    company.wait()
    company.wait()
    assert [] == untrue(company)
    assert synced(company)
    apart(company)
    assert not {"running", "waiting"} & {one["status"] for one in company.desk.state["commitments"]}


def test_reconciliation_at_two_desks_on_postgresql_is_one(two_desks):
    """Moves in Google are seen once, whichever desk looks; a decision at one desk holds at the other."""
    company, [one, other] = two_desks
    company.load()
    company.wait()
    record = company.record
    company.agent().move(record["google_event_id"], span(MOVED))
    rounds = [
        threading.Thread(target=lambda d=d: d.post("/_sandbox/clock", {"advance": "PT15M"})) for d in (one, other)
    ]
    for each in rounds:
        each.start()
    for each in rounds:
        each.join()
    seen = [(company.record["sync_state"], len(company.open_tasks))]
    body = {"keep": "planning", "by": "Anne"}
    kept = other.post(f"/v1/appointments/{record['id']}/conflict", body)
    company.wait()

    assert [("error", 1)] == seen
    assert (200, MOVED) == (kept.status, company.record["start"])
    assert (True, []) == (synced(company), company.open_tasks)
    assert [] == untrue(company)
