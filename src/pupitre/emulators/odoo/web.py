"""The web client's way to read: a specification says which fields, and which fields of what they link to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pupitre.emulators.odoo import orm
from pupitre.emulators.odoo.database import Row
from pupitre.emulators.odoo.env import Env
from pupitre.emulators.odoo.views import field_of

Specification = Mapping[str, Mapping[str, Any]]


def read(env: Env, model: str, rows: Sequence[Row], specification: Specification) -> list[dict[str, object]]:
    """The rows as the specification asks; a link without `fields` is its id."""
    answers = orm.read(env, model, rows, [*specification, "id"], pairs=False)
    for answer in answers:
        for name, about in specification.items():
            relation = field_of(env, model, name).relation
            if relation is None or "fields" not in about:
                continue
            ids = answer[name] if isinstance(answer[name], list) else [answer[name]] if answer[name] else []
            assert isinstance(ids, list)
            linked = read(env, relation, orm.existing(env, relation, ids), about["fields"])
            many = field_of(env, model, name).many
            answer[name] = linked if many else linked[0] if linked else False
    return answers
