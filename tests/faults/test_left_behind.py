"""Commitments that nobody would have finished: attempts that end by a bug, people who close, work that is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from tests.faults.deterministic import Kept
from tests.faults.test_found import step_until
from tests.faults.town import AGENTS, SLOTS, Town

from pupitre.booking.commit import close, hung_up, retry
from pupitre.booking.commitments import job_of
from pupitre.booking.watch import look_after
from pupitre.dialogue.effects import Commit, TaskKind
from pupitre.dialogue.events import CommitOutcome
from pupitre.model import AppointmentStatus, Intent, SyncState
from pupitre.ports import CommitmentStatus, Refused, Unavailable

pytestmark = pytest.mark.faults

NINE, TEN_THIRTY, ELEVEN = SLOTS[0], SLOTS[3], SLOTS[4]
BOOKING, CHANGE = "call1:BOOK:1", "call2:{}:1"


@pytest.fixture
def town():
    return Town()


def book(town, slot=NINE):
    return town.ask(town.processes[0], Commit(Intent.BOOK, 1, 7, slot=slot), "call1")


def change(town, intent=Intent.CANCEL, slot=None):
    reason = "caller" if intent is Intent.CANCEL else None
    effect = Commit(intent, 1, 7, slot=slot, appointment_id=1, reason=reason)
    return town.ask(town.processes[0], effect, "call2")


def breaking(call, when="before", error=None):
    """This call meets a bug, or this error."""
    return lambda at, edge: (error or ZeroDivisionError("a bug")) if (at, edge) == (call, when) else None


def down(*backends):
    """These backends, or calls, cannot be reached."""
    gone = Unavailable("down", retry_after=30)
    return lambda call, when: gone if call.startswith(backends) and when == "before" else None


def watched(town, times=1, fails=lambda call, when: None):
    """The watch goes round."""
    for _ in range(times):
        town.seconds += 10
        process = town.processes[0]
        task = process.spawn("watch", look_after(town.worlds[process].values()))
        town.run_dry(fails)
        if task.error:
            raise task.error


def pass_time(town, hours, fails=lambda call, when: None):
    for _ in range(hours * 2):
        town.clock.instant += timedelta(minutes=31)
        town.walk(town.processes[0], town.clock.instant)
        town.run_dry(fails)


def alone(town, caller):
    """He hangs up."""
    caller.on_the_line = False
    task = town.processes[0].spawn("hang-up", hung_up(world(town), caller.asked.call_id))
    while not task.done:
        task.step(None)


def person(town, work):
    task = town.processes[0].spawn("person", work)
    town.run_dry()
    if task.error:
        raise task.error
    return task.result


def world(town):
    return town.worlds[town.processes[0]]["demo"]


def tasks(town):
    return [(task.kind, task.slot) for task in town.tasks.rows.values()]


def test_a_booking_whose_every_attempt_meets_a_bug_frees_the_slot_and_has_somebody_called_back(town):
    """It was in error, its slot reserved for good, and no task said so."""
    caller = book(town)
    bug = breaking("records.create")
    town.run_dry(bug)
    alone(town, caller)
    watched(town, 6, bug)

    kept = town.commitments.rows[BOOKING]
    assert (kept.status, kept.outcome) == (CommitmentStatus.ERROR, CommitOutcome.REFUSED)
    assert "bug" in kept.error
    assert town.reservations.reserved == {}
    assert tasks(town) == [(TaskKind.CALL_BACK, NINE)]


def test_a_recorded_booking_whose_planning_meets_a_bug_keeps_its_slot_until_a_person_closes_it(town):
    book(town)
    bug = breaking("agenda.insert")
    town.run_dry(bug)
    watched(town, 6, bug)

    kept = town.commitments.rows[BOOKING]
    assert (kept.status, kept.outcome) == (CommitmentStatus.ERROR, CommitOutcome.RECORDED)
    assert tasks(town) == [(TaskKind.SYNC_ERROR, NINE)]
    assert town.records.appointments[1].sync_state is SyncState.ERROR
    assert list(town.reservations.reserved) == [BOOKING], "the appointment is true: nobody else is given its time"

    person(town, close(world(town), BOOKING, "Claire"))

    assert town.reservations.reserved == {}


def test_after_a_bug_is_mended_a_person_has_it_tried_again_and_it_is_done(town):
    caller = book(town)
    bug = breaking("records.create", "after")
    town.run_dry(bug)
    alone(town, caller)
    watched(town, 6, bug)
    pass_time(town, 1)
    person(town, retry(world(town), BOOKING, "Claire"))

    assert town.commitments.rows[BOOKING].status is CommitmentStatus.DONE
    assert [one.status for one in town.records.appointments.values()] == [AppointmentStatus.CONFIRMED]
    town.jobs.clear()
    town.settle()
    town.everything_is_settled()


def test_what_a_change_had_taken_over_goes_on_when_all_its_attempts_meet_a_bug(town):
    """It waited for ever, and could not even be tried again: it had left its work to the change."""
    book(town)
    town.run_dry(down("agenda.insert"))
    caller = change(town)
    bug = breaking("records.cancel")
    town.run_dry(bug)
    alone(town, caller)
    watched(town, 6, bug)
    pass_time(town, 1)

    assert town.commitments.rows[BOOKING].status is CommitmentStatus.DONE
    assert [event.cancelled for event in town.agenda.events.values()] == [False]


def test_what_a_change_had_taken_over_goes_on_when_a_person_closes_the_change(town):
    book(town)
    town.run_dry(down("agenda.insert"))
    caller = change(town)
    step_until(town, town.processes[0], "records.cancel")
    alone(town, caller)
    town.run_dry(down("records."))
    assert town.commitments.rows[BOOKING].yields_to == "call2:CANCEL:1"
    person(town, close(world(town), "call2:CANCEL:1", "Claire"))
    pass_time(town, 1)

    assert town.commitments.rows[BOOKING].status is CommitmentStatus.DONE
    town.settle()
    town.everything_is_settled()


def test_what_a_recorded_change_had_taken_over_is_superseded_when_a_person_closes_the_change(town):
    book(town)
    town.run_dry(down("agenda.insert"))
    change(town, Intent.RESCHEDULE, TEN_THIRTY)
    town.run_dry(down("agenda.insert", "agenda.move"))
    assert town.commitments.rows[BOOKING].yields_to == "call2:RESCHEDULE:1"
    person(town, close(world(town), "call2:RESCHEDULE:1", "Claire"))
    pass_time(town, 1)

    assert town.commitments.rows[BOOKING].status is CommitmentStatus.DONE
    assert town.records.appointments[1].slot == TEN_THIRTY, "the booking did not move it back"


def withdrawn(town, lost):
    """A booking whose caller is told that nothing is noted; what it had written meanwhile is `lost` to us."""
    caller = book(town)
    town.run_dry(lost)
    town.seconds += 13
    if not caller.told:
        town.ask_again(town.processes[0], caller)
        town.run_dry(lost)
    assert [one.outcome for one in caller.told] == [CommitOutcome.WITHDRAWN]


def test_a_withdrawn_booking_that_cannot_be_taken_back_for_a_day_is_left_to_a_person(town):
    """Nobody can say what the record holds: the slot is free in our store, and a task says to look."""

    def lost(call, when):
        """The request lands, its answer and everything after are lost."""
        gone = Unavailable("down", retry_after=30)
        return gone if call.startswith("records.") and (call, when) != ("records.create", "before") else None

    withdrawn(town, lost)
    pass_time(town, 22, lost)
    assert town.commitments.rows[BOOKING].undone_at is None
    assert tasks(town) == []
    pass_time(town, 4, lost)

    kept = town.commitments.rows[BOOKING]
    assert (kept.status, kept.outcome) == (CommitmentStatus.WITHDRAWN, CommitOutcome.WITHDRAWN)
    assert kept.undone_at is not None
    assert "could not be taken back" in kept.error
    assert [line.what for line in town.commitments.lines[BOOKING]][-1] == "given up"
    assert tasks(town) == [(TaskKind.SYNC_ERROR, NINE)]
    assert town.reservations.reserved == {}
    assert [row for row in town.due.rows.values() if row.subject == BOOKING] == [], "it is looked for no more"


def test_a_withdrawn_booking_whose_taking_back_meets_a_bug_is_left_to_a_person_after_a_day(town):
    """Its job ended without a word, and nobody ever looked again: the slot was reserved for good."""
    withdrawn(town, down("records."))
    bug = breaking("records.made")
    town.run_dry(bug)
    pass_time(town, 26, bug)

    assert town.reservations.reserved == {}


def test_when_the_engine_has_lost_a_job_its_own_event_does_not_take_the_slot_from_it(town):
    """A power cut took the engine's last writes: the planning showed our event, and the booking was called off."""
    caller = book(town)
    step_until(town, town.processes[0], "records.note_sync")
    town.kill(town.processes[0])
    town.jobs.clear()
    watched(town, 2)

    kept = town.commitments.rows[BOOKING]
    assert (kept.status, kept.outcome) == (CommitmentStatus.DONE, CommitOutcome.RECORDED)
    assert {one.outcome for one in caller.told} <= {CommitOutcome.RECORDED}
    town.settle()
    town.everything_is_settled()


