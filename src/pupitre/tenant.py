"""One organisation, ready to be served: its conversation, its store and its booking, put together from its settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from functools import partial

import msgspec
from msgspec import Struct

from pupitre import metrics
from pupitre.ahead import Ahead
from pupitre.backing import Backing
from pupitre.booking.commit import hung_up
from pupitre.booking.engine import Engine
from pupitre.booking.telephone import Telephone
from pupitre.booking.world import Policy, World
from pupitre.config import Tenant as TenantConfig
from pupitre.desk import Desk, Incoming, take_turn
from pupitre.dialogue.call import Call
from pupitre.dialogue.effects import Effect
from pupitre.dialogue.events import CommitmentEnded, HungUp
from pupitre.perform import perform
from pupitre.ports import Clock
from pupitre.ports.calls import Performed
from pupitre.scripts import pinned_script, script_for
from pupitre.settings import TenantFile
from pupitre.store import Database
from pupitre.store.calls import StoredCalls
from pupitre.store.commitments import StoredCommitments
from pupitre.store.due_work import StoredDueWork
from pupitre.store.outbound_calls import StoredOutboundCalls
from pupitre.store.reminders import StoredReminders
from pupitre.store.reservations import StoredReservations
from pupitre.store.tasks import StoredTasks


class Tenant(Struct, frozen=True):
    """One organisation, ready to be served."""

    id: str
    settings: TenantFile
    database: Database
    desk: Desk
    world: Callable[[], Awaitable[World]]
    """Whole once the public holidays are known, a moment after the start."""
    calls: StoredCalls
    commitments: StoredCommitments
    reminders: StoredReminders
    outbound: StoredOutboundCalls
    reservations: StoredReservations
    tasks: StoredTasks


async def tenant_of(
    config: TenantConfig,
    database: Database,
    clock: Clock,
    world: Callable[[], Awaitable[World]],
    backing: Callable[[], Backing],
) -> Tenant:
    """Made on a store of this version. `backing` answers its backends as they are now: the sandbox makes them anew.

    Raises ConfigError, Unavailable.
    """
    settings, id_ = config.settings, config.settings.id
    calls = StoredCalls(database, id_, clock)
    reservations = StoredReservations(database, id_)
    script = script_for(settings, clock.now().year, str(config.file))
    hold = timedelta(seconds=settings.limits.hold_s)
    ahead = Ahead(world, lambda: backing().by_phone)

    async def carry_out(call: Call, effect: Effect) -> Performed:
        outcome = await perform(await world(), call, effect, ahead)
        if isinstance(outcome, CommitmentEnded):
            metrics.COMMITMENTS.labels(id_, outcome.outcome).inc()
        return outcome

    async def keep(call_id: str) -> None:
        await reservations.renew(call_id, now := clock.now(), now + hold)

    async def let_go(call_id: str) -> None:
        ahead.end(call_id)
        await reservations.release(call_id)
        await hung_up(await world(), call_id)

    desk = Desk(
        tenant=id_,
        calls=calls,
        clock=clock,
        script=script,
        configuration=await calls.pin(msgspec.json.encode(settings)),
        pinned_script=partial(pinned_script, calls, clock),
        perform=carry_out,
        begun=ahead.begin,
        line_of=ahead.names,
        renew=keep,
        release=let_go,
        screen_pop=lambda call: backing().screen_pop(call),
        turn_budget=settings.limits.turn_budget_s,
        told=partial(metrics.count_turn, id_),
    )
    return Tenant(
        id=id_,
        settings=settings,
        database=database,
        desk=desk,
        world=world,
        calls=calls,
        commitments=StoredCommitments(database, id_),
        reminders=StoredReminders(database, id_),
        outbound=StoredOutboundCalls(database, id_),
        reservations=reservations,
        tasks=StoredTasks(database, id_),
    )


def world_of(
    settings: TenantFile,
    database: Database,
    clock: Clock,
    backing: Backing,
    engine: Engine,
    telephone: Telephone,
    holidays: frozenset[date],
) -> World:
    """What the tenant's booking works with, from its backends as they are now."""
    id_ = settings.id
    return World(
        tenant=id_,
        clock=clock,
        directory=backing.directory,
        records=backing.records,
        free_busy=backing.free_busy,
        agenda=backing.agenda,
        reservations=StoredReservations(database, id_),
        commitments=StoredCommitments(database, id_),
        due=StoredDueWork(database),
        reminders=StoredReminders(database, id_),
        tasks=StoredTasks(database, id_),
        todos=backing.todos,
        engine=engine,
        telephone=telephone,
        rules=settings.rules(holidays),
        policy=Policy(
            external_uid=backing.external_uid.replace("{tenant}", id_),
            hold=timedelta(seconds=settings.limits.hold_s),
            patience=timedelta(seconds=settings.limits.patience_s),
            offsets=settings.reminders.offsets,
        ),
    )


async def close_silent_calls(tenant: Tenant, now: datetime) -> None:
    """A call of which nothing was heard for long is over, as if it had hung up. Raises Unavailable."""
    since = now - timedelta(seconds=tenant.settings.limits.silent_call_s)
    for call_id in await tenant.calls.silent(since, 100):
        await take_turn(tenant.desk, Incoming(call_id, HungUp(now)))
        metrics.CALLS_CLOSED.labels(tenant.id).inc()
