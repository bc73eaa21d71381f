"""Records are made, changed, read and found here; what a model does besides stands in `behaviours` and `events`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from pupitre.emulators.odoo import rows
from pupitre.emulators.odoo.behaviours import Activity, ApiKey, Behaviour, ManualField, Partner, User
from pupitre.emulators.odoo.database import Row
from pupitre.emulators.odoo.domains import matching
from pupitre.emulators.odoo.env import Env
from pupitre.emulators.odoo.errors import VALUE, OdooError, missing
from pupitre.emulators.odoo.events import Attendee, Event
from pupitre.emulators.odoo.rows import Vals
from pupitre.emulators.odoo.views import field_of, ordered, shown

_BEHAVIOURS: dict[str, Behaviour] = {
    "res.partner": Partner(),
    "res.users": User(),
    "res.users.apikeys": ApiKey(),
    "ir.model.fields": ManualField(),
    "mail.activity": Activity(),
    "calendar.event": Event(),
    "calendar.attendee": Attendee(),
}
_PLAIN = Behaviour()


def create(env: Env, model: str, vals: Vals) -> int:
    """Make one record. Raises OdooError."""
    env.allow(model, "create")
    _check_names(env, model, vals)
    behaviour = _BEHAVIOURS.get(model, _PLAIN)
    row = rows.insert(env, model, behaviour.before_create(env, dict(vals)))
    behaviour.after_create(env, row, vals)
    return cast("int", row["id"])


def write(env: Env, model: str, ids: Sequence[int], vals: Vals) -> None:
    """Change records. Raises OdooError."""
    behaviour = _BEHAVIOURS.get(model, _PLAIN)
    for record in ids:
        behaviour.before_any_write(env, _there(env, model, record), dict(vals))
    env.allow(model, "write")
    _check_names(env, model, vals)
    for record in ids:
        before = _there(env, model, record)
        after = rows.update(env, model, before, behaviour.before_write(env, before, dict(vals)))
        behaviour.after_write(env, before, after, vals)


def unlink(env: Env, model: str, ids: Sequence[int]) -> None:
    env.allow(model, "unlink")
    for record in ids:
        row = _there(env, model, record)
        _BEHAVIOURS.get(model, _PLAIN).before_unlink(env, row)
        env.db.drop(model, record)


def read(
    env: Env, model: str, found: Sequence[Row], fields: Sequence[str] | None, *, pairs: bool = True
) -> list[dict[str, object]]:
    """The fields of these rows, `id` always among them; every field when none is named."""
    env.allow(model, "read")
    names = list(fields) if fields else list(env.db.fields(model))
    for name in names:
        field_of(env, model, name)
    behaviour = _BEHAVIOURS.get(model, _PLAIN)
    return [
        behaviour.masked(
            env, row, {"id": row["id"], **{name: shown(env, model, row, name, pairs=pairs) for name in names}}
        )
        for row in found
    ]


def search(
    env: Env, model: str, domain: Sequence[object], offset: int = 0, limit: int | None = None, order: str | None = None
) -> list[Row]:
    """The rows that match, in order."""
    env.allow(model, "read")
    if limit is not None and limit < 0:
        raise OdooError("psycopg2.errors.InvalidRowCountInLimitClause", "LIMIT must not be negative")
    behaviour = _BEHAVIOURS.get(model, _PLAIN)
    found = ordered(env, model, [row for row in matching(env, model, domain) if behaviour.visible(env, row)], order)
    return found[offset : offset + limit] if limit else found[offset:]


def existing(env: Env, model: str, ids: Sequence[int]) -> list[Row]:
    """Those that are there: reading what is missing is no error."""
    table = env.db.tables[model]
    return [table[record] for record in ids if record in table]


def _check_names(env: Env, model: str, names: Iterable[str]) -> None:
    fields = env.db.fields(model)
    for name in names:
        if name not in fields:
            raise OdooError(VALUE, f"Invalid field {name!r} in {model!r}")


def _there(env: Env, model: str, record: int) -> Row:
    row = env.db.get(model, record)
    if row is None:
        raise missing(model)
    return row