def test_a_job_that_is_begun_again_after_its_commitment_is_done_changes_nothing(town):
    """The engine forgets ended jobs: whoever had just found the commitment running began it anew."""
    book(town)
    town.run_dry()
    change(town, Intent.RESCHEDULE, TEN_THIRTY)
    town.run_dry()
    change_kept = town.commitments.rows["call2:RESCHEDULE:1"]
    for kept in list(town.jobs.values()):
        kept.ended, kept.steps = False, {}
        town.engines[town.processes[0]].resume(kept)
    town.run_dry()

    assert town.commitments.rows["call2:RESCHEDULE:1"] == change_kept
    assert town.reservations.reserved == {}
    town.settle()
    town.everything_is_settled()


def test_a_recorded_booking_whose_agent_leaves_before_it_is_planned_is_an_error_not_withdrawn(town):
    """It was called taken by somebody else, its slot freed, and the caller had been told that it is noted."""
    caller = book(town)
    town.run_dry(down("agenda.insert"))
    assert [one.outcome for one in caller.told] == [CommitOutcome.RECORDED]
    world(town).directory.list = AGENTS[1:]
    pass_time(town, 1)

    kept = town.commitments.rows[BOOKING]
    assert (kept.status, kept.outcome) == (CommitmentStatus.ERROR, CommitOutcome.RECORDED)
    assert tasks(town) == [(TaskKind.SYNC_ERROR, NINE)]
    assert list(town.reservations.reserved) == [BOOKING]


