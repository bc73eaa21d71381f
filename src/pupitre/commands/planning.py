"""`pupitre agents`, `absences`, `appointments`: what a person without a console needs of a desk in local mode."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click

from pupitre.backends.local.directory import LocalDirectory
from pupitre.backends.local.feeds import Feeds
from pupitre.backends.local.records import LocalRecords
from pupitre.backends.local.roster import Roster
from pupitre.booking import commit
from pupitre.commands.listing import show
from pupitre.commands.opening import PersonName, config_option, instant, tenant_option, wall, with_tenant
from pupitre.dialogue.effects import Commit
from pupitre.dialogue.events import CommitOutcome
from pupitre.model import Agent, BackendId, Intent, Interval, Slot, Source
from pupitre.ports import NotFound, Refused, SlotTaken, Unavailable
from pupitre.tenant import Tenant
from pupitre.wiring import House

_PATIENCE_SECONDS = 15.0


@click.group()
def agents() -> None:
    """The people whose time is booked."""


@agents.command("list")
@config_option
@tenant_option
def list_agents(config_file: Path, tenant_id: str | None) -> None:
    """Everybody who may be booked."""

    async def work(house: House, tenant: Tenant) -> None:
        found = await Roster(house.database, tenant.id).agents()
        rows = [(agent.id, agent.name, agent.calendar) for agent in found]
        show(("id", "name", "calendar"), rows, empty="No agent yet: add one.")

    with_tenant(config_file, tenant_id, work)


@agents.command("add")
@click.argument("name", type=PersonName())
@config_option
@tenant_option
def add_agent(name: str, config_file: Path, tenant_id: str | None) -> None:
    """Add an agent."""

    async def work(house: House, tenant: Tenant) -> None:
        agent = await Roster(house.database, tenant.id).add(name)
        click.echo(f"{agent.id}  {agent.name}")

    with_tenant(config_file, tenant_id, work)


@agents.command("remove")
@click.argument("agent_id", type=int)
@config_option
@tenant_option
def remove_agent(agent_id: int, config_file: Path, tenant_id: str | None) -> None:
    """Book nothing more with an agent; what is booked stands."""

    async def work(house: House, tenant: Tenant) -> None:
        await Roster(house.database, tenant.id).retire(agent_id, house.clock.now())
        click.echo(f"Nothing more is booked with {agent_id}.")

    with_tenant(config_file, tenant_id, work)


@agents.command("feed")
@click.argument("agent_id", type=int)
@click.option("--revoke", is_flag=True, help="Let no address of this agent answer any more.")
@config_option
@tenant_option
def feed(agent_id: int, *, revoke: bool, config_file: Path, tenant_id: str | None) -> None:
    """Give the agent's calendar feed (ICS) a new address, shown this once; the one before answers no more."""

    async def work(house: House, tenant: Tenant) -> None:
        agent = await _agent(house, tenant, agent_id)
        feeds = Feeds(house.database)
        if revoke:
            await feeds.revoke(tenant.id, agent.id, house.clock.now())
            click.echo(f"No address of {agent.name}'s feed answers any more.")
        else:
            click.echo(f"/feeds/{await feeds.give(tenant.id, agent.id, house.clock.now())}.ics")

    with_tenant(config_file, tenant_id, work)


@click.group()
def absences() -> None:
    """Times at which agents are away."""


@absences.command("list")
@config_option
@tenant_option
def list_absences(config_file: Path, tenant_id: str | None) -> None:
    """Absences of the coming year."""

    async def work(house: House, tenant: Tenant) -> None:
        now = house.clock.now()
        found = await Roster(house.database, tenant.id).absences(Interval(now, now + timedelta(days=366)))
        named = await _named(house, tenant)
        rows = [
            (
                away.id,
                named(away.agent_id),
                wall(away.interval.start, tenant),
                wall(away.interval.end, tenant),
                away.reason,
            )
            for away in found
        ]
        show(("id", "agent", "from", "to", "reason"), rows, empty="Nobody is away.")

    with_tenant(config_file, tenant_id, work)


@absences.command("add")
@click.argument("agent_id", type=int)
@click.argument("start")
@click.argument("end")
@click.option("--reason")
@config_option
@tenant_option
def add_absence(
    agent_id: int, start: str, end: str, reason: str | None, config_file: Path, tenant_id: str | None
) -> None:
    """Say that an agent is away from START to END, local time: 2026-01-06T09:00."""

    async def work(house: House, tenant: Tenant) -> None:
        agent = await _agent(house, tenant, agent_id)
        span = Interval(instant(start, tenant), instant(end, tenant))
        if span.start >= span.end:
            raise click.BadParameter("START must be before END.")
        away = await Roster(house.database, tenant.id).add_absence(agent.id, span, reason)
        click.echo(f"{away.id}  {agent.name} is away from {wall(span.start, tenant)} to {wall(span.end, tenant)}.")

    with_tenant(config_file, tenant_id, work)


@absences.command("remove")
@click.argument("absence_id", type=int)
@config_option
@tenant_option
def remove_absence(absence_id: int, config_file: Path, tenant_id: str | None) -> None:
    """The agent will be there after all."""

    async def work(house: House, tenant: Tenant) -> None:
        await Roster(house.database, tenant.id).remove_absence(absence_id)
        click.echo(f"Absence {absence_id} is removed.")

    with_tenant(config_file, tenant_id, work)


