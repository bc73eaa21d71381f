"""JSON types of request bodies, checked against the schemas of the discovery document. Unknown fields are ignored."""

from __future__ import annotations

from pupitre.emulators.google.discovery import document
from pupitre.emulators.google.errors import invalid
from pupitre.emulators.google.wire import Json

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}
_INT32 = range(-(2**31), 2**31)


def check_shape(schema_name: str, body: Json) -> None:
    """Raise Refusal at the first value of a wrong JSON type; null is allowed everywhere (it deletes in a patch)."""
    _check(document()["schemas"][schema_name], body, "")


def _check(schema: Json, value: object, path: str) -> None:
    if value is None:
        return
    schema = document()["schemas"][schema["$ref"]] if "$ref" in schema else schema
    if not _is_of_type(schema, value):
        raise invalid(f"Invalid value for: {path.lstrip('.') or 'body'}")
    if isinstance(value, list) and schema.get("type") == "array":
        for item in value:
            if item is None:
                raise invalid(f"Invalid value for: {path.lstrip('.')}")
            _check(schema["items"], item, path)
    elif isinstance(value, dict) and schema.get("type") == "object":
        properties = schema.get("properties", {})
        others = schema.get("additionalProperties")
        for name, inner in value.items():
            known = properties.get(name, others)
            if known is not None:
                _check(known, inner, f"{path}.{name}")


def known_part(schema_name: str, body: Json) -> Json:
    """A body that passed `check_shape`, without null and without the fields that its schema does not have."""
    found = _known(document()["schemas"][schema_name], body)
    return found if isinstance(found, dict) else {}


def _known(schema: Json, value: object) -> object:
    schema = document()["schemas"][schema["$ref"]] if "$ref" in schema else schema
    if isinstance(value, list) and schema.get("type") == "array":
        return [_known(schema["items"], item) for item in value]
    if not isinstance(value, dict) or schema.get("type") != "object":
        return value
    rules = {name: schema.get("properties", {}).get(name, schema.get("additionalProperties")) for name in value}
    kept = {name: rule for name, rule in rules.items() if rule is not None and value[name] is not None}
    return {name: _known(rule, value[name]) for name, rule in kept.items()}


def _is_of_type(schema: Json, value: object) -> bool:
    kind = schema.get("type", "any")
    if kind == "any" or (schema.get("format") == "int64" and isinstance(value, int)):
        return True
    if isinstance(value, bool):
        return bool(kind == "boolean")
    if kind == "integer" and isinstance(value, int):
        return value in _INT32
    return isinstance(value, _TYPES[kind])


def fits_selection(schema_name: str | None, path: list[str]) -> bool:
    """Whether a partial response may select this path of field names in that resource."""
    schema: Json = document()["schemas"].get(schema_name, {})
    for name in path:
        while "$ref" in schema or schema.get("type") == "array":
            schema = document()["schemas"][schema["$ref"]] if "$ref" in schema else schema["items"]
        if name == "*" or schema.get("type") == "any":
            return True
        found = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
        if found is None:
            return False
        schema = found
    return True
