"""A small town for the state machine: two desk processes over one store and one set of backends, and its callers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from tests.booking.backends import MemoryAgenda, MemoryDirectory, MemoryRecords
from tests.booking.memory_store import (
    MemoryCommitments,
    MemoryDue,
    MemoryReminders,
    MemoryReservations,
    MemoryTasks,
)
from tests.faults.deterministic import DeterministicEngine, Kept, Process, Task, pause

from pupitre.booking import due, reminders
from pupitre.booking.commit import asked_for, commit
from pupitre.booking.commitments import works
from pupitre.booking.due import COMMITMENTS
from pupitre.booking.keys import record_key
from pupitre.booking.offers import propose_slots
from pupitre.booking.watch import look_after
from pupitre.booking.world import World
from pupitre.dialogue.effects import Commit, ProposeSlots
from pupitre.dialogue.events import CommitmentEnded, CommitOutcome, SlotsProposed
from pupitre.model import Agent, AppointmentStatus, Intent, Slot
from pupitre.ports import Commitment, CommitmentStatus, DeskError, ReminderStatus, Unavailable
from pupitre.slots import Rules
from pupitre.wish import Wish

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 1, 5, 10, 0, tzinfo=PARIS)
AGENTS = [Agent(45, "Alice", "alice@x"), Agent(46, "Bruno", "bruno@x")]
ACTIVE = (AppointmentStatus.CONFIRMED, AppointmentStatus.PENDING)
TURN_SECONDS = 2.5
MONDAYS = (((time(9), time(12)),), (), (), (), (), (), ())
"""Open so little that callers meet."""


def slots_of(agents: list[Agent]) -> list[Slot]:
    """Few slots, some overlapping, so that callers meet."""
    clocks = [(9, 0), (9, 15), (9, 30), (10, 30), (11, 0), (11, 30)]
    starts = [datetime(2026, 1, 12, hour, minute, tzinfo=PARIS) for hour, minute in clocks]
    return [Slot(start, start + timedelta(minutes=30), agent.id) for agent in agents for start in starts]


SLOTS = slots_of(AGENTS)


async def _fault(call: str, when: str) -> None:
    await pause((call, when))


class Clock:
    def __init__(self) -> None:
        self.instant = MONDAY

    def now(self) -> datetime:
        return self.instant


class Listener:
    """Somebody who is being read offers."""

    def __init__(self, call_id: str, waiting: Task) -> None:
        self.call_id, self.waiting = call_id, waiting
        self.offered: tuple[Slot, ...] = ()
        self.until = MONDAY


class Caller:
    """Somebody on the line: what he asked for, and everything he was told of it."""

    def __init__(self, asked: Commitment) -> None:
        self.asked = asked
        self.waiting: Task | None = None
        self.told: list[CommitmentEnded] = []
        self.on_the_line = True


class Town:
    """Everything there is, and the rules it must keep."""

    def __init__(self, *, guarded: bool = True) -> None:
        self.clock, self.seconds = Clock(), 0.0
        self.records, self.agenda = MemoryRecords(_fault), MemoryAgenda(_fault)
        self.reservations = MemoryReservations(_fault, guarded=guarded)
        self.due, self.reminders, self.tasks = MemoryDue(_fault), MemoryReminders(), MemoryTasks()
        self.commitments = MemoryCommitments(lambda: self.seconds, self.due, self.reservations, _fault)
        self.jobs: dict[str, Kept] = {}
        self.worlds: dict[Process, dict[str, World]] = {}
        self.engines: dict[Process, DeterministicEngine] = {}
        self.callers: list[Caller] = []
        self.listeners: list[Listener] = []
        self.tampered: set[int] = set()
        self.processes = [self.start("one"), self.start("two")]

    def start(self, name: str) -> Process:
        process, worlds = Process(name), {}
        engine = DeterministicEngine(process, self.jobs, works(worlds))
        worlds["demo"] = World(
            tenant="demo",
            clock=self.clock,
            directory=MemoryDirectory(AGENTS),
            records=self.records,
            free_busy=self.agenda,
            agenda=self.agenda,
            reservations=self.reservations,
            commitments=self.commitments,
            due=self.due,
            reminders=self.reminders,
            tasks=self.tasks,
            engine=engine,
            rules=Rules(hours=MONDAYS, end_day=10),
            offering=nullcontext(),
            notice=lambda what, why: None,
        )
        self.worlds[process], self.engines[process] = worlds, engine
        return process

    # ---- what happens ------------------------------------------------------------------------------------------------

    def offer(self, process: Process, call_id: str) -> None:
        """Somebody wants to know what is free; or asks again, in place of what he heard before."""
        self.listeners = [listener for listener in self.listeners if listener.call_id != call_id]
        work = propose_slots(self.worlds[process]["demo"], call_id, ProposeSlots(Wish(any=True)))
        self.listeners.append(Listener(call_id, process.spawn(f"offers to {call_id}", work)))

    def ask(self, process: Process, effect: Commit, call_id: str) -> Caller:
        asked = replace(asked_for(call_id, effect, self.clock.now()), offsets=("P1D", "PT1H"))
        caller = Caller(asked)
        self.callers.append(caller)
        self.ask_again(process, caller)
        return caller

    def ask_again(self, process: Process, caller: Caller) -> None:
        """The turn, or a `continue`, or a repeated event, of whichever process got it."""
        world = self.worlds[process]["demo"]
        caller.waiting = process.spawn(f"turn of {caller.asked.id}", commit(world, caller.asked, TURN_SECONDS))

    def hear(self) -> None:
        """Callers hear what their turns brought."""
        for caller in self.callers:
            task = caller.waiting
            if task is not None and task.done:
                caller.waiting = None
                if isinstance(task.result, CommitmentEnded):
                    caller.told.append(task.result)
                elif task.error is not None and not isinstance(task.error, DeskError):
                    raise task.error

    def hear_offers(self) -> None:
        """What is read out is held from then on."""
        for listener in self.listeners:
            result = listener.waiting.result
            if isinstance(result, SlotsProposed) and not listener.offered:
                listener.offered = result.slots
                if not result.slots:
                    continue
                listener.until = min(self.holds_of(listener), default=self.clock.now())
                assert listener.until > self.clock.now(), "what is told was held no longer"
                self.nobody_has(listener.offered)

    def nobody_has(self, offered: tuple[Slot, ...]) -> None:
        """Nothing is offered that is somebody's appointment, and known to be by the record and the planning."""
        done = {row.appointment_id for row in self.commitments.rows.values() if row.status is CommitmentStatus.DONE}
        for number in done - self.tampered:
            appointment = self.records.appointments[number]
            if appointment.status in ACTIVE:
                taken = appointment.slot
                assert not any(
                    one.agent_id == taken.agent_id and one.interval.overlaps(taken.interval) for one in offered
                ), f"{taken} is offered, and is the slot of appointment {number}"

    def holds_of(self, listener: Listener) -> list[datetime]:
        return [until for (call, _), until in self.reservations.holds.items() if call == listener.call_id]

    def tasks_now(self) -> list[Task]:
        return [task for process in self.processes for task in process.tasks if not task.done]

    def kill(self, process: Process) -> None:
        self.processes.remove(process)
        process.kill()
        self.processes.append(self.start(process.name))

    def take_over(self, process: Process) -> None:
        for kept in list(self.jobs.values()):
            if not kept.ended and kept.process not in self.processes:
                self.engines[process].resume(kept)

    def walk(self, process: Process, until: datetime) -> Task:
        """The worker of this process goes through what is due."""

        async def set_clock(at: datetime) -> None:
            self.clock.instant = max(self.clock.instant, at)

        async def run() -> None:
            await due.walk(self.due, self.worlds[process], KINDS, until, set_clock)

        return process.spawn("worker", run())

    def settle(self) -> None:
        """No more faults: everybody does what is left to do, for more than a day."""
        while len(self.processes) < 1:
            self.start("last")
        process = self.processes[0]
        for _ in range(60):
            self.take_over(process)
            self.run_dry()
            watch = process.spawn("watch", look_after(self.worlds[process].values()))
            self.seconds += 10
            self.run_dry()
            if watch.error:
                raise watch.error
            self.clock.instant += timedelta(minutes=31)
            worker = self.walk(process, self.clock.instant)
            self.run_dry()
            if worker.error and not isinstance(worker.error, DeskError):
                raise worker.error
        self.hear()
        self.no_hold_outlives_its_end()

    def no_hold_outlives_its_end(self) -> None:
        """5. Nothing stays held past its end."""
        probe = self.reservations
        probe._reap(self.clock.now())
        assert not probe.holds

    def run_dry(self, fails: Callable[[str, str], Exception | None] = lambda call, when: None) -> None:
        """Step whoever can go on until nobody can; `fails` says what a call of a backend or our store brings."""
        for _ in range(20_000):
            ready = [task for task in self.tasks_now() if not self.stuck(task)]
            if not ready:
                self.hear()
                return
            assert ready[0].place is not None
            ready[0].step(fails(*ready[0].place))
        raise AssertionError("the town never comes to rest")

    def time_is_up(self) -> None:
        """Whoever waits for a job is told that his turn is over."""
        self.seconds += TURN_SECONDS
        for task in self.tasks_now():
            if self.stuck(task):
                task.step("time is up")

    def stuck(self, task: Task) -> bool:
        """Waiting for a job that has not ended."""
        assert task.place is not None
        return task.place[0] == "wait" and not self.jobs[task.place[1]].ended

    # ---- what must hold ----------------------------------------------------------------------------------------------

    def no_two_overlap(self) -> None:
        """1. Per agent, no two active appointments overlap."""
        active = [a for a in self.records.appointments.values() if a.status in ACTIVE and a.id not in self.tampered]
        for one, other in combinations(active, 2):
            same = one.slot.agent_id == other.slot.agent_id
            assert not (same and one.slot.interval.overlaps(other.slot.interval)), f"{one} and {other}"

    def offers_are_held(self) -> None:
        """What is being read to one caller is neither read to another nor given away, until its hold ends."""
        heard = [listener for listener in self.listeners if listener.until > self.clock.now()]
        for one, other in combinations(heard, 2):
            assert not any(
                a.agent_id == b.agent_id and a.interval.overlaps(b.interval) for a in one.offered for b in other.offered
            )

    def nothing_untrue_was_told(self) -> None:
        """3. Told success only if it is recorded; and never two different things of one commitment."""
        for caller in self.callers:
            assert len({one.outcome for one in caller.told}) <= 1, caller.told
            for one in caller.told:
                kept = self.commitments.rows[caller.asked.id]
                if one.outcome is CommitOutcome.RECORDED:
                    assert kept.recorded_at is not None
                if one.outcome in (CommitOutcome.WITHDRAWN, CommitOutcome.SLOT_TAKEN, CommitOutcome.REFUSED):
                    assert kept.status is not CommitmentStatus.DONE

    def everything_is_settled(self) -> None:
        """2, 4, 5, and that nothing is left half done."""
        assert not [k.bug for k in self.jobs.values() if k.bug and not isinstance(k.bug, Unavailable)]
        rows = self.commitments.rows.values()
        left = [row for row in rows if row.status in (CommitmentStatus.RUNNING, CommitmentStatus.WAITING)]
        assert left == [], [(row, self.commitments.lines[row.id]) for row in left]
        in_error = {row.appointment_id for row in rows if row.status is CommitmentStatus.ERROR}
        for number, appointment in self.records.appointments.items():
            events = [e for e in self.agenda.events.values() if e.uid == f"pupitre:event:{number}" and not e.cancelled]
            if number in in_error or number in self.tampered:
                continue
            if appointment.status in ACTIVE:
                assert len(events) == 1, (appointment, events)
                assert events[0].slot.interval == appointment.slot.interval
                assert events[0].calendar == f"{'alice' if appointment.slot.agent_id == 45 else 'bruno'}@x"
            else:
                assert events == [], (appointment, events)
        for row in rows:
            if row.intent is Intent.BOOK:
                made = self.records.keys.get(record_key(self.worlds[self.processes[0]]["demo"], row))
                if row.status in (CommitmentStatus.WITHDRAWN, CommitmentStatus.ERROR) and row.recorded_at is None:
                    assert made is None or self.records.appointments[made].status is AppointmentStatus.CANCELED
                if row.status is CommitmentStatus.DONE:
                    assert made is not None
                assert not (row.alone and row.outcome is CommitOutcome.WITHDRAWN), "hanging up withdraws nothing"
        self.reminders_follow()
        for key in self.reservations.reserved:
            kept = self.commitments.rows[key]
            assert kept.status is CommitmentStatus.ERROR, key
            assert kept.closed_at is None, key

    def reminders_follow(self) -> None:
        """4. No reminder for what is not confirmed at that time."""
        rules = self.worlds[self.processes[0]]["demo"].rules
        for reminder in self.reminders.rows.values():
            if reminder.status is ReminderStatus.SCHEDULED:
                appointment = self.records.appointments[reminder.appointment_id]
                assert appointment.status in ACTIVE or appointment.id in self.tampered
                assert reminder.due == reminders.due_at(appointment.slot.start, reminder.offset, rules)


async def _ring(world: World, row: object) -> None:
    """Reminders are not dialled in this town."""


KINDS = {**COMMITMENTS, reminders.DUE_KIND: _ring}
