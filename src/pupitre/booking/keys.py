"""The keys through which a step finds, on its backend, what it did before."""

from __future__ import annotations

from pupitre.booking.world import World
from pupitre.model import BackendId
from pupitre.ports import Commitment

DUE_KIND = "commitment"
"""Of the rows of due work that begin a commitment's next attempt."""


def record_key(world: World, asked: Commitment) -> str:
    """Under which the record of a booking is made, once.

    A call id that comes again, when our store has forgotten the first one, finds no record of somebody else's under it.
    """
    return f"{world.tenant}/{asked.id}/{asked.nonce}"


def task_prefix(asked: Commitment) -> str:
    """How the keys of its tasks begin, and no other commitment's: the length sees to that, whatever ids look like."""
    return f"commitment/{len(asked.id)}:{asked.id}/"


def external_uid(world: World, appointment_id: BackendId) -> str:
    """How the planning's event names the record; the key under which the event is made, once."""
    return world.policy.external_uid.format(id=appointment_id)
