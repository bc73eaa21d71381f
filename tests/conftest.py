"""Rules for all tests."""

import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that needs a real server, or proves a fault is survived, may not be skipped: its server must be there."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail") and item.keywords.keys() & {"real", "faults"}:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, but tests marked real or faults always run: {report.longrepr}"
