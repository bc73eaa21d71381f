"""What a field of a record says: its own column, another record's, or the records that point back."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import cast

from pupitre.emulators.odoo import columns
from pupitre.emulators.odoo.database import Row
from pupitre.emulators.odoo.env import Env
from pupitre.emulators.odoo.errors import USER, OdooError, invalid_field
from pupitre.emulators.odoo.schema import Field, Value

_ORDER = re.compile(r"[a-z0-9_]+(\s+(asc|desc))?", re.IGNORECASE)


def field_of(env: Env, model: str, name: str) -> Field:
    """Raises ValueError's fault for a field that is not there."""
    field = env.db.fields(model).get(name)
    if field is None:
        raise invalid_field(name, model)
    return field


def value(env: Env, model: str, row: Row, name: str) -> Value:
    """The column's value; for links of both directions, ids."""
    field = field_of(env, model, name)
    if name == "display_name":
        return called(env, model, row)
    if field.related is not None:
        link, _, rest = field.related.partition(".")
        target = field_of(env, model, link).relation
        other = env.db.get(str(target), cast("int", row.get(link))) if row.get(link) else None
        return None if other is None else value(env, str(target), other, rest)
    if field.type == "one2many":
        back = str(field.inverse)
        pointing = env.db.tables.get(str(field.relation), {}).values()
        return in_order(env, str(field.relation), [one for one in pointing if one.get(back) == row["id"]])
    if field.type == "many2many":
        ids = row.get(name)
        rows = [env.db.tables[str(field.relation)][one] for one in ids] if isinstance(ids, list) else []
        return in_order(env, str(field.relation), [one for one in rows if one.get("active") is not False])
    return row.get(name)


def called(env: Env, model: str, row: Row) -> str:
    """The record's display name."""
    name = value(env, model, row, env.db.model(model).rec_name)
    return str(name) if name else f"{model},{row['id']}" if model != "res.partner" else ""


def in_order(env: Env, model: str, rows: Sequence[Row], order: str | None = None) -> list[int]:
    """The ids, sorted as asked or as the model sorts."""
    return [cast("int", row["id"]) for row in ordered(env, model, rows, order)]


def ordered(env: Env, model: str, rows: Sequence[Row], order: str | None = None) -> list[Row]:
    """PostgreSQL's order: nothing last when ascending, first when descending. Raises ValueError's fault."""
    found = sorted(rows, key=lambda row: cast("int", row["id"]))
    for part in reversed((order or env.db.model(model).order).split(",")):
        name, _, direction = part.strip().partition(" ")
        if not _ORDER.fullmatch(part.strip()):
            raise OdooError(USER, f'Invalid "order" specified ({order}).')
        field_of(env, model, name)
        found.sort(key=_sort_key(env, model, name), reverse=direction.strip().lower() == "desc")
    return found


def _sort_key(env: Env, model: str, name: str) -> Callable[[Row], tuple[bool, str | float]]:
    field = field_of(env, model, name)

    def key(row: Row) -> tuple[bool, str | float]:
        found = value(env, model, row, name)
        if field.type == "many2one" and isinstance(found, int):
            other = env.db.get(str(field.relation), found)
            found = called(env, str(field.relation), other) if other else None
        if found is None or isinstance(found, list):
            return (True, "")
        return (False, float(found) if isinstance(found, bool | int | float) else found)

    return key


def shown(env: Env, model: str, row: Row, name: str, *, pairs: bool = True) -> object:
    """The field as `read` answers it; `pairs` gives a many2one as `[id, name]`."""
    field = field_of(env, model, name)
    found = value(env, model, row, name)
    if field.type == "many2one" and isinstance(found, int) and found:
        other = env.db.get(str(field.relation), found)
        return [found, masked_name(env, str(field.relation), other)] if pairs and other else found
    return columns.show(found, field)


def masked_name(env: Env, model: str, row: Row) -> str:
    """The display name, unless a private event hides it."""
    if model == "calendar.event" and is_hidden(env, row):
        return busy_word(env)
    return called(env, model, row)


def is_hidden(env: Env, event: Row) -> bool:
    """A private event of others: its time can be seen, and that is all."""
    if env.sudo:
        return False
    organizer = env.db.get("res.users", cast("int", event["user_id"])) if event["user_id"] else None
    privacy = event["privacy"] or (organizer or {}).get("calendar_default_privacy")
    partners = event["partner_ids"]
    inside = event["user_id"] == env.uid or (isinstance(partners, list) and env.partner in partners)
    return privacy == "private" and not inside


def busy_word(env: Env) -> str:
    """What a private event is called, in the caller's language."""
    return "Occupé(e)" if speaks_french(env) else "Busy"


def speaks_french(env: Env) -> bool:
    return str(value(env, "res.users", env.user, "lang") or "").startswith("fr")
