"""Every scenario, played against the pure core."""

from collections import Counter

import pytest
from tests.scenarios.core import CoreDriver
from tests.scenarios.play import every, play

from pupitre.dialogue.call import State
from pupitre.dialogue.flow import FLOW, leads

SCENARIOS = every()
FAULT = (State.START, State.TRANSFER_AGENT)
"""Only a fault of the desk's own hands over before the first sentence; `tests/dialogue/test_rules.py` has it."""


@pytest.fixture(scope="module")
def walked():
    """Every scenario's driver, after it was played."""
    drivers = {}
    for scenario in SCENARIOS:
        drivers[str(scenario)] = driver = CoreDriver()
        play(scenario, driver)
    return drivers


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_the_scenario_plays_as_written(scenario):
    play(scenario, CoreDriver())


def test_there_are_sixty_whole_calls_of_distinct_names():
    assert len({str(scenario) for scenario in SCENARIOS}) == len(SCENARIOS) >= 60


def test_no_two_scenarios_walk_the_same_path(walked):
    paths = Counter(tuple(driver.path) for driver in walked.values())
    twins = [
        [name for name, driver in walked.items() if tuple(driver.path) == path] for path, n in paths.items() if n > 1
    ]

    assert [] == twins


def test_every_edge_of_the_flow_table_is_walked_by_a_scenario(walked):
    taken = set().union(*(driver.edges for driver in walked.values()))
    declared = {(state, to) for state in FLOW for to in leads(state)}

    assert taken <= declared
    assert {FAULT} == declared - taken
