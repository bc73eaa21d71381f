"""What a desk finds around it, as its configuration says: the time, the line it dials on, emulators beside it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pupitre.clock import HeldClock, SharedClock, SystemClock
from pupitre.config import Config, Tenant
from pupitre.phones import e164
from pupitre.ports import Clock, ConfigError
from pupitre.store import Database, sandbox, server
from pupitre.store.database import Dialect
from pupitre.voice.ringing import RingingDialer

if TYPE_CHECKING:
    from pupitre.sandbox.emulators import Emulators
    from pupitre.voice.dialler import GatewayDialer


async def clock_of(config: Config, database: Database) -> Clock:
    """The system's clock, set right by the database's where other machines use it too; in a sandbox the one that its
    database keeps. Raises ConfigError where a sandbox and its database do not fit, Unavailable.
    """
    held = await sandbox.clock(database)
    if not config.desk.sandbox.enabled:
        if held is not None:
            raise ConfigError(
                f"{config.file}: database: it was made for a sandbox, whose clock stands still; "
                "give the desk another one, or set sandbox.enabled"
            )
        if database.dialect is Dialect.SQLITE:
            return SystemClock()
        shared = SharedClock(partial(server.time, database))
        await shared.compare()
        return shared
    if held is None:
        raise ConfigError(
            f"{config.file}: sandbox.enabled: this database was not made by `pupitre init --sandbox`, "
            "and a sandbox may be emptied at any time; make one with that command"
        )
    return HeldClock(held)


def emulators_of(config: Config) -> Emulators | None:
    """A sandbox's emulators, if it has any. Loads an HTTP client, which desks without emulators need not wait for."""
    address = config.desk.sandbox.emulators
    if not (config.desk.sandbox.enabled and address):
        return None
    from pupitre.sandbox.emulators import Emulators  # noqa: PLC0415 -- only a sandbox needs it

    return Emulators(address)


def dialer_of(config: Config, tenant: Tenant, clock: Clock) -> GatewayDialer | RingingDialer | None:
    """What the tenant's reminders are dialled with, if anything. A sandbox calls nobody, whatever its settings say."""
    if config.desk.sandbox.enabled:
        return RingingDialer()
    gateway, secret = tenant.settings.reminders.gateway, tenant.dialling_secret
    if gateway is None or secret is None:
        return None
    from pupitre.voice.dialler import GatewayDialer  # noqa: PLC0415 -- loads an HTTP client

    caller_id = e164(gateway.caller_id, tenant.settings.region) or gateway.caller_id
    return GatewayDialer(gateway.url, secret, tenant=tenant.settings.id, caller_id=caller_id, clock=clock)
