"""Addresses of the agents' calendar feeds: unguessable, revocable, and kept as hashes only."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from msgspec import Struct

from pupitre.model import BackendId
from pupitre.store import Database
from pupitre.store.queries import queries
from pupitre.store.rows import id_of, id_text

SQL = queries("roster")
_SECRET_BYTES = 32


class Feed(Struct, frozen=True):
    """Whose appointments an address shows."""

    tenant: str
    agent_id: BackendId


class Feeds:
    """The addresses of all tenants: the secret in an address names its tenant. All raise Unavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give(self, tenant: str, agent_id: BackendId, now: datetime) -> str:
        """A new secret for the agent's feed; it is shown this once. Those given before answer no more."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        agent = id_text(agent_id)
        await self._database.write(
            SQL["revoke_feeds"].bind(tenant=tenant, agent=agent, now=now),
            SQL["add_feed"].bind(tenant=tenant, agent=agent, token_hash=_hash(secret), now=now),
        )
        return secret

    async def revoke(self, tenant: str, agent_id: BackendId, now: datetime) -> None:
        """No address of this agent answers any more."""
        await self._database.write(SQL["revoke_feeds"].bind(tenant=tenant, agent=id_text(agent_id), now=now))

    async def whose(self, secret: str) -> Feed | None:
        """Whose feed it is; None for an unknown or revoked secret."""
        rows = await self._database.read(SQL["feed"], token_hash=_hash(secret))
        return Feed(str(rows[0]["tenant"]), id_of(rows[0]["agent"])) if rows else None


def _hash(secret: str) -> str:
    # The secret is 256 random bits: a plain hash cannot be searched, and finds its row by index.
    return hashlib.sha256(secret.encode()).hexdigest()
