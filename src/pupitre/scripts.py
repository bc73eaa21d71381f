"""What is said for a tenant: its settings and its language's phrases made into one script."""

from __future__ import annotations

import msgspec

from pupitre.closures import public_holidays
from pupitre.dialogue.script import Script, UnknownPhrase, script_of
from pupitre.languages import UnknownLanguage, load
from pupitre.ports import Clock, ConfigError
from pupitre.settings import TenantFile
from pupitre.store.calls import StoredCalls


def script_for(settings: TenantFile, year: int, where: str) -> Script:
    """Holidays matter to it only where the agent queue has hours. Raises ConfigError, which names `where`."""
    closed = frozenset(settings.slots.closed_on)
    if any(settings.queues.hours.spans()):
        closed |= public_holidays(settings.slots.holidays, year)
    try:
        return script_of(settings.dialogue_settings(closed), load(settings.language), settings.phrases)
    except UnknownPhrase as error:
        raise ConfigError(f"{where}: phrases: {error}") from error
    except UnknownLanguage as error:
        raise ConfigError(f"{where}: language: {error}") from error


async def pinned_script(calls: StoredCalls, clock: Clock, configuration: str) -> Script:
    """The script of a call that began under these settings."""
    settings = msgspec.json.decode(await calls.pinned(configuration), type=TenantFile)
    return script_for(settings, clock.now().year, f"configuration {configuration}")
