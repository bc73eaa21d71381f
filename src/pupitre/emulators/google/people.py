"""Who a bearer token speaks for: the principals of the world, the owners of loaded calendars, and tokens given out."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from pupitre.emulators.google.model import SCOPE_PREFIX, Person
from pupitre.emulators.google.state import State
from pupitre.emulators.google.wire import Json

TOKEN_PREFIX = "ya29.emu-"  # noqa: S105 -- how such tokens begin, and no secret
SEED_WORLD = "seed"


@cache
def seed() -> Json:
    """The world that the emulator starts with (`data/world.json`)."""
    text = resources.files("pupitre.emulators.google").joinpath("data/world.json").read_text("utf-8")
    found: Json = json.loads(text)
    return found


def service_account() -> str:
    """The e-mail of the only service account."""
    email: str = seed()["oauth"]["service_account"]
    return email


def principal(name: str) -> Person | None:
    """A principal of the seed world by its name."""
    found = seed()["principals"].get(name)
    if found is None:
        return None
    return Person(
        email=found["email"],
        scopes=tuple(found["scopes"]),
        kind=found.get("kind", "user"),
        expired=found.get("expired", False),
        calendar_user=found.get("calendar_user", True),
    )


def bearer(state: State, token: str) -> Person | None:
    """Whom the token speaks for now; None when it is unknown or expired."""
    grant = state.grants.get(token)
    if grant is not None:
        return grant.person if state.clock.now_ms() < grant.expires_ms else None
    if not token.startswith(TOKEN_PREFIX):
        return None
    name = token.removeprefix(TOKEN_PREFIX)
    person = _owner(state, name) or principal(name)
    return None if person is None or person.expired else person


def _owner(state: State, name: str) -> Person | None:
    """The owner of a calendar that was loaded with a world, by his e-mail or the part before its @."""
    for calendar in state.calendars.values():
        if calendar.world != SEED_WORLD and calendar.primary and name in (calendar.id, calendar.id.partition("@")[0]):
            return Person(email=calendar.owner, scopes=("calendar",))
    return None


def knows(state: State, email: str) -> bool:
    """Whether somebody of that address has an account."""
    if email in state.calendars or email == service_account():
        return True
    return any(found["email"] == email for found in seed()["principals"].values())


def short_scopes(text: str) -> tuple[str, ...] | None:
    """Scopes without their prefix; None when one is not Calendar's."""
    scopes = text.split()
    if not scopes or not all(s.startswith(SCOPE_PREFIX + "calendar") for s in scopes):
        return None
    return tuple(s.removeprefix(SCOPE_PREFIX) for s in scopes)
