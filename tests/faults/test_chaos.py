"""Schedules on real processes: two of them on one store, killed and restarted while callers book, move and cancel.

The backends fail before they do anything, or after; a person touches events. The rules are those of the town.
Seeds: 4, PUPITRE_CHAOS for more.
"""

from __future__ import annotations

import os
import random
import threading
import time

import pytest
from tests.booking.backends import overlapping
from tests.faults.running import asked, day, until

from pupitre.model import Intent
from pupitre.ports import Unavailable

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

SEEDS = range(int(os.environ.get("PUPITRE_CHAOS", "4")))
CALLERS = 6
ROUNDS = 4


class Chaos:
    """What happens, decided by one seed."""

    def __init__(self, start, backends, seed: int) -> None:
        self.start, self.backends, self.dice = start, backends, random.Random(seed)
        self.programs = [start(), start()]
        self.asked: dict[str, object] = {}
        self.told: dict[str, set[str]] = {}
        self.lock = threading.Lock()
        self.over = False
        for backend in (backends.records, backends.agenda):
            backend.fault = self.fail

    async def fail(self, call: str, when: str) -> None:
        if not self.over and self.dice.random() < 0.08:
            raise Unavailable(f"{call} fails {when} it is done")

    def any_program(self):
        with self.lock:
            return self.dice.choice(self.programs)

    def ask(self, wanted) -> str | None:
        """A caller insists for some turns; with the third he may have had enough."""
        self.asked[wanted.id] = wanted
        for _ in range(12):
            told = self.any_program().commit(wanted)
            if told:
                self.told.setdefault(wanted.id, set()).add(told)
                return told
            time.sleep(0.2)
        return None

    def caller(self, number: int) -> None:
        for turn in range(ROUNDS):
            slot = day(3, 9 + self.dice.randrange(3), self.dice.choice((0, 15, 30)), self.dice.choice((45, 46)))
            if self.ask(asked(Intent.BOOK, slot, call=f"book-{number}-{turn}")) != "recorded":
                continue
            mine = [a.id for a in self.backends.active() if a.call_id == f"book-{number}-{turn}"]
            if mine and self.dice.random() < 0.5:
                self.ask(
                    asked(Intent.RESCHEDULE, day(4, 9 + turn, 0, 45 + number % 2), mine[0], f"move-{number}-{turn}")
                )
            elif mine:
                self.ask(asked(Intent.CANCEL, appointment=mine[0], call=f"cancel-{number}-{turn}"))

    def killer(self) -> None:
        while not self.over:
            time.sleep(self.dice.uniform(1, 3))
            with self.lock:
                victim = self.dice.randrange(2)
                self.programs[victim].kill()
                self.programs[victim] = self.start()

    def play(self) -> None:
        threads = [threading.Thread(target=self.caller, args=(n,)) for n in range(CALLERS)]
        killer = threading.Thread(target=self.killer)
        for thread in (*threads, killer):
            thread.start()
        for thread in threads:
            thread.join()
        self.over = True
        killer.join()

    def settle(self) -> None:
        """No more faults; processes whose clock is set on do what is left."""
        for program in self.programs:
            program.stop()
        for minutes in ("10", "45", "90"):
            program = self.start(PUPITRE_TEST_MINUTES_LATER=minutes)
            self.programs = [program]
            try:
                until(lambda: not self.unsettled(), 30)
            except AssertionError:
                program.stop()
                continue
            return
        assert not self.unsettled(), self.unsettled()

    def unsettled(self):
        standing = {key: self.standing(key) for key in self.asked}
        return {key: one for key, one in standing.items() if one and one["status"] in ("running", "waiting")}

    def standing(self, key: str):
        try:
            return self.programs[0].standing(key)
        except OSError:
            return None  # its request never reached the store


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_dies_everything_ends_with_exactly_one_of_everything(start, backends, seed):
    chaos = Chaos(start, backends, seed)
    chaos.play()
    chaos.settle()

    for agent in (45, 46):
        active = [a for a in backends.active() if a.slot.agent_id == agent]
        assert not overlapping([a.slot.interval for a in active]), sorted(active, key=lambda a: a.slot.start)
    shown = {event.uid: event for event in backends.events()}
    assert len(shown) == len(backends.events())
    assert {f"pupitre:event:{a.id}": a.slot.interval for a in backends.active()} == {
        uid: event.slot.interval for uid, event in shown.items()
    }
    assert all(len(told) == 1 for told in chaos.told.values()), "never two different things"
    recorded = {key for key, told in chaos.told.items() if told == {"recorded"}}
    booked = {a.call_id for a in backends.records.appointments.values()}
    assert {key.partition(":")[0] for key in recorded if ":BOOK:" in key} <= booked
