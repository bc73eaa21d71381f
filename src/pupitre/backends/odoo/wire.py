"""Values as Odoo writes them: naive UTC instants, `false` for nothing, pairs for links."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import UTC, date, datetime

Row = Mapping[str, object]
"""A record as Odoo reads it."""

FORMAT = "%Y-%m-%d %H:%M:%S"


def moment(instant: datetime) -> str:
    """An aware instant as Odoo wants it: naive UTC, to the second; it refuses "T", "Z" and offsets."""
    return instant.astimezone(UTC).strftime(FORMAT)


def instant(row: Row, field: str) -> datetime:
    """An aware instant. Raises ValueError when there is none."""
    return datetime.strptime(str(row[field]), FORMAT).replace(tzinfo=UTC)


def day(row: Row, field: str) -> date | None:
    value = row.get(field)
    return date.fromisoformat(value[:10]) if isinstance(value, str) and value else None


def text(row: Row, field: str) -> str | None:
    """A text that says something, else None."""
    value = row.get(field)
    return value if isinstance(value, str) and value else None


def link(row: Row, field: str) -> int | None:
    """The id a many2one points to: `[id, "name"]`, `id` or `false`."""
    value = row.get(field)
    if isinstance(value, list | tuple) and value:
        value = value[0]
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def links(row: Row, field: str) -> tuple[int, ...]:
    """The ids of a many2many or one2many."""
    value = row.get(field)
    return tuple(value) if isinstance(value, list | tuple) else ()


def number(row: Row, field: str) -> float:
    value = row.get(field)
    return float(value) if isinstance(value, int | float) else 0.0


def as_html(plain: str) -> str:
    """Plain text for a field that is HTML: escaped, lines kept."""
    return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in plain.splitlines() if line)
