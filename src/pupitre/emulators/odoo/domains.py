"""Odoo's search language: conditions in prefix notation, evaluated on one record at a time.

https://www.odoo.com/documentation/19.0/developer/reference/backend/orm.html#search-domains
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from pupitre.emulators.odoo import columns
from pupitre.emulators.odoo.database import Row
from pupitre.emulators.odoo.env import FORMAT, Env
from pupitre.emulators.odoo.errors import TYPE, VALUE, OdooError
from pupitre.emulators.odoo.phones import found_by_typing
from pupitre.emulators.odoo.schema import Field, Value
from pupitre.emulators.odoo.views import called, value

Matches = Callable[[Row], bool]

_OF_RECORDS = {"any", "not any", "child_of", "parent_of"}
_NEGATIVE = {"!=", "not in", "not like", "not ilike", "<>", "not =like", "not =ilike"}


def compiled(env: Env, model: str, domain: object) -> Matches:
    """A test for records of the model. Raises ValueError's fault for what is no domain of it."""
    if not isinstance(domain, list | tuple):
        raise OdooError(TYPE, f"Domain() invalid argument type for domain: {domain!r}")
    rest = list(domain)
    parts: list[Matches] = []
    while rest:
        parts.append(_term(env, model, rest))
    return lambda row: all(part(row) for part in parts)


def mentions(domain: object, field: str) -> bool:
    """Whether some condition is on this field."""
    return isinstance(domain, list | tuple) and any(
        isinstance(part, list | tuple) and part and part[0] == field for part in domain
    )


def _term(env: Env, model: str, rest: list[object]) -> Matches:
    if not rest:
        raise OdooError(VALUE, "Domain() invalid domain: it ends too soon")
    head = rest.pop(0)
    if head == "!":
        inner = _term(env, model, rest)
        return lambda row: not inner(row)
    if head in ("&", "|"):
        one, other = _term(env, model, rest), _term(env, model, rest)
        return (lambda row: one(row) and other(row)) if head == "&" else (lambda row: one(row) or other(row))
    if isinstance(head, list | tuple) and len(head) == 3:  # noqa: PLR2004 -- field, operator, value
        return _condition(env, model, *head)
    raise OdooError(VALUE, f"Domain() invalid item in domain: {head!r}")


def _condition(env: Env, model: str, path: object, operator: object, wanted: object) -> Matches:
    if isinstance(path, int) and not isinstance(path, bool):
        return lambda _row: path == wanted  # (1, '=', 1), (0, '=', 1)
    name, _, deeper = str(path).partition(".")
    field = env.db.fields(model).get(name)
    if field is None:
        raise OdooError(VALUE, f"Invalid field {model}.{name} in condition {(path, operator, wanted)!r}")
    spelt = "=" if operator == "==" else str(operator).lower()
    if deeper and field.relation:
        inner = _condition(env, str(field.relation), deeper, spelt, wanted)
        return lambda row: any(map(inner, _linked_rows(env, model, row, name, field)))
    if spelt not in _OPERATORS and spelt not in _OF_RECORDS and spelt != "=?":
        raise OdooError(VALUE, f"Invalid operator in condition {(path, operator, wanted)!r}")
    if spelt == "=?" and (wanted is None or wanted is False):
        return lambda _row: True
    return _condition_on_field(env, model, name, field, spelt.removesuffix("?"), wanted)


def _condition_on_field(env: Env, model: str, name: str, field: Field, operator: str, wanted: object) -> Matches:
    if operator in _OF_RECORDS:
        return _condition_on_records(env, model, name, field, operator, wanted)
    if name == "phone_mobile_search":
        return lambda row: found_by_typing(row, operator, str(wanted))
    if field.relation and (isinstance(wanted, str) or "like" in operator):
        return _condition_on_names(env, model, name, field, operator, wanted)
    if field.type == "datetime" and isinstance(wanted, str):
        operator, wanted = _whole_day(operator, wanted)
    asked = _as_kept(field, wanted)
    compare = _OPERATORS[operator]
    if field.many:
        return lambda row: _on_many(value(env, model, row, name), operator, asked)
    return lambda row: compare(_comparable(value(env, model, row, name), field), asked)


def _condition_on_names(env: Env, model: str, name: str, field: Field, operator: str, wanted: object) -> Matches:
    """A text asked of a link is asked of the names of what it links to."""
    positive = _OPERATORS[operator.removeprefix("not ").replace("!=", "=")]

    def test(row: Row) -> bool:
        linked = _linked_rows(env, model, row, name, field)
        hit = any(positive(called(env, str(field.relation), one), wanted) for one in linked)
        return hit != (operator in _NEGATIVE)

    return test


def _condition_on_records(env: Env, model: str, name: str, field: Field, operator: str, wanted: Any) -> Matches:  # noqa: ANN401 -- from the wire
    """`any`: of the linked records, one matches the domain; `child_of`, `parent_of`: one is in that family."""
    if field.relation is None:
        raise OdooError(VALUE, f"Cannot use {operator!r} with a field that links nothing: {name}")
    relation = field.relation
    if operator in ("any", "not any"):
        inner = compiled(env, relation, wanted)
        return lambda row: any(map(inner, _linked_rows(env, model, row, name, field))) == (operator == "any")
    family = _family(env, relation, wanted if isinstance(wanted, list) else [wanted], down=operator == "child_of")
    return lambda row: any(one["id"] in family for one in _linked_rows(env, model, row, name, field))


