"""kill -9 of the desk at every step of a call in hybrid mode: before a request leaves it, and before its answer comes.

Between two steps is where the next request has not left yet. CI kills at some of the places; `PUPITRE_KILLS=all pytest
tests/sync/test_kills_in_calls.py` at every one. (tests/faults/test_kill.py kills inside the engine.)
"""

import contextlib
import os

import pytest
from tests.servers.desk import serving
from tests.servers.wire import Wire
from tests.sync.calling import Talk, is_done, synced, untrue
from tests.sync.conftest import Company, wired

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]

REQUESTS = {
    "BOOK": [
        ("POST freeBusy", 2),
        ("calendar.event.load", 1),
        ("calendar.event.write", 1),
        ("POST events", 1),
        ("calendar.event.write", 2),
    ],
    "RESCHEDULE": [
        ("calendar.event.read", 1),
        ("POST freeBusy", 2),
        ("calendar.event.write", 1),
        ("PATCH event", 1),
        ("calendar.event.write", 2),
    ],
    "CANCEL": [
        ("calendar.event.read", 1),
        ("calendar.event.write", 1),
        ("PATCH event", 1),
        ("calendar.event.write", 2),
    ],
}
PLACES = [
    (intent, name, nth, edge)
    for intent, requests in REQUESTS.items()
    for name, nth in requests
    for edge in ("before", "after")
]
CHOSEN = PLACES if os.environ.get("PUPITRE_KILLS") == "all" else PLACES[1::3]


class Mortal:
    """A desk that is started again whenever it has died."""

    def __init__(self, home):
        self.home, self.stack, self.running, self.deaths = home, contextlib.ExitStack(), None, 0

    def __call__(self):
        if self.running is None or self.running.process.poll() is not None:
            self.deaths += self.running is not None
            self.running = self.stack.enter_context(serving(self.home))
        return self.running


@pytest.fixture(scope="module")
def mortal(tmp_path_factory, emulators):
    wire = Wire(emulators.base)
    desk = Mortal(wired(tmp_path_factory.mktemp("mortal") / "home", emulators, wire))
    with desk.stack:
        yield desk, wire
    wire.stop()


@pytest.mark.parametrize(("intent", "name", "nth", "edge"), CHOSEN, ids=lambda value: str(value).replace(" ", "_"))
def test_a_call_survives_its_desk(mortal, emulators, intent, name, nth, edge):
    desk, wire = mortal
    company = Company(desk(), emulators)
    company.load()
    wire.clear()
    victim, deaths = desk(), desk.deaths

    def kill(exchange, at):
        if (exchange.name, at) == (name, edge) and wire.names.count(name) == nth and victim.process.poll() is None:
            victim.kill()

    wire.hook = kill
    talk = Talk(desk, intent, f"c-{intent}").play()
    company.desk = desk()

    assert desk.deaths == deaths + 1, f"nobody died: {wire.names}"
    assert talk.told, talk.heard
    company.desk.clock(advance="PT5M")
    assert is_done(company, talk)
    assert [] == untrue(company)
    assert synced(company)
    assert 1 == sum(one["call_id"] == talk.call_id for one in company.desk.state["commitments"])
