"""Google mode: patients and records in our own store, the planning in Google Calendar."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from msgspec.structs import replace

from pupitre.backends.google.agenda import GoogleAgenda
from pupitre.backends.google.planning import AskOf, Patients
from pupitre.backends.local.directory import LocalDirectory
from pupitre.backends.local.records import LocalRecords
from pupitre.backing.backing import Backing, CheckUp, Finding
from pupitre.backing.local import people
from pupitre.config import Tenant
from pupitre.model import Agent, BackendId, Interval
from pupitre.ports import Clock, ConfigError, DeskError, Directory
from pupitre.store import Database

_MINUTE = timedelta(minutes=1)


def google(tenant: Tenant, database: Database, clock: Clock) -> Backing:
    """Raises ConfigError."""
    settings = tenant.settings
    directory = LocalDirectory(database, settings.id)
    records = LocalRecords(database, settings.id, clock, settings.location)
    assert settings.google is not None
    if settings.google.invite_patients:
        raise ConfigError(
            f"tenant {settings.id}: google.invite_patients: our own store knows no mail addresses; take the setting out"
        )
    agenda = planning(tenant, directory, clock)
    return Backing(
        directory,
        records,
        agenda,
        agenda,
        pings={"google": readable(agenda, directory, clock)},
        check_ups={"people": people(directory), "google": calendars(agenda, directory, settings.timezone)},
        closers=(agenda.close,),
    )


def planning(
    tenant: Tenant,
    directory: Directory,
    clock: Clock,
    record_url: str | None = None,
    address_of: AskOf | None = None,
) -> GoogleAgenda:
    """The agents' calendars. `record_url`: link to an appointment's record, with `{id}`, unless settings give one."""

    async def name_of(patient: BackendId) -> str | None:
        return (await directory.read_patient(patient)).name

    settings, keys = tenant.settings.google, tenant.google_keys
    assert settings is not None
    assert keys is not None
    return GoogleAgenda(
        replace(settings, screen_pop=settings.screen_pop or record_url),
        keys,
        agents=directory.agents,
        clock=clock,
        timezone=tenant.settings.timezone,
        language=tenant.settings.language,
        patients=Patients(address_of, name_of) if address_of else Patients(name_of=name_of),
    )


def calendars(agenda: GoogleAgenda, directory: Directory, timezone: str) -> CheckUp:
    """What the desk may do in each agent's calendar."""

    async def look() -> Sequence[Finding]:
        return [await _calendar(agenda, agent, timezone) for agent in await directory.agents()]

    return look


async def _calendar(agenda: GoogleAgenda, agent: Agent, timezone: str) -> Finding:
    if not agent.calendar:
        return Finding("error", f"{agent.name} has no calendar id: without it nothing is offered")
    try:
        access = await agenda.access(agent)
    except DeskError as error:
        return Finding("error", f"{agent.calendar}: {error}; share it with the desk's account")
    if not access.may_write:
        return Finding("error", f'{agent.calendar} can only be read: share it with "Make changes to events"')
    if access.timezone != timezone:
        return Finding(
            "warning", f"{agent.calendar} is in {access.timezone}, the tenant in {timezone}: whole days shift"
        )
    return Finding("ok", f"{agent.calendar} can be read and written")


def readable(agenda: GoogleAgenda, directory: Directory, clock: Clock) -> Callable[[], Awaitable[object]]:
    """Asks whether any calendar can be read. Raises Unavailable."""

    async def ask() -> object:
        now = clock.now()
        return await agenda.busy(await directory.agents(), Interval(now, now + _MINUTE))

    return ask
