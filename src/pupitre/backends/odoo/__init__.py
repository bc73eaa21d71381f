"""Odoo 14 to 19 as directory, system of record and planning, over the web session or JSON-2."""
