"""Local mode: our own store is who is who, record and planning."""

from __future__ import annotations

from collections.abc import Sequence

from pupitre.backends.local.directory import LocalDirectory
from pupitre.backends.local.free_busy import LocalFreeBusy
from pupitre.backends.local.records import LocalRecords
from pupitre.backing.backing import Backing, CheckUp, Finding
from pupitre.config import Tenant
from pupitre.ports import Clock
from pupitre.store import Database


def local(tenant: Tenant, database: Database, clock: Clock) -> Backing:
    """Nothing but the store."""
    settings = tenant.settings
    directory = LocalDirectory(database, settings.id)
    return Backing(
        directory,
        LocalRecords(database, settings.id, clock, settings.location),
        LocalFreeBusy(database, settings.id),
        check_ups={"people": people(directory)},
    )


def people(directory: LocalDirectory) -> CheckUp:
    """Whether there is anybody to book for and with."""

    async def look() -> Sequence[Finding]:
        agents, patients = await directory.agents(), await directory.page(limit=1)
        return [
            Finding("ok", f"{len(agents)} agents")
            if agents
            else Finding("error", "nobody can be booked: add agents with `pupitre agents add`"),
            Finding("ok", "there are patients")
            if patients
            else Finding("warning", "no patient is known: add some with `pupitre patients add` or `import`"),
        ]

    return look
