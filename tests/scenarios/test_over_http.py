"""Scenarios played through `POST /ivr`: what the caller hears, and what is in the store at the end.

Those that prescribe what the world answers (`outcomes`) need a world that obeys; they are played against the core.
"""

import contextlib
import json

import pytest
from tests.scenarios.over_http import configured
from tests.scenarios.play import every, play

SCENARIOS = [scenario for scenario in every() if not scenario.outcomes]
PERSONAL = ("dupont", "leroy", "benali", "639980001", "39 98 00 01", "1950")
"""Of the patients of every scenario's world: names, numbers, a year of birth."""


@pytest.fixture(scope="module")
def drivers(tmp_path_factory):
    """A desk for each kind of settings, started when the first scenario needs it."""
    running = {}
    stack = contextlib.ExitStack()

    def driver_for(settings):
        key = json.dumps(settings, sort_keys=True)
        if key not in running:
            running[key] = stack.enter_context(configured(tmp_path_factory.mktemp("desk") / "home", settings))
        return running[key]

    with stack:
        yield driver_for


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_the_scenario_plays_over_http_as_written(scenario, drivers):
    driver = drivers(scenario.settings)
    play(scenario, driver)
    log = driver.desk.log().casefold()

    assert not [known for known in PERSONAL if known in log], "names and numbers never reach the log"