@click.group()
def appointments() -> None:
    """What is booked."""


@appointments.command("list")
@click.option("--days", type=click.IntRange(1, 3660), default=14, show_default=True)
@config_option
@tenant_option
def list_appointments(days: int, config_file: Path, tenant_id: str | None) -> None:
    """Appointments of the coming days, cancelled ones too."""

    async def work(house: House, tenant: Tenant) -> None:
        now = house.clock.now()
        found = await _records(house, tenant).between(Interval(now, now + timedelta(days=days)))
        named = await _named(house, tenant)
        rows = [
            (
                one.id,
                wall(one.slot.start, tenant),
                wall(one.slot.end, tenant),
                named(one.slot.agent_id),
                one.patient_name,
                one.status,
            )
            for one in found
        ]
        show(("id", "from", "to", "agent", "patient", "status"), rows, empty="Nothing is booked.")

    with_tenant(config_file, tenant_id, work)


@appointments.command()
@click.argument("patient_id", type=int)
@click.argument("agent_id", type=int)
@click.argument("start")
@config_option
@tenant_option
def book(patient_id: int, agent_id: int, start: str, config_file: Path, tenant_id: str | None) -> None:
    """Book PATIENT_ID with AGENT_ID at START, local time: 2026-01-06T09:00."""

    async def work(house: House, tenant: Tenant) -> None:
        slot = await _slot(house, tenant, agent_id, start)
        if house.clock.now() >= slot.start:
            raise click.BadParameter(f"{start} is past already.")
        await LocalDirectory(house.database, tenant.id).read_patient(patient_id)
        await _commit(house, tenant, Commit(Intent.BOOK, 1, patient_id, slot))

    with_tenant(config_file, tenant_id, work)


@appointments.command()
@click.argument("appointment_id", type=int)
@click.argument("start")
@click.option("--agent", "agent_id", type=int, help="Another agent.")
@config_option
@tenant_option
def move(appointment_id: int, start: str, agent_id: int | None, config_file: Path, tenant_id: str | None) -> None:
    """Move an appointment to START, local time."""

    async def work(house: House, tenant: Tenant) -> None:
        found = await _records(house, tenant).read(appointment_id)
        slot = await _slot(house, tenant, agent_id or int(found.slot.agent_id), start)
        await _commit(house, tenant, Commit(Intent.RESCHEDULE, 1, found.patient_id, slot, appointment_id))

    with_tenant(config_file, tenant_id, work)


@appointments.command()
@click.argument("appointment_id", type=int)
@click.option("--reason", default="cancelled by the practice", show_default=True)
@config_option
@tenant_option
def cancel(appointment_id: int, reason: str, config_file: Path, tenant_id: str | None) -> None:
    """Cancel an appointment; it is kept with its reason."""

    async def work(house: House, tenant: Tenant) -> None:
        found = await _records(house, tenant).read(appointment_id)
        asked = Commit(Intent.CANCEL, 1, found.patient_id, appointment_id=appointment_id, reason=reason)
        await _commit(house, tenant, asked)

    with_tenant(config_file, tenant_id, work)


def _records(house: House, tenant: Tenant) -> LocalRecords:
    return LocalRecords(house.database, tenant.id, house.clock, tenant.settings.location)


async def _slot(house: House, tenant: Tenant, agent_id: int, start: str) -> Slot:
    begins = instant(start, tenant)
    agent = await _agent(house, tenant, agent_id)
    return Slot(begins, begins + timedelta(minutes=tenant.settings.slots.duration_min), agent.id)


async def _named(house: House, tenant: Tenant) -> Callable[[BackendId], str]:
    """Shows an agent by name and id; one who has left by his id alone."""
    names = {agent.id: agent.name for agent in await Roster(house.database, tenant.id).agents()}
    return lambda agent_id: f"{names[agent_id]} ({agent_id})" if agent_id in names else str(agent_id)


async def _agent(house: House, tenant: Tenant, agent_id: int) -> Agent:
    for agent in await Roster(house.database, tenant.id).agents():
        if agent.id == agent_id:
            return agent
    raise NotFound(f"there is no agent {agent_id}; `pupitre agents list` shows them")


async def _commit(house: House, tenant: Tenant, asked: Commit) -> None:
    """The same commitment that a call makes, in a person's name."""
    house.launch(working=False)
    world = await tenant.world()
    now = house.clock.now()
    wanted = commit.asked_for(f"command-{now.timestamp():.6f}", asked, now, Source.AGENT)
    told = await commit.commit(world, wanted, _PATIENCE_SECONDS)
    if told is None:
        raise Unavailable("it is not done yet; `pupitre commitments list` shows how it goes on")
    match told.outcome:
        case CommitOutcome.RECORDED if told.appointment:
            click.echo(f"{told.appointment.id}  {told.appointment.status}  {wall(told.appointment.slot.start, tenant)}")
        case CommitOutcome.SLOT_TAKEN:
            raise SlotTaken("the agent is not free then; nothing was changed")
        case outcome:
            raise Refused(f"nothing was changed: {outcome}")
