"""The methods that may be called from outside, with the names of their arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from pupitre.emulators.odoo import orm, web
from pupitre.emulators.odoo.database import Row
from pupitre.emulators.odoo.env import Env
from pupitre.emulators.odoo.errors import ACCESS, ATTRIBUTE, TYPE, VALUE, OdooError, WrongArguments
from pupitre.emulators.odoo.loading import load
from pupitre.emulators.odoo.views import masked_name, value

Named = Mapping[str, Any]


class Method(Struct, frozen=True):
    """`names` are the arguments in their order, the first `needed` of them required."""

    run: Callable[[Env, str, Sequence[int], Named], object]
    names: tuple[str, ...] = ()
    needed: int = 0
    on_records: bool = False


def call(env: Env, model: str, method: str, ids: Sequence[int], named: Named) -> object:
    """Call by names, as JSON-2 does. Raises OdooError."""
    found = find(env, model, method)
    unknown = [name for name in named if name not in found.names]
    absent = [name for name in found.names[: found.needed] if name not in named]
    if unknown or absent:
        what = (
            f"got an unexpected keyword argument {unknown[0]!r}"
            if unknown
            else f"missing a required argument: {absent[0]!r}"
        )
        raise OdooError(TYPE, what) if unknown and method == "search_read" else WrongArguments(what)
    return found.run(env, model, ids, named)


def call_positional(env: Env, model: str, method: str, args: Sequence[Any], kwargs: Named) -> object:
    """Call as the web client does: records first where the method is one of records, then arguments in order."""
    found = find(env, model, method)
    ids: Sequence[int] = []
    if found.on_records:
        if not args:
            raise OdooError("builtins.IndexError", "list index out of range")
        ids = [args[0]] if isinstance(args[0], int) else list(args[0] or [])
        args = args[1:]
    if len(args) > len(found.names):
        raise OdooError(TYPE, f"{method}() takes {len(found.names)} arguments but {len(args)} were given")
    return call(env, model, method, ids, {**dict(zip(found.names, args, strict=False)), **kwargs})


def find(env: Env, model: str, method: str) -> Method:
    env.db.model(model)
    if method.startswith("_") or method in _PRIVATE:
        raise OdooError(ACCESS, f"Private methods (such as '{model}.{method}') cannot be called remotely.")
    found = _OF_MODEL.get((model, method)) or _METHODS.get(method)
    if found is None:
        raise OdooError(ATTRIBUTE, f"The method '{model}.{method}' does not exist")
    return found


def _create(env: Env, model: str, _ids: Sequence[int], named: Named) -> object:
    given = named["vals_list"]
    if isinstance(given, Mapping):
        return orm.create(env, model, given)
    return [orm.create(env, model, vals) for vals in given]


def _write(env: Env, model: str, ids: Sequence[int], named: Named) -> object:
    orm.write(env, model, ids, named["vals"])
    return True


def _unlink(env: Env, model: str, ids: Sequence[int], _named: Named) -> object:
    orm.unlink(env, model, ids)
    return True


def _read(env: Env, model: str, ids: Sequence[int], named: Named) -> object:
    pairs = named.get("load", "_classic_read") == "_classic_read"
    return orm.read(env, model, orm.existing(env, model, ids), named.get("fields"), pairs=pairs)


def _search_read(env: Env, model: str, _ids: Sequence[int], named: Named) -> object:
    pairs = named.get("load", "_classic_read") == "_classic_read"
    return orm.read(env, model, _found(env, model, named), named.get("fields"), pairs=pairs)


def _search(env: Env, model: str, _ids: Sequence[int], named: Named) -> object:
    return [row["id"] for row in _found(env, model, named)]


def _search_count(env: Env, model: str, _ids: Sequence[int], named: Named) -> object:
    return len(orm.search(env, model, named["domain"], limit=named.get("limit")))


def _found(env: Env, model: str, named: Named) -> list[Row]:
    order = named.get("order") or None
    return orm.search(
        env, model, named.get("domain") or [], named.get("offset") or 0, named.get("limit") or None, order
    )


def _fields_get(env: Env, model: str, _ids: Sequence[int], named: Named) -> object:
    wanted, attributes = named.get("allfields"), named.get("attributes")
    about = {}
    for name, field in env.db.fields(model).items():
        if wanted and name not in wanted:
            continue
        told: dict[str, object] = {
            "name": name,
            "type": field.type,
            "string": name.removeprefix("x_").removesuffix("_id").replace("_", " ").capitalize(),
            "required": field.required,
            "readonly": field.readonly,
            "store": field.stored and field.related is None,
            **({"relation": field.relation} if field.relation else {}),
            **({"relation_field": field.inverse} if field.inverse else {}),
            **({"selection": [[one, _label(one)] for one in field.values]} if field.values else {}),
        }
        about[name] = {key: one for key, one in told.items() if not attributes or key in attributes}
    return about


def _label(value: str) -> str:
    return value.replace("_", " ").capitalize()


def _load(env: Env, model: str, _ids: Sequence[int], named: Named) -> object:
    return load(env, model, named["fields"], named["data"])


def _name_search(env: Env, model: str, _ids: Sequence[int], named: Named) -> object:
    names = _NAMES_SEARCHED.get(model, (env.db.model(model).rec_name,))
    operator, text = named.get("operator") or "ilike", named.get("name")
    condition = [*"|" * (len(names) - 1), *([name, operator, text] for name in names)] if text else []
    rows = orm.search(env, model, [*condition, *(named.get("domain") or [])], limit=named.get("limit", 100))
    return [[row["id"], masked_name(env, model, row)] for row in rows]


def _web_search_read(env: Env, model: str, _ids: Sequence[int], named: Named) -> object:
    whole = orm.search(env, model, named["domain"])
    rows = _found(env, model, named)
    return {"length": len(whole), "records": web.read(env, model, rows, named["specification"])}


def _web_read(env: Env, model: str, ids: Sequence[int], named: Named) -> object:
    return web.read(env, model, orm.existing(env, model, ids), named["specification"])


def _web_save(env: Env, model: str, ids: Sequence[int], named: Named) -> object:
    saved = list(ids)
    if saved:
        orm.write(env, model, saved, named["vals"])
    else:
        saved = [orm.create(env, model, named["vals"])]
    return web.read(env, model, orm.existing(env, model, saved), named["specification"])


def _archive(*, active: bool) -> Callable[[Env, str, Sequence[int], Named], object]:
    def run(env: Env, model: str, ids: Sequence[int], _named: Named) -> object:
        orm.write(env, model, ids, {"active": active})
        return True

    return run


def _toggle(env: Env, model: str, ids: Sequence[int], _named: Named) -> object:
    for row in orm.existing(env, model, ids):
        orm.write(env, model, [int(str(row["id"]))], {"active": not row["active"]})
    return None


def _name_create(env: Env, model: str, _ids: Sequence[int], named: Named) -> object:
    made = orm.create(env, model, {"name": named["name"]})
    return [made, masked_name(env, model, env.db.tables[model][made])]


def _default_get(env: Env, model: str, _ids: Sequence[int], named: Named) -> object:
    fields = env.db.fields(model)
    defaults = {name: fields[name].default for name in named["fields"] if name in fields}
    return {name: default for name, default in defaults.items() if default is not None}


def _has_access(env: Env, model: str, _ids: Sequence[int], named: Named) -> object:
    return env.may(model, named["operation"])


def _check_access_rights(env: Env, model: str, _ids: Sequence[int], named: Named) -> object:
    if named.get("raise_exception", True):
        env.allow(model, named["operation"])
    return env.may(model, named["operation"])


def _done(env: Env, model: str, ids: Sequence[int], _named: Named) -> object:
    """A finished to-do is archived."""
    orm.write(env, model, ids, {"active": False})
    return False


def _has_group(env: Env, _model: str, _ids: Sequence[int], named: Named) -> object:
    return env.has_group(named["group_ext_id"])


def _context_get(env: Env, _model: str, _ids: Sequence[int], _named: Named) -> object:
    user = env.user
    return {
        "lang": value(env, "res.users", user, "lang") or "en_US",
        "tz": value(env, "res.users", user, "tz") or False,
        "uid": env.uid,
    }


def _reference(env: Env, _model: str, _ids: Sequence[int], named: Named) -> object:
    key = f"{named['module']}.{named['xml_id']}"
    found = env.db.external_ids.get(key)
    if found is None:
        raise OdooError(VALUE, f"External ID not found in the system: {key}")
    there = orm.search(env, found.model, [["id", "=", found.res_id]])
    return [found.model, found.res_id if there else False]


_PAGE = ("offset", "limit", "order")
_PRIVATE = {"exists", "browse", "sudo", "with_context", "with_user", "filtered", "mapped", "sorted", "ensure_one"}
"""Methods that Odoo has, and keeps to itself."""
_NAMES_SEARCHED = {"res.partner": ("complete_name", "email", "ref")}
_METHODS: Mapping[str, Method] = {
    "create": Method(_create, ("vals_list",), 1),
    "write": Method(_write, ("vals",), 1, on_records=True),
    "unlink": Method(_unlink, on_records=True),
    "read": Method(_read, ("fields", "load"), on_records=True),
    "search": Method(_search, ("domain", *_PAGE), 1),
    "search_read": Method(_search_read, ("domain", "fields", *_PAGE, "load")),
    "search_count": Method(_search_count, ("domain", "limit"), 1),
    "fields_get": Method(_fields_get, ("allfields", "attributes")),
    "load": Method(_load, ("fields", "data"), 2),
    "name_search": Method(_name_search, ("name", "domain", "operator", "limit")),
    "web_search_read": Method(_web_search_read, ("domain", "specification", *_PAGE, "count_limit"), 2),
    "web_read": Method(_web_read, ("specification",), 1, on_records=True),
    "web_save": Method(_web_save, ("vals", "specification"), 2, on_records=True),
    "toggle_active": Method(_toggle, on_records=True),
    "name_create": Method(_name_create, ("name",), 1),
    "default_get": Method(_default_get, ("fields",), 1),
    "action_archive": Method(_archive(active=False), on_records=True),
    "action_unarchive": Method(_archive(active=True), on_records=True),
    "check_access_rights": Method(_check_access_rights, ("operation", "raise_exception"), 1),
    "has_access": Method(_has_access, ("operation",), 1, on_records=True),
}
_OF_MODEL: Mapping[tuple[str, str], Method] = {
    ("mail.activity", "action_feedback"): Method(_done, ("feedback", "attachment_ids"), on_records=True),
    ("res.users", "has_group"): Method(_has_group, ("group_ext_id",), 1, on_records=True),
    ("res.users", "context_get"): Method(_context_get),
    ("ir.model.data", "check_object_reference"): Method(_reference, ("module", "xml_id", "raise_on_access_error"), 2),
}
