"""Thousands of schedules on the deterministic engine."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import rule, run_state_machine_as_test
from tests.faults.machine import WHICH, BookingMachine
from tests.faults.town import SLOTS

from pupitre.dialogue.effects import Commit
from pupitre.model import Intent

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]

SCHEDULES = int(os.environ.get("PUPITRE_SCHEDULES", "1500"))
RULES = settings(
    max_examples=SCHEDULES,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_whatever_happens_in_whatever_order_the_invariants_hold():
    run_state_machine_as_test(BookingMachine, settings=RULES)


class Unguarded(BookingMachine):
    """All callers want one slot, and nothing but the code decides who has it."""

    guarded = False

    @rule(which=WHICH)
    def book(self, which):
        self.calls += 1
        self.town.ask(self.process(which), Commit(Intent.BOOK, 1, 7, slot=SLOTS[0]), f"call{self.calls}")


def test_without_the_constraint_on_claims_the_same_machine_finds_two_callers_with_one_slot():
    quick = settings(RULES, max_examples=1000, database=None, phases=[Phase.generate], report_multiple_bugs=False)

    with pytest.raises(AssertionError, match="slot"):
        run_state_machine_as_test(Unguarded, settings=quick)
