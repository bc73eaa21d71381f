"""One database: records by model and id, external ids, and transactions that can be undone and survive a restart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import msgspec
from msgspec import Struct

from pupitre.emulators.odoo.errors import ABSENT, OdooError
from pupitre.emulators.odoo.schema import MAGIC, MODELS, Field, Model, Value
from pupitre.emulators.storage import Records

Row = dict[str, Value]
"""A record as it is kept, `id` included. Never changed in place: a new one is put."""


class ExternalId(Struct, frozen=True):
    model: str
    res_id: int
    noupdate: bool


class _Kept(Struct):
    """What storage holds of one record."""

    id: int
    row: Row


class Database:
    """Everything is in memory; what changes is also put to storage before the call is answered."""

    def __init__(self, name: str, storage: Records) -> None:
        self.name = name
        self._storage = storage
        self.tables: dict[str, dict[int, Row]] = {model: {} for model in MODELS}
        self.external_ids: dict[str, ExternalId] = {}
        self._next: dict[str, int] = {}
        self._undo: list[tuple[str, int, Row | None]] = []
        self._undo_ids: list[tuple[str, ExternalId | None]] = []
        self._fields: dict[str, Mapping[str, Field]] = {}
        self._load()

    # ---- records

    def model(self, name: str) -> Model:
        if name not in MODELS:
            raise OdooError(ABSENT, f"The model {name!r} does not exist")
        return MODELS[name]

    def get(self, model: str, record: int) -> Row | None:
        return self.tables[model].get(record)

    def put(self, model: str, row: Row) -> None:
        record = row["id"]
        assert isinstance(record, int)
        self._undo.append((model, record, self.tables[model].get(record)))
        self.tables[model][record] = row
        if model.startswith("ir.model"):
            self._fields.clear()

    def drop(self, model: str, record: int) -> None:
        self._undo.append((model, record, self.tables[model].pop(record, None)))
        for key, external in list(self.external_ids.items()):
            if (external.model, external.res_id) == (model, record):
                self.name_externally(key, None)

    def next_id(self, model: str) -> int:
        """A new id; like PostgreSQL's sequences it is not given back when the transaction is undone."""
        self._next[model] = self._next.get(model, 0) + 1
        return self._next[model]

    def name_externally(self, key: str, external: ExternalId | None) -> None:
        """Give a record this external id; None takes it away."""
        self._undo_ids.append((key, self.external_ids.pop(key, None)))
        if external is not None:
            self.external_ids[key] = external

    def fields(self, model: str) -> Mapping[str, Field]:
        """All fields of a model, those made at run time included."""
        if model not in self._fields:
            self._fields[model] = {**MAGIC, **self.model(model).fields, **self._manual(model)}
        return self._fields[model]

    def _manual(self, model: str) -> dict[str, Field]:
        made: dict[str, Field] = {}
        for row in self.tables["ir.model.fields"].values():
            if row["model"] == model:
                values = str(row["selection"]).split("\n") if row["selection"] else []
                relation = row["relation"]
                made[str(row["name"])] = Field(
                    str(row["ttype"]),
                    relation=str(relation) if relation else None,
                    values=tuple(values),
                    manual=True,
                    default={"boolean": False, "integer": 0, "float": 0.0}.get(str(row["ttype"])),
                )
        return made

    # ---- transactions

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is put inside is kept, or nothing."""
        self._undo, self._undo_ids = [], []
        try:
            yield
        except BaseException:
            self.undo_to(0)
            for key, before in reversed(self._undo_ids):
                self.external_ids.pop(key, None)
                if before is not None:
                    self.external_ids[key] = before
            raise
        self._commit()

    def mark(self) -> int:
        """A savepoint."""
        return len(self._undo)

    def undo_to(self, mark: int) -> None:
        while len(self._undo) > mark:
            model, record, before = self._undo.pop()
            if before is None:
                self.tables[model].pop(record, None)
            else:
                self.tables[model][record] = before
        self._fields.clear()

    def _commit(self) -> None:
        changed: dict[tuple[str, str], bytes | None] = {}
        for model, record, _ in self._undo:
            row = self.tables[model].get(record)
            changed[f"{self.name}/{model}", f"{record:012}"] = (
                msgspec.json.encode(_Kept(record, row)) if row is not None else None
            )
        for key, _ in self._undo_ids:
            external = self.external_ids.get(key)
            body = msgspec.json.encode((key, external)) if external is not None else None
            changed[f"{self.name}/external", key] = body
        if changed:
            changed[f"{self.name}/next", ""] = msgspec.json.encode(self._next)
        self._storage.write(changed)

    def clear(self) -> None:
        """Forget everything, inside a transaction."""
        for key in list(self.external_ids):
            self.name_externally(key, None)
        for model, rows in self.tables.items():
            for record in list(rows):
                self.drop(model, record)
        self._next = {}
        self._fields.clear()

    def _load(self) -> None:
        for model in MODELS:
            for body in self._storage.load(f"{self.name}/{model}"):
                kept = msgspec.json.decode(body, type=_Kept)
                self.tables[model][kept.id] = kept.row
        for body in self._storage.load(f"{self.name}/next"):
            self._next = msgspec.json.decode(body, type=dict[str, int])
        for body in self._storage.load(f"{self.name}/external"):
            key, external = msgspec.json.decode(body, type=tuple[str, ExternalId])
            self.external_ids[key] = external
