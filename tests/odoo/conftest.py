"""What tests on Odoo share."""

from tests.servers.odoo import odoo14, odoo19  # noqa: F401 -- fixtures
