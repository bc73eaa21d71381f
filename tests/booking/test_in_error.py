"""What of a commitment waits for a person: one open task at most, and how it is closed."""

from __future__ import annotations

from datetime import timedelta

from tests.booking.test_endings import TEN_THIRTY, book, down, kept, move, run, town  # noqa: F401  town is a fixture

from pupitre.booking.commit import retry
from pupitre.dialogue.effects import TaskKind
from pupitre.ports import CommitmentStatus, Refused


def test_of_all_its_attempts_one_task_is_open_and_the_desk_closes_it_when_one_succeeds(town):  # noqa: F811 -- a fixture
    caller = book(town)
    world = town.worlds[town.processes[0]]["demo"]
    town.run_dry(down("agenda.insert", error=Refused("403 forbidden")))
    for reason in ("403 again", "403 for ever"):
        task = town.processes[0].spawn("person", retry(world, caller.asked.id, "Claire"))
        town.run_dry(down("agenda.insert", error=Refused(reason)))
        assert task.error is None
        assert [(TaskKind.SYNC_ERROR, reason)] == [(one.kind, one.reason) for one in town.tasks.open]

    town.clock.instant += timedelta(hours=1)
    run(town, retry(world, caller.asked.id, "Claire"))

    assert kept(town, caller).status is CommitmentStatus.DONE
    assert town.tasks.open == []
    last = list(town.tasks.rows.values())[-1]
    assert (last.closed_by, last.closed_at) == ("desk", town.clock.instant)


def test_a_commitment_s_task_is_closed_by_no_other_s_success(town):  # noqa: F811 -- a fixture
    first = book(town)
    town.run_dry(down("agenda.insert", error=Refused("403 forbidden")))
    second = book(town, TEN_THIRTY, "call-1:BOOK:1/x")
    town.run_dry(down("agenda.insert", error=Refused("403 too")))
    run(town, retry(town.worlds[town.processes[0]]["demo"], first.asked.id, "Claire"))

    assert kept(town, second).status is CommitmentStatus.ERROR
    assert ["403 too"] == [one.reason for one in town.tasks.open]


def test_a_later_success_on_its_appointment_makes_it_good(town):  # noqa: F811 -- a fixture
    first = book(town)
    town.run_dry(down("agenda.insert", error=Refused("403 forbidden")))
    move(town)
    town.run_dry()

    assert (kept(town, first).status, kept(town, first).error) == (CommitmentStatus.DONE, None)
    assert ("done", "desk") == [(one.what, one.by) for one in town.commitments.lines[first.asked.id]][-1]
    assert town.tasks.open == []
    assert town.reservations.reserved == {}
    town.settle()
    town.everything_is_settled()
