"""Ids of our own rows."""

from __future__ import annotations

from pupitre.model import BackendId
from pupitre.ports import NotFound

_MOST = 2**63


def row_id(backend_id: BackendId) -> int:
    """The id as our own store counts. Raises NotFound for what can be none of ours."""
    if isinstance(backend_id, str) or not 0 < backend_id < _MOST:
        raise NotFound(f"nothing of ours is numbered {backend_id!r}")
    return backend_id
