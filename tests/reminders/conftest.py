"""A running desk, and emulators beside it, for tests over HTTP."""

from tests.servers.desk import desk, running_desk  # noqa: F401  fixtures
from tests.sync.conftest import emulators  # noqa: F401  a fixture
