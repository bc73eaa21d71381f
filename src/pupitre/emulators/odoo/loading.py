"""`load`: rows of text become records, with external ids that make it an upsert. Errors are told inside a success."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pupitre.emulators.odoo import orm
from pupitre.emulators.odoo.columns import moment
from pupitre.emulators.odoo.database import ExternalId
from pupitre.emulators.odoo.env import FORMAT, Env
from pupitre.emulators.odoo.errors import VALUE, OdooError
from pupitre.emulators.odoo.schema import Field
from pupitre.emulators.odoo.views import value


class _BadCell(Exception):
    """A cell that is no value of its field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def load(env: Env, model: str, fields: Sequence[str], data: Sequence[Sequence[object]]) -> dict[str, object]:
    """`{"ids", "messages", "nextrow"}`: all rows or none. Raises ValueError's fault for a column that is no field."""
    env.allow(model, "create")
    known = env.db.fields(model)
    for name in fields:
        if name.split("/")[0] not in known:
            raise OdooError(VALUE, f"Invalid field name {name.split('/')[0]!r}")
    mark = env.db.mark()
    ids: list[int] = []
    messages: list[dict[str, object]] = []
    for place, row in enumerate(data):
        about: dict[str, object] = {"type": "error", "record": place, "rows": {"from": place, "to": place}}
        bad: list[_BadCell] = []
        refused: list[dict[str, object]] = []
        try:
            ids.append(_one(env, model, dict(zip(fields, row, strict=True)), bad))
        except OdooError as error:
            refused.append({**about, "message": error.message})
        messages += [{**about, "message": str(one), "field": one.field, "field_name": one.field} for one in bad]
        messages += refused
    if messages:
        env.db.undo_to(mark)
        return {"ids": False, "messages": messages, "nextrow": 0}
    return {"ids": ids, "messages": [], "nextrow": 0}


def _one(env: Env, model: str, cells: dict[str, object], bad: list[_BadCell]) -> int:
    """Make or change the record; a bad cell is noted and left out, so that what else is wrong is found too."""
    known = env.db.fields(model)
    key = str(cells.pop("id", None) or "")
    if key and "." not in key:
        key = f"__import__.{key}"
    vals: dict[str, object] = {}
    for column, cell in cells.items():
        name = column.split("/")[0]
        try:
            vals[name] = _cell(env, column, known[name], cell)
        except _BadCell as cell_is_bad:
            bad.append(cell_is_bad)
    there = env.db.external_ids.get(key)
    if there is not None and env.db.get(there.model, there.res_id) is not None:
        if not (env.context.get("mode") == "update" and there.noupdate):
            orm.write(env, model, [there.res_id], vals)
        return there.res_id
    made = orm.create(env, model, vals)
    if key:
        env.db.name_externally(key, ExternalId(model, made, bool(env.context.get("noupdate"))))
    return made


def _cell(env: Env, column: str, field: Field, cell: object) -> object:
    name, _, way = column.partition("/")
    if cell is False or cell is None or cell == "":
        return False
    text = str(cell)
    if field.type == "many2many":
        return [[6, 0, [_record(env, name, field, way, part) for part in text.split(",")]]]
    if field.type == "many2one":
        return _record(env, name, field, way, text)
    if field.type in ("date", "datetime"):
        try:
            return _in_utc(env, moment(text)) if field.type == "datetime" else moment(text[:10])[:10]
        except OdooError as error:
            raise _BadCell(name, f"'{text}' does not seem to be a valid date for field '{name}'") from error
    if field.type == "selection":
        labels = {one.replace("_", " ").capitalize(): one for one in field.values}
        if text not in field.values and text not in labels:
            raise _BadCell(name, f"Value '{text}' not found in selection field '{name}'")
        return labels.get(text, text)
    return text.lower() in ("1", "true", "yes") if field.type == "boolean" else text


def _record(env: Env, name: str, field: Field, way: str, text: str) -> int:
    relation = str(field.relation)
    if way == ".id":
        if text.strip().isdecimal() and env.db.get(relation, int(text)) is not None:
            return int(text)
        raise _BadCell(name, f"No matching record found for database id '{text}' in field '{name}'")
    if way == "id":
        found = env.db.external_ids.get(text)
        if found is not None and found.model == relation:
            return found.res_id
        raise _BadCell(name, f"No matching record found for external id '{text}' in field '{name}'")
    for row in orm.search(env.as_server(), relation, [[env.db.model(relation).rec_name, "=", text]]):
        return int(str(row["id"]))
    raise _BadCell(name, f"No matching record found for name '{text}' in field '{name}'")


def _in_utc(env: Env, naive: str) -> str:
    """Datetimes are read in the zone of the context, or else of the caller."""
    zone = env.context.get("tz") or value(env, "res.users", env.user, "tz") or "UTC"
    local = datetime.strptime(naive, FORMAT).replace(tzinfo=ZoneInfo(str(zone)))
    return local.astimezone(UTC).strftime(FORMAT)
