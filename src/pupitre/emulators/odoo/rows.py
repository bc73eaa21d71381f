"""Rows as they are put: columns kept from values, with defaults and stamps. No rights and no behaviour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from pupitre.emulators.odoo import columns
from pupitre.emulators.odoo.database import Database, Row
from pupitre.emulators.odoo.env import Env
from pupitre.emulators.odoo.errors import VALIDATION, OdooError
from pupitre.emulators.odoo.schema import MAGIC

Vals = Mapping[str, object]


def blank(db: Database, model: str) -> Row:
    """A new id, and every column as it is when nothing is said."""
    columns_of = {name: field for name, field in db.fields(model).items() if field.stored and field.related is None}
    return {name: field.default for name, field in columns_of.items()} | {"id": db.next_id(model)}


def insert(env: Env, model: str, vals: Vals) -> Row:
    """A new record of these values. Raises ValidationError's fault for a required one that is not there."""
    fields = env.db.fields(model)
    row = blank(env.db, model)
    row |= {"create_uid": env.uid, "create_date": env.stamp(), "write_uid": env.uid, "write_date": env.stamp()}
    row |= _kept(env, model, vals, row)
    _check_required(env, model, row, fields)
    env.db.put(model, row)
    _write_through(env, model, row, vals)
    return row


def update(env: Env, model: str, before: Row, vals: Vals) -> Row:
    """The record with these values over it."""
    row = {**before, **_kept(env, model, vals, before), "write_uid": env.uid, "write_date": env.stamp()}
    _check_required(env, model, row, vals)
    env.db.put(model, row)
    _write_through(env, model, row, vals)
    return row


def _check_required(env: Env, model: str, row: Row, names: Iterable[str]) -> None:
    fields = env.db.fields(model)
    for name in names:
        if fields[name].required and fields[name].related is None and row.get(name) is None:
            raise OdooError(VALIDATION, f"Missing required value for the field {name!r} on {model!r}")


def _kept(env: Env, model: str, vals: Vals, before: Row) -> Row:
    fields = env.db.fields(model)
    return {
        name: columns.keep(env, model, name, fields[name], value, before.get(name))
        for name, value in vals.items()
        if fields[name].stored
        and fields[name].related is None
        and fields[name].type != "one2many"
        and name not in MAGIC
    }


def _write_through(env: Env, model: str, row: Row, vals: Vals) -> None:
    """What is written to a related field is written where it comes from."""
    for name, value in vals.items():
        path = env.db.fields(model)[name].related
        if path is None:
            continue
        link, _, target = path.partition(".")
        holder = str(env.db.fields(model)[link].relation)
        other = env.db.get(holder, cast("int", row[link])) if row.get(link) else None
        if other is not None and "." not in target:
            update(env, holder, other, {target: value})
