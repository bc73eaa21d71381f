"""Keys under which something was asked for over HTTP: asked again it is the same, another request is refused."""

from __future__ import annotations

import hashlib
from datetime import datetime

from pupitre.store.database import Database
from pupitre.store.queries import queries

SQL = queries("idempotency_keys")


async def same_request(database: Database, tenant: str, key: str, body: bytes, now: datetime) -> bool:
    """Whether this key is new, or was sent with the same body before. Raises Unavailable."""
    body_hash = hashlib.sha256(body).hexdigest()
    await database.write(SQL["keep"].bind(tenant=tenant, key=key, body_hash=body_hash, at=now))
    [row] = await database.read(SQL["kept"], tenant=tenant, key=key)
    return row["body_hash"] == body_hash
