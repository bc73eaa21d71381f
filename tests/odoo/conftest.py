"""Fixtures of the tests on Odoo."""

from tests.odoo.places import *  # noqa: F403 -- fixtures
