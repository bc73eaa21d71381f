"""From rows to values and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec import Struct

from pupitre.model import BackendId
from pupitre.store.database import Row

S = TypeVar("S", bound=Struct)
_ID: msgspec.json.Decoder[BackendId] = msgspec.json.Decoder(BackendId)


def as_struct(kind: type[S], row: Row) -> S:
    """The struct whose fields are the row's columns; instants come back aware, in UTC."""
    return msgspec.convert(row, kind)


def as_structs(kind: type[S], rows: Sequence[Row]) -> list[S]:
    """The same for every row."""
    return [msgspec.convert(row, kind) for row in rows]


def id_text(backend_id: BackendId) -> str:
    """A backend's id as a column keeps it: JSON, so that 45 and "45" stay apart."""
    return msgspec.json.encode(backend_id).decode()


def id_of(text: object) -> BackendId:
    """The id that `id_text` made a column of."""
    return _ID.decode(str(text))
