"""Who calls, in which database, with which context, when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from msgspec import Struct

from pupitre.emulators.odoo.database import Database, Row
from pupitre.emulators.odoo.errors import no_access

FORMAT = "%Y-%m-%d %H:%M:%S"


class Env(Struct, frozen=True):
    """One call. `sudo` passes every right, as the server's own code does."""

    db: Database
    uid: int
    context: Mapping[str, object]
    now: datetime
    """Naive UTC, to the microsecond."""
    sudo: bool = False

    def as_server(self) -> Env:
        return Env(self.db, self.uid, self.context, self.now, sudo=True)

    @property
    def user(self) -> Row:
        return self.db.tables["res.users"][self.uid]

    @property
    def partner(self) -> int:
        """The partner of who calls."""
        return cast("int", self.user["partner_id"])

    def has_group(self, name: str) -> bool:
        external = self.db.external_ids.get(name)
        groups = self.user["group_ids"]
        return external is not None and isinstance(groups, list) and external.res_id in groups

    def allow(self, model: str, operation: str) -> None:
        """Raises AccessError unless the caller may `read`, `create`, `write` or `unlink` records of this model."""
        if not self.may(model, operation):
            raise no_access(model, operation)

    def may(self, model: str, operation: str) -> bool:
        about = self.db.model(model)
        group = about.readable_by if operation == "read" else about.writable_by
        return self.sudo or (group is not None and self.has_group(group))

    @property
    def sees_archived(self) -> bool:
        return self.context.get("active_test", True) is False

    def stamp(self) -> str:
        """Now as a datetime column keeps it."""
        return self.now.strftime(FORMAT + ".%f")
