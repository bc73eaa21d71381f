"""These tests speak to `pupitre serve` over HTTP, as a gateway does."""

from tests.servers.desk import desk, running_desk  # noqa: F401  fixtures
