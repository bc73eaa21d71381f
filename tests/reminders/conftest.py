"""A running desk, for tests over HTTP."""

from tests.servers.desk import desk, running_desk  # noqa: F401  fixtures
