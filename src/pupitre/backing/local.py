"""Local mode: our own store is who is who, record and planning."""

from __future__ import annotations

from pupitre.backends.local.directory import LocalDirectory
from pupitre.backends.local.free_busy import LocalFreeBusy
from pupitre.backends.local.records import LocalRecords
from pupitre.backing.backing import Backing
from pupitre.config import Tenant
from pupitre.ports import Clock
from pupitre.store import Database


def local(tenant: Tenant, database: Database, clock: Clock) -> Backing:
    """Nothing but the store."""
    settings = tenant.settings
    return Backing(
        LocalDirectory(database, settings.id),
        LocalRecords(database, settings.id, clock, settings.location),
        LocalFreeBusy(database, settings.id),
    )
