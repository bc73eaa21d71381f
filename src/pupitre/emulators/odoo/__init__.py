"""Odoo 19 on the wire, as far as an appointment desk uses it: partners, users, events, and fields made at run time."""
