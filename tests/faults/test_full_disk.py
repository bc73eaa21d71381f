"""A disk that is full: nobody is told what is not so, callers are handed over, and nothing that was noted is lost.

The limit on the size of a process's files stands for the disk: no write gets through while it is reached.
"""

from __future__ import annotations

import contextlib
import resource
import subprocess

import pytest
from tests.faults.running import Program, asked, nothing_untrue, slots, until
from tests.servers.desk import JEAN, ODETTE, made, serving

from pupitre.model import Intent

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]


@contextlib.contextmanager
def full_disk(process):
    """No file of the process grows beyond its first bytes."""
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    yield
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)


def test_a_full_disk_loses_no_commitment(tmp_path, backends, sqlite_template):
    store = tmp_path / "store.db"
    store.write_bytes(sqlite_template.read_bytes())
    program = Program(f"sqlite:///{store}", f"sqlite:///{tmp_path / 'engine.db'}", backends.url)
    try:
        before, during, after = (asked(Intent.BOOK, slot, call=f"c{n}") for n, slot in enumerate(slots(6)[::2]))
        assert program.insist(before) == "recorded"
        with full_disk(program.process):
            assert program.commit(during) is None, "nothing may be told"
            assert len(backends.records.appointments) == 1
        assert program.insist(after) == "recorded"
        assert program.commit(before) == "recorded"
        told = {before.id: "recorded", after.id: "recorded", during.id: program.insist(during)}
        until(lambda: program.standing(during.id)["status"] in ("done", "withdrawn"), 60)
        nothing_untrue(backends, [before, during, after], told)
    finally:
        program.stop()
        program.process.stdout.close()


@pytest.fixture
def house(tmp_path):
    """Settings of a desk, and a way to run it that keeps its log off the full disk."""
    home = made(tmp_path / "home")

    @contextlib.contextmanager
    def run():
        with (
            (tmp_path / "log").open("ab") as file,
            subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=file) as keeper,
        ):
            with serving(home, log_to=keeper.stdin) as desk:
                yield desk
            keeper.stdin.close()

    run.log = tmp_path / "log"
    return run


def offered(desk, call, caller):
    """A caller who is being read offers; the first one's start."""
    answer = desk.event(call, "call_start", caller=caller)
    for _ in range(8):
        if answer.state == "SLOTS_READOUT":
            return answer.json["context_delta"]["slots"][0]["start"]
        words = {"WELCOME_INTENT": "je voudrais prendre rendez-vous", "COLLECT_CONSTRAINTS": "n'importe quand"}
        answer = desk.says(call, words.get(answer.state, "oui"))
    raise AssertionError(answer.body)


def picks(desk, call, **fields):
    return desk.patiently(call, desk.event(call, "dtmf", dtmf={"digits": "1"}, **fields))


def handed_over(answer):
    """Something is said, and a person takes over: no error, no silence."""
    assert answer.status == 200, answer.body
    assert answer.kinds[0] == "say"
    assert answer.kinds[-1] == "transfer"


def booked(desk):
    return {(a["call_id"], a["status"]) for a in desk.state["appointments"] if a["call_id"]}


def settled(desk):
    return all(c["status"] in ("done", "withdrawn") for c in desk.state["commitments"])


def test_while_the_disk_is_full_callers_are_handed_over_and_when_there_is_room_the_desk_goes_on(house):
    with house() as desk:
        desk.load()
        offered(desk, "before", JEAN)
        assert picks(desk, "before").state == "REMINDER_OPTIN"
        offered(desk, "during", ODETTE)

        with full_disk(desk.process):
            handed_over(picks(desk, "during", event_id="pick"))
            for n in range(3):
                handed_over(desk.event(f"new{n}", "call_start", caller=JEAN))
            body = {"intent": "CANCEL", "call_id": "api", "event_id": desk.state["appointments"][0]["id"]}
            refused = desk.post("/v1/commit_event", body, headers={"Idempotency-Key": "k"})
            assert refused.status == 503, refused.body
            assert {call for call, _ in booked(desk)} == {"before"}
        assert "the store is disk" in house.log.read_text() or "the store is full" in house.log.read_text()

        offered(desk, "after", JEAN)
        assert picks(desk, "after").state == "REMINDER_OPTIN"
        until(lambda: settled(desk), 60)
        assert booked(desk) >= {("before", "confirmed"), ("after", "confirmed")}


def test_what_was_noted_before_the_disk_was_full_is_there_after_a_crash(house):
    with house() as desk:
        desk.load()
        offered(desk, "before", JEAN)
        assert picks(desk, "before").state == "REMINDER_OPTIN"
        with full_disk(desk.process):
            handed_over(desk.event("during", "call_start", caller=ODETTE))
            desk.kill()
    with house() as desk:
        assert booked(desk) == {("before", "confirmed")}
        offered(desk, "after", ODETTE)
        assert picks(desk, "after").state == "REMINDER_OPTIN"
