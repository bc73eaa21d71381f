"""Which backends stand behind a tenant: a mode is a choice of ports, nothing else.

            who is who   record      planning
    hybrid  Odoo         Odoo        Google, and absences from Odoo's HR
    odoo    Odoo         Odoo        Odoo
    google  our store    our store   Google
    local   our store    our store   our store

Each mode's adapters are loaded when a tenant asks for them: their libraries cost a second that others need not wait.
"""

from __future__ import annotations

from pupitre.backing.backing import Backing, Finding
from pupitre.config import Tenant
from pupitre.ports import Clock
from pupitre.store import Database

__all__ = ["Backing", "Finding", "backing_of"]


def backing_of(tenant: Tenant, database: Database, clock: Clock) -> Backing:
    """The backends of the tenant's mode; connects to nothing yet. Raises ConfigError."""
    match tenant.settings.mode:
        case "hybrid":
            from pupitre.backing.hybrid import hybrid  # noqa: PLC0415 -- no desk loads another mode's clients

            return hybrid(tenant, clock)
        case "odoo":
            from pupitre.backing.odoo import odoo  # noqa: PLC0415 -- no desk loads another mode's clients

            return odoo(tenant, clock)
        case "google":
            from pupitre.backing.google import google  # noqa: PLC0415 -- no desk loads another mode's clients

            return google(tenant, database, clock)
        case "local":
            from pupitre.backing.local import local  # noqa: PLC0415 -- no desk loads another mode's clients

            return local(tenant, database, clock)