def test_what_landed_before_the_record_was_down_for_a_day_is_taken_back_when_it_answers(town):
    """The caller was to be called back, the slot given to others, and the record showed his appointment as well."""
    caller = book(town)
    step_until(town, town.processes[0], "records.create")
    alone(town, caller)
    landed = ("records.create", "before")

    def lost(call, when):
        gone = Unavailable("down", retry_after=30)
        return gone if call.startswith("records.") and (call, when) != landed else None

    town.run_dry(lost)
    pass_time(town, 25, lost)
    assert town.commitments.rows[BOOKING].status is CommitmentStatus.ERROR
    assert tasks(town) == [(TaskKind.CALL_BACK, NINE)]
    assert town.records.appointments[1].status is AppointmentStatus.CONFIRMED
    town.settle()

    assert town.records.appointments[1].status is AppointmentStatus.CANCELED
    town.everything_is_settled()


def test_taking_back_a_move_leaves_alone_what_a_person_has_done_meanwhile(town):
    """The record could not be reached from the desk, but by people: their change was overwritten."""
    book(town)
    town.run_dry()
    change(town, Intent.RESCHEDULE, TEN_THIRTY)
    step_until(town, town.processes[0], "records.move")
    town.run_dry(down("records."))
    assert town.commitments.rows["call2:RESCHEDULE:1"].status is CommitmentStatus.WITHDRAWN
    town.records.appointments[1] = replace(town.records.appointments[1], slot=ELEVEN)
    town.tampered.add(1)
    town.settle()

    assert town.records.appointments[1].slot == ELEVEN


def test_a_later_try_of_a_move_leaves_alone_what_a_person_has_done_in_the_record_since(town):
    """The planning was down; meanwhile somebody moved the appointment elsewhere, and it was moved back."""
    book(town)
    town.run_dry()
    change(town, Intent.RESCHEDULE, TEN_THIRTY)
    town.run_dry(down("agenda.move"))
    town.records.appointments[1] = replace(town.records.appointments[1], slot=ELEVEN)
    pass_time(town, 1)

    kept = town.commitments.rows["call2:RESCHEDULE:1"]
    assert town.records.appointments[1].slot == ELEVEN
    assert (kept.status, kept.outcome) == (CommitmentStatus.ERROR, CommitOutcome.RECORDED)
    assert tasks(town) == [(TaskKind.SYNC_ERROR, TEN_THIRTY)]


def test_a_person_may_close_again_what_was_closed_but_not_freed(town):
    """Our store went down between the two: the slot stayed reserved, and closing was refused from then on."""
    book(town)
    town.run_dry(breaking("agenda.insert", error=Refused("403 forbidden")))
    closing = town.processes[0].spawn("person", close(world(town), BOOKING, "Claire"))
    town.run_dry(breaking("store.free", error=Unavailable("our database is down")))
    assert isinstance(closing.error, Unavailable) or town.reservations.reserved == {}
    if closing.error:
        person(town, close(world(town), BOOKING, "Claire"))

    assert town.reservations.reserved == {}


def test_all_that_nobody_runs_is_begun_again_however_much_it_is(town):
    """Only the hundred latest were looked after: while those were at work, older ones waited for ever."""
    for n in range(250):
        asked = Commit(Intent.BOOK, 1, 7, slot=NINE)
        caller = town.ask(town.processes[0], asked, f"call{n:03}")
        while caller.asked.id not in town.commitments.rows:
            caller.waiting.step(None)
    town.kill(town.processes[0])
    town.jobs.clear()
    held_up = list(town.commitments.rows)[-150:]
    for id_ in held_up:
        job = job_of(town.commitments.rows[id_], world(town))
        town.jobs[job.id] = Kept(job, town.processes[1])
    watched(town)

    begun = {kept.job.subject for kept in town.jobs.values()}
    assert begun == set(town.commitments.rows)
    assert sum(row.status is CommitmentStatus.DONE for row in town.commitments.rows.values()) == 1
