"""RFC 7396 merge patches: what changed between two JSON objects."""

from __future__ import annotations

Json = object


def difference(before: dict[str, Json], after: dict[str, Json]) -> dict[str, Json]:
    """The patch that turns `before` into `after`: {} when nothing changed.

    Neither may hold a null: a merge patch writes it for what is gone (RFC 7396 §1).
    """
    patch: dict[str, Json] = {name: None for name in before if name not in after}
    for name, value in after.items():
        if name not in before:
            patch[name] = value
            continue
        old = before[name]
        if old == value:
            continue
        patch[name] = difference(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return patch


def apply(target: Json, patch: Json) -> Json:
    """The target after the patch (RFC 7396 §2)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = apply(result.get(name), value)
    return result
