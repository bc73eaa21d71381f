"""Shapes of what goes over the wire."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

Json = dict[str, Any]
"""A JSON object as a client sent it or will get it."""


class Reply(Struct, frozen=True):
    """An HTTP answer before it is put on the wire."""

    status: int
    body: Json | None = None
    headers: dict[str, str] = field(default_factory=dict)
