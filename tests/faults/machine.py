"""The state machine: callers, agents, backends, crashes and clocks in any order (booking.md's seven invariants)."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.faults.town import AGENTS, SLOTS, TURN_SECONDS, Town

from pupitre.booking.commit import close, hung_up, retry
from pupitre.booking.offers import release
from pupitre.dialogue.effects import Commit
from pupitre.model import Intent
from pupitre.ports import CommitmentStatus, Refused, Unavailable

FAULTS = st.sampled_from(
    [
        None,
        None,
        None,
        None,
        Unavailable("down"),
        Unavailable("429", retry_after=30),
        Refused("403"),
    ]
)
BACKENDS = ("records.", "agenda.")
CANNOT_REFUSE = ("agenda.busy", "agenda.move", "records.read", "records.made")
"""Reading is not refused for good; a refused move of an event is tried with the real engine."""
WHICH = st.integers(0, 50)


class BookingMachine(RuleBasedStateMachine):
    """One rule is one thing that happens; the town checks itself after each, and again when all has settled."""

    guarded = True

    @initialize()
    def begin(self) -> None:
        self.town = Town(guarded=self.guarded)
        self.calls = 0

    def process(self, which: int):
        return self.town.processes[which % len(self.town.processes)]

    # ---- callers -----------------------------------------------------------------------------------------------------

    @rule(slot=st.sampled_from(SLOTS), which=WHICH)
    def book(self, slot, which):
        self.calls += 1
        self.town.ask(self.process(which), Commit(Intent.BOOK, 1, 7, slot=slot), f"call{self.calls}")

    @rule(which=WHICH)
    def ask_what_is_free(self, which):
        self.calls += 1
        self.town.offer(self.process(which), f"call{self.calls}")

    @precondition(lambda self: any(listener.offered for listener in self.town.listeners))
    @rule(which=WHICH, data=st.data())
    def pick(self, which, data):
        """One of the offers, in time or after its hold has ended."""
        listener = data.draw(st.sampled_from([one for one in self.town.listeners if one.offered]))
        slot = data.draw(st.sampled_from(listener.offered))
        self.town.listeners.remove(listener)
        self.town.ask(self.process(which), Commit(Intent.BOOK, 1, 7, slot=slot), listener.call_id)

    @precondition(lambda self: self.town.listeners)
    @rule(which=WHICH, data=st.data())
    def hang_up_on_offers(self, which, data):
        listener = data.draw(st.sampled_from(self.town.listeners))
        self.town.listeners.remove(listener)
        process = self.process(which)
        process.spawn("hang-up", release(self.town.worlds[process]["demo"], listener.call_id))

    def known(self):
        """Appointments that a caller may have heard of: those that were recorded."""
        recorded = {row.appointment_id for row in self.town.commitments.rows.values() if row.recorded_at}
        return [a for a in self.town.records.appointments.values() if a.id in recorded]

    @precondition(lambda self: self.known())
    @rule(slot=st.sampled_from(SLOTS), which=WHICH, data=st.data())
    def move(self, slot, which, data):
        self.calls += 1
        appointment = data.draw(st.sampled_from(self.known()))
        effect = Commit(Intent.RESCHEDULE, 1, 7, slot=slot, appointment_id=appointment.id)
        self.town.ask(self.process(which), effect, f"call{self.calls}")

    @precondition(lambda self: self.known())
    @rule(which=WHICH, data=st.data())
    def cancel(self, which, data):
        self.calls += 1
        appointment = data.draw(st.sampled_from(self.known()))
        effect = Commit(Intent.CANCEL, 1, 7, appointment_id=appointment.id, reason="caller")
        self.town.ask(self.process(which), effect, f"call{self.calls}")

    @precondition(lambda self: any(c.waiting is None and c.on_the_line for c in self.town.callers))
    @rule(which=WHICH, data=st.data(), seconds=st.sampled_from([0, 1, 4, 13]))
    def ask_again(self, which, data, seconds):
        """`continue`, or an event that comes twice, at whichever process."""
        self.town.seconds += seconds
        caller = data.draw(st.sampled_from([c for c in self.town.callers if c.waiting is None and c.on_the_line]))
        self.town.ask_again(self.process(which), caller)

    @precondition(lambda self: self.town.callers)
    @rule(data=st.data(), which=WHICH)
    def hang_up(self, data, which):
        caller = data.draw(st.sampled_from(self.town.callers))
        caller.on_the_line = False
        process = self.process(which)
        process.spawn("hang-up", hung_up(self.town.worlds[process]["demo"], caller.asked.call_id))

    # ---- the world ---------------------------------------------------------------------------------------------------

    @rule(slot=st.sampled_from(SLOTS))
    def a_meeting_is_put_into_the_planning(self, slot):
        if not any(e.slot.interval.overlaps(slot.interval) for e in self.town.agenda.events.values()):
            self.town.agenda.put(AGENTS[slot.agent_id - 45], slot.start, slot.end)

    @precondition(lambda self: any(e.uid and not e.cancelled for e in self.town.agenda.events.values()))
    @rule(data=st.data(), how=st.sampled_from(["moved", "deleted", "new etag", "new etag", "new etag"]))
    def a_person_touches_our_event(self, data, how):
        ours = [e for e in self.town.agenda.events.values() if e.uid and not e.cancelled]
        event = data.draw(st.sampled_from(ours))
        event.version += 1
        if how == "moved":
            event.slot = type(event.slot)(
                event.slot.start + timedelta(hours=5), event.slot.end + timedelta(hours=5), event.slot.agent_id
            )
        elif how == "deleted":
            event.cancelled = True
        if how != "new etag":
            self.town.tampered.add(int(event.uid.rpartition(":")[2]))

    @rule(minutes=st.sampled_from([1, 5, 30, 45]), which=WHICH)
    def time_passes(self, minutes, which):
        self.town.clock.instant += timedelta(minutes=minutes)
        self.town.walk(self.process(which), self.town.clock.instant)

    def waiting_for_somebody(self):
        stuck = (CommitmentStatus.ERROR, CommitmentStatus.WAITING)
        return [row for row in self.town.commitments.rows.values() if row.status in stuck and row.closed_at is None]

    @precondition(lambda self: self.waiting_for_somebody())
    @rule(data=st.data(), which=WHICH, decide=st.sampled_from([retry, close]))
    def a_person_decides(self, data, which, decide):
        kept = data.draw(st.sampled_from(self.waiting_for_somebody()))
        process = self.process(which)
        process.spawn("person", decide(self.town.worlds[process]["demo"], kept.id, "Claire"))

    # ---- who goes on, and what his call brings -----------------------------------------------------------------------

    @precondition(lambda self: self.town.tasks_now())
    @rule(data=st.data(), fault=FAULTS, steps=st.integers(1, 12))
    def go_on(self, data, fault, steps):
        task = data.draw(st.sampled_from(self.town.tasks_now()))
        for step in range(steps):
            if task.done:
                break
            call, when = task.place
            if self.town.stuck(task):
                self.town.seconds += TURN_SECONDS
                task.step("time is up")
            elif fault is not None and step == steps - 1 and call.startswith((*BACKENDS, "store.")):
                self.fail(task, call, when, fault)
            else:
                task.step(None)
        self.town.hear()

    def fail(self, task, call, when, fault):
        """A backend may refuse before it does anything; after it did, its answer may only get lost."""
        ours = call.startswith("store.")
        if ours:
            task.step(Unavailable("our database is down"))
        elif isinstance(fault, Refused) and (when == "after" or call in CANNOT_REFUSE):
            task.step(None)
        else:
            task.step(fault)

    @rule(which=WHICH)
    def a_process_is_killed(self, which):
        self.town.kill(self.process(which))
        self.town.hear()

    @rule(which=WHICH)
    def its_work_is_taken_over(self, which):
        self.town.take_over(self.process(which))

    # ---- what must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "town"):
            self.town.hear_offers()
            self.town.offers_are_held()
            self.town.no_two_overlap()
            self.town.nothing_untrue_was_told()

    def teardown(self) -> None:
        if not hasattr(self, "town"):
            return
        self.town.settle()
        self.town.no_two_overlap()
        self.town.nothing_untrue_was_told()
        self.town.everything_is_settled()
