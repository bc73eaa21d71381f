"""Partial responses: `fields=items(id,start/dateTime),nextSyncToken`.

developers.google.com/workspace/calendar/api/guides/performance#partial-response
"""

from __future__ import annotations

import re

from pupitre.emulators.google.errors import invalid_parameter
from pupitre.emulators.google.schema import fits_selection
from pupitre.emulators.google.wire import Json

Selection = dict[str, "Selection | None"]
"""Name -> what is selected inside it; None: everything. `*` stands for every name."""

_TOKEN = re.compile(r"[(),/]|[^(),/]+")


def select(body: Json, fields: str, schema_name: str | None) -> Json:
    """The part of a resource that `fields` names. Raises Refusal when it names what the resource does not have."""
    tokens = _TOKEN.findall(fields)
    selection = _list(tokens, fields)
    if tokens:
        raise _bad(fields)
    for path in _paths(selection):
        if not fits_selection(schema_name, path):
            raise _bad("/".join(path))
    picked = _pick(body, selection)
    return picked if isinstance(picked, dict) else {}


def _bad(text: str) -> Exception:
    return invalid_parameter("fields", f"Invalid field selection {text}")


def _list(tokens: list[str], text: str) -> Selection:
    """Consume `a,b(c),d/e` from the front of `tokens`."""
    found: Selection = {}
    while True:
        _merge(found, _one(tokens, text))
        if not tokens or tokens[0] != ",":
            return found
        tokens.pop(0)


def _one(tokens: list[str], text: str) -> Selection:
    if not tokens or tokens[0] in "(),/":
        raise _bad(text)
    name = tokens.pop(0).strip()
    if tokens and tokens[0] == "/":
        tokens.pop(0)
        return {name: _one(tokens, text)}
    if tokens and tokens[0] == "(":
        tokens.pop(0)
        inside = _list(tokens, text)
        if not tokens or tokens.pop(0) != ")":
            raise _bad(text)
        return {name: inside}
    return {name: None}


def _merge(into: Selection, more: Selection) -> None:
    for name, inside in more.items():
        known = into.get(name, inside)
        if known is None or inside is None:
            into[name] = None
        elif known is not inside:
            _merge(known, inside)
        else:
            into[name] = inside


def _paths(selection: Selection) -> list[list[str]]:
    found: list[list[str]] = []
    for name, inside in selection.items():
        found += [[name, *rest] for rest in _paths(inside)] if inside else [[name]]
    return found


def _pick(value: object, selection: Selection | None) -> object:
    if selection is None:
        return value
    if isinstance(value, list):
        return [_pick(item, selection) for item in value]
    if not isinstance(value, dict):
        return value
    everywhere = "*" in selection
    return {
        name: _pick(inner, selection.get(name, selection.get("*")))
        for name, inner in value.items()
        if everywhere or name in selection
    }
