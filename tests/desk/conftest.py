"""These tests speak to `pupitre serve` over HTTP, as a gateway does."""

import pytest
import schemathesis
from tests.servers.desk import desk, running_desk  # noqa: F401  fixtures


@pytest.fixture(scope="session")
def openapi(running_desk):  # noqa: F811 -- a fixture
    """The desk's own description of itself."""
    return schemathesis.openapi.from_url(f"{running_desk.url}/openapi.json")
