"""A world that is loaded over another: nothing that the old one had under way goes on in the new one."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests
from tests.servers.desk import NOW, serving
from tests.servers.wire import Wire
from tests.sync.conftest import Company, span, wired

HOST = "desk.example"


@pytest.fixture(scope="module")
def slow_company(tmp_path_factory, emulators):
    """A desk behind a wire to which Google announces what changes."""
    wire = Wire(emulators.base)
    home = wired(tmp_path_factory.mktemp("resets") / "home", emulators, wire)
    with (home / "demo.toml").open("a") as settings:
        settings.write(f'\n[sync]\nannounced_at = "https://{HOST}/google/notifications"\n')
    with serving(home) as desk:
        yield Company(desk, emulators), wire
    wire.stop()


def route(company, to):
    order = {"host": HOST, "to": to}
    assert requests.post(f"{company.emulators.google}/_emu/webhook_route", json=order, timeout=10).status_code == 200


@pytest.fixture
def company(slow_company):
    company, wire = slow_company
    wire.clear()
    company.load()
    route(company, company.desk.url)
    yield company
    route(company, None)


@pytest.fixture
def wire(slow_company):
    return slow_company[1]


@contextmanager
def held(wire, name, edge):
    """The next request of this name waits there until the block ends; the block begins when it has come to it."""
    come, go = threading.Event(), threading.Event()

    def hook(exchange, at):
        if (exchange.name, at) == (name, edge) and not come.is_set():
            come.set()
            go.wait(30)

    wire.hook = hook
    try:
        yield come
    finally:
        go.set()
        wire.settle()
        time.sleep(0.5)


def move(company, to):
    company.agent().move(company.record["google_event_id"], span(to))


def eventually(true, seconds=5):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.1)
    return true()


def test_a_hastened_round_of_the_old_world_leaves_no_channel_in_the_new_one(company, wire):
    """A channel that only the desk believes in would keep its calendar unwatched for a week."""
    company.wait()
    with held(wire, "GET events", "before") as come:
        move(company, "2026-01-08T16:00:00+01:00")
        assert come.wait(10)
        company.load()
    company.wait()
    move(company, "2026-01-08T17:00:00+01:00")

    assert eventually(lambda: company.record["sync_state"] == "error")


def test_a_walk_through_the_old_world_ends_with_it(company, wire):
    """It neither moves the new world's clock, nor says that time has passed, nor leaves anything behind."""
    with ThreadPoolExecutor() as pool, held(wire, "GET events", "before") as come:
        walk = pool.submit(company.desk.post, "/_sandbox/clock", {"advance": "PT15M"})
        assert come.wait(10)
        company.load()
    refused = walk.result(30)

    assert (503, NOW) == (refused.status, company.desk.state["now"])
    assert company.desk.get("/v1/sync").json == {"calendars": []}
    company.wait()
    move(company, "2026-01-08T17:00:00+01:00")
    assert eventually(lambda: company.record["sync_state"] == "error")