def _family(env: Env, model: str, ids: Sequence[object], *, down: bool) -> set[object]:
    """These records and all below (or above) them, by `parent_id` where the model has one."""
    found, rows = set(ids), env.db.tables[model]
    while True:
        more = {row["id"] for row in rows.values() if row.get("parent_id") in found}
        if not down:
            more = {rows[one].get("parent_id") for one in found if one in rows} - {None}
        if more <= found:
            return found
        found |= more


def _whole_day(operator: str, wanted: str) -> tuple[str, str]:
    """A day asked of an instant is the whole day: up to it is through its end, after it is from the next."""
    if len(wanted) != _DAY or operator not in ("<=", ">"):
        return operator, wanted
    following = (date.fromisoformat(columns.moment(wanted)[:_DAY]) + timedelta(days=1)).isoformat()
    return ("<" if operator == "<=" else ">="), following


def _linked_rows(env: Env, model: str, row: Row, name: str, field: Field) -> list[Row]:
    found = value(env, model, row, name)
    ids = found if isinstance(found, list) else [found] if isinstance(found, int) and found else []
    rows = env.db.tables[str(field.relation)]
    return [rows[one] for one in ids if one in rows]


def _on_many(ids: Value, operator: str, wanted: object) -> bool:
    """Links: `=` and `in` ask for any of them, false for none."""
    have = set(ids) if isinstance(ids, list) else set()
    asked = wanted if isinstance(wanted, list) else [wanted]
    hit = any((not have) if one is None else one in have for one in asked)
    return hit != (operator in _NEGATIVE)


def _as_kept(field: Field, wanted: object) -> object:
    """The value of a condition as the column would keep it."""
    if isinstance(wanted, list | tuple):
        return [_as_kept(field, one) for one in wanted]
    if wanted is None or wanted is False:
        return False if field.type == "boolean" else None
    if field.type == "datetime":
        return _instant(str(wanted))
    if field.type == "date":
        return columns.moment(str(wanted)[:10])[:10]
    return wanted


_DAY = 10


def _instant(text: str) -> str:
    """ISO 8601 without a zone, as the column keeps it. Raises ValueError's fault."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise OdooError(VALUE, str(error)) from error
    if found.tzinfo is not None:
        raise OdooError(VALUE, f"expecting only datetimes with no timezone: {text!r}")
    return found.strftime(FORMAT)


def _comparable(found: Value, field: Field) -> Value:
    if field.type == "boolean":
        return bool(found)
    return None if found == "" else found


def _equal(found: object, wanted: object) -> bool:
    return found == (None if wanted == "" else wanted)


def _is_in(found: object, wanted: object) -> bool:
    return any(_equal(found, one) for one in wanted) if isinstance(wanted, list) else _equal(found, wanted)


def _ordered(compare: Callable[[object, object], bool]) -> Callable[[object, object], bool]:
    return lambda found, wanted: found is not None and wanted is not None and compare(found, wanted)


@lru_cache(maxsize=512)
def _pattern(text: str, *, exact: bool, any_case: bool) -> re.Pattern[str]:
    r"""SQL's LIKE: `%` is anything, `_` one character, `\` takes the next one as it is."""
    parts = re.findall(r"\\.|.", text, re.DOTALL)
    body = "".join({"%": ".*", "_": "."}.get(part, re.escape(part[-1])) for part in parts)
    return re.compile(body if exact else f".*{body}.*", re.DOTALL | (re.IGNORECASE if any_case else 0))


def _like(*, exact: bool, any_case: bool) -> Callable[[object, object], bool]:
    def test(found: object, wanted: object) -> bool:
        if not exact and (wanted is None or wanted == ""):
            return True
        return found is not None and bool(_pattern(str(wanted), exact=exact, any_case=any_case).fullmatch(str(found)))

    return test


def _not(test: Callable[[object, object], bool]) -> Callable[[object, object], bool]:
    return lambda found, wanted: not test(found, wanted)


def _less(one: Any, other: Any) -> bool:  # noqa: ANN401 -- both are of one column's type
    return bool(one < other)


_LIKES = {
    "like": _like(exact=False, any_case=False),
    "ilike": _like(exact=False, any_case=True),
    "=like": _like(exact=True, any_case=False),
    "=ilike": _like(exact=True, any_case=True),
}
_OPERATORS: Mapping[str, Callable[[object, object], bool]] = {
    "=": _is_in,
    "!=": _not(_is_in),
    "<>": _not(_is_in),
    "in": _is_in,
    "not in": _not(_is_in),
    "<": _ordered(_less),
    ">": _ordered(lambda one, other: _less(other, one)),
    "<=": _ordered(lambda one, other: not _less(other, one)),
    ">=": _ordered(lambda one, other: not _less(one, other)),
    **_LIKES,
    **{f"not {name}": _not(test) for name, test in _LIKES.items()},
}


def matching(env: Env, model: str, domain: Sequence[object]) -> list[Row]:
    """Every record that matches; archived ones only where the domain or the context asks for them."""
    test = compiled(env, model, domain)
    hide = "active" in env.db.fields(model) and not env.sees_archived and not mentions(domain, "active")
    rows = env.db.tables[model].values()
    return [row for row in rows if not (hide and row.get("active") is False) and test(row)]
