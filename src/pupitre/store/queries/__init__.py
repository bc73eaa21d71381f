"""Reads `*.sql`: each query is `-- name: x` and a sentence of comment, then SQL.

`-- name: x [postgresql]` or `[sqlite]` is the variant for that database, where one text cannot serve both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from pupitre.store.database import Dialect, Query

_HEAD = re.compile(r"^-- name: (?P<name>\w+)(?: \[(?P<dialect>\w+)\])?$", re.MULTILINE)
_PARAM = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_ANSWERS = re.compile(r"^(SELECT|WITH)\b|\bRETURNING\b")
_COMMENT = re.compile(r"^\s*--.*\n?", re.MULTILINE)


@cache
def queries(subject: str) -> Mapping[str, Query]:
    """The queries of `<subject>.sql` by name."""
    text = files(__package__).joinpath(f"{subject}.sql").read_text("utf-8")
    heads = list(_HEAD.finditer(text))
    found: dict[str, dict[str, str]] = {}
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        body = text[head.end() : following.start() if following else len(text)]
        sql = _COMMENT.sub("", body).strip().rstrip(";")
        found.setdefault(head["name"], {})[head["dialect"] or "both"] = sql
    return {name: _query(f"{subject}.{name}", variants) for name, variants in found.items()}


def _query(name: str, variants: Mapping[str, str]) -> Query:
    sqlite = variants.get(Dialect.SQLITE) or variants["both"]
    postgresql = variants.get(Dialect.POSTGRESQL) or variants["both"]
    order = tuple(dict.fromkeys(_PARAM.findall(postgresql)))
    numbered = _PARAM.sub(lambda found: f"${order.index(found[1]) + 1}", postgresql)
    return Query(name, sqlite, numbered, order, answers=bool(_ANSWERS.search(postgresql)))
