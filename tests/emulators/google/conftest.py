"""The emulator that the tests of this folder talk to."""

import pytest
from tests.servers.emulators import Emulators


@pytest.fixture(scope="session")
def _emulators():
    running = Emulators()
    yield running
    assert running.stop() == 0


@pytest.fixture
def emulators(_emulators):
    """The running emulators, as if just started with their clock standing still."""
    _emulators.control("reset", {})
    return _emulators
