"""What must be known of users to put them on an event: their partner and calendar. Asked once, kept for the process."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.fields import USER
from pupitre.backends.odoo.wire import link, text
from pupitre.model import BackendId
from pupitre.ports import Refused


class User(Struct, frozen=True):
    id: int
    partner: int
    zone: str | None
    calendar: str | None


class Users:
    """Odoo's users as events need them."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[BackendId, User] = {}

    async def of(self, ids: Collection[BackendId]) -> Mapping[BackendId, User]:
        """Those of these that exist, archived or not. Raises Unavailable."""
        missing = [one for one in ids if one not in self._known]
        if missing:
            there = await self._client.fields(USER)
            fields = [name for name in ("partner_id", "tz", "x_gcal_calendar_id") if name in there]
            rows = await self._client.search_read(USER, [["id", "in", missing]], fields, context={"active_test": False})
            for row in rows:
                partner = link(row, "partner_id")
                if partner is not None:
                    one = int(str(row["id"]))
                    self._known[one] = User(one, partner, text(row, "tz"), text(row, "x_gcal_calendar_id"))
        return {one: self._known[one] for one in ids if one in self._known}

    async def partner_of(self, user_id: BackendId) -> int:
        """The res.partner of this user. Raises Refused when there is no such user, Unavailable."""
        return (await self._one(user_id)).partner

    async def calendar_of(self, user_id: BackendId) -> str | None:
        """The user's Google calendar. Raises as `partner_of`."""
        return (await self._one(user_id)).calendar

    async def _one(self, user_id: BackendId) -> User:
        found = await self.of([user_id])
        if user_id not in found:
            raise Refused(f"Odoo has no user {user_id}")
        return found[user_id]
