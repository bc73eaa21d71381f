"""Values on their way in and out: what each type of field accepts, keeps and shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pupitre.emulators.odoo.env import FORMAT, Env
from pupitre.emulators.odoo.errors import TYPE, VALIDATION, VALUE, OdooError, missing
from pupitre.emulators.odoo.schema import Field, Value

_SHORTEST_DATE = 10
_HANDLER = re.compile(r"""\son\w+\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE)
_AMPERSAND = re.compile(r"&(?!#?\w+;)")


def keep(env: Env, model: str, name: str, field: Field, value: object, before: Value = None) -> Value:
    """What the column keeps of a value that was sent. Raises OdooError for what the type does not take."""
    if field.type == "many2many":
        return _linked(env, field, value, before if isinstance(before, list) else [])
    if value is None or value is False or (value == "" and field.type == "selection"):
        return {"boolean": False, "integer": 0, "float": 0.0}.get(field.type)
    return _KEEPERS[field.type](env, f"{model}.{name}", field, value)


def _text(_env: Env, _name: str, _field: Field, value: object) -> Value:
    return str(value)


def _html(_env: Env, _name: str, _field: Field, value: object) -> Value:
    """Odoo's sanitizer wraps bare text in a paragraph, escapes what is no markup and drops scripts."""
    text = _HANDLER.sub("", _SCRIPT.sub("", _AMPERSAND.sub("&amp;", str(value))))
    return text if not text or text.lstrip().startswith("<") else f"<p>{text}</p>"


def _number(_env: Env, _name: str, field: Field, value: object) -> Value:
    try:
        return int(str(value)) if field.type == "integer" else float(str(value))
    except ValueError as error:
        raise OdooError(VALUE, str(error)) from error


def _truth(_env: Env, _name: str, _field: Field, value: object) -> Value:
    return bool(value)


def _choice(_env: Env, name: str, field: Field, value: object) -> Value:
    if value not in field.values:
        raise OdooError(VALUE, f"Wrong value for {name}: {value!r}")
    return str(value)


def _date(_env: Env, _name: str, _field: Field, value: object) -> Value:
    return moment(str(value)[:_SHORTEST_DATE])[:_SHORTEST_DATE]


def _moment(_env: Env, _name: str, _field: Field, value: object) -> Value:
    return moment(str(value))


def _link(env: Env, _name: str, field: Field, value: object) -> Value:
    if isinstance(value, list | tuple) and value:
        value = value[0]
    if not isinstance(value, int):
        raise OdooError(VALUE, f"invalid input syntax for type integer: {value!r}")
    if field.relation is not None and env.db.get(field.relation, value) is None:
        raise OdooError(VALIDATION, "The operation cannot be completed: another model requires the record.")
    return value


_KEEPERS: Mapping[str, Callable[[Env, str, Field, object], Value]] = {
    "char": _text,
    "text": _text,
    "html": _html,
    "integer": _number,
    "float": _number,
    "boolean": _truth,
    "selection": _choice,
    "date": _date,
    "datetime": _moment,
    "many2one": _link,
}


def moment(text: str) -> str:
    """Naive text as Odoo parses it: its format cut to the text's length. Raises ValueError's fault."""
    try:
        return datetime.strptime(text, FORMAT[: len(text) - 2]).strftime(FORMAT)  # noqa: DTZ007 -- Odoo's are naive
    except ValueError as error:
        raise OdooError(VALUE, str(error)) from error


def _exists(env: Env, relation: str | None, record: int) -> None:
    if relation is not None and env.db.get(relation, record) is None:
        raise missing(relation)


def _linked(env: Env, field: Field, value: object, before: Sequence[int]) -> list[int]:
    """The ids after a list of commands (`[6, 0, ids]` sets, `[4, id]` links, `[3, id]` unlinks)."""
    if not isinstance(value, list | tuple):
        raise OdooError(TYPE, f"{type(value).__name__!r} object is not iterable")
    after = list(before)
    bare_ids = bool(value) and all(isinstance(one, int) for one in value)
    commands: list[list[Any]] = [[_SET, 0, list(value)]] if bare_ids else list(value)
    for command in commands:
        kind = command[0]
        if kind == _SET:
            after = list(dict.fromkeys(command[2]))
        elif kind == _LINK:
            after = list(dict.fromkeys([*after, command[1]]))
        elif kind in (_DELETE, _UNLINK):
            after = [one for one in after if one != command[1]]
        elif kind == _CLEAR:
            after = []
        else:
            raise OdooError(VALUE, f"this emulator does not make records inside of others: {command!r}")
    for one in after:
        _exists(env, field.relation, one)
    return after


_DELETE, _UNLINK, _LINK, _CLEAR, _SET = 2, 3, 4, 5, 6


def show(value: Value, field: Field) -> object:
    """A kept value as `read` answers it, links apart: `false` for nothing, no fractions of a second."""
    if value is None:
        return 0 if field.type == "integer" else 0.0 if field.type == "float" else False
    if field.type == "datetime":
        return str(value)[:19]
    return value
