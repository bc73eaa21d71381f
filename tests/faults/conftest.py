"""Stores of every kind for processes that are killed, and backends that outlive them."""

import pytest
from tests.booking.conftest import engine_url
from tests.faults.backend_server import backends_running
from tests.faults.running import Program
from tests.servers.postgres import postgres  # noqa: F401  a fixture
from tests.store.conftest import postgres_template, sqlite_template, url  # noqa: F401  fixtures


@pytest.fixture
def backends():
    with backends_running() as state:
        yield state


@pytest.fixture
def start(url, backends):  # noqa: F811 -- a fixture
    """Starts a program on this test's store; all are stopped in the end."""
    started = []

    def begin(**environment):
        program = Program(url, engine_url(url), backends.url, **environment)
        started.append(program)
        return program

    yield begin
    for program in started:
        if program.process.poll() is None:
            program.stop()
        program.process.stdout.close()
