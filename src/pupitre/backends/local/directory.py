"""Patients in our own store: `ports.Directory`, and what a person needs to keep the list.

Phones match exactly. A name that was heard is compared with those that share a mark with it: a word, the beginning of
one, or what is left of it when only its consonants are heard.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from itertools import islice

from msgspec import Struct

from pupitre.backends.local.ids import row_id
from pupitre.backends.local.roster import Roster
from pupitre.model import Agent, BackendId, Patient
from pupitre.nlu.names import match
from pupitre.nlu.words import split
from pupitre.ports import NotFound, Refused, Stale, Who
from pupitre.store import Database, Statement
from pupitre.store.queries import queries
from pupitre.store.rows import as_struct, as_structs

SQL = queries("patients")

_MOST = 10
"""How many a lookup answers with (`Directory.lookup_patient`)."""
_COMPARED = 200
"""How many patients that share one mark are looked at."""
_TOGETHER = 100
"""Patients of a list that are written in one batch."""
_BEGINNING = 3
_SHORTEST = 2


class PatientEntry(Struct, frozen=True):
    """What is to be known of a patient. `key` tells the same patient again."""

    key: str
    name: str
    """First name first."""
    phones: tuple[str, ...] = ()
    """E.164, the one to be called first."""
    birth_date: date | None = None
    owner_id: BackendId | None = None
    """The patient's own agent."""


class LocalDirectory:
    """One tenant's patients and agents; see `ports.Directory`."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant
        self._roster = Roster(database, tenant)

    async def lookup_patient(self, who: Who) -> Sequence[Patient]:
        """See `Directory.lookup_patient`. Of several things given all must hold."""
        found: Sequence[Patient]
        if who.phone is not None:
            found = await self._where("by_phone", phone=who.phone)
        elif who.birth_date is not None:
            found = await self._where("by_birth_date", birth_date=who.birth_date)
        elif who.name is not None:
            heard = " ".join(filter(None, (who.name.first, who.name.last)))
            sharing = [await self._where("by_mark", mark=mark) for mark in sorted(marks(heard))]
            found = list({patient.id: patient for patients in sharing for patient in patients}.values())
        else:
            return []
        if who.birth_date is not None:
            found = [patient for patient in found if patient.birth_date == who.birth_date]
        if who.name is not None:
            found = [found[index] for index, _ in match(who.name, [patient.name for patient in found])]
        return found[:_MOST]

    async def create_patient(self, name: str, phone: str | None, birth_date: date | None, key: str) -> Patient:
        """See `Directory.create_patient`."""
        entry = PatientEntry(key, name, (phone,) if phone else (), birth_date)
        with suppress(Stale):  # made before under this key: nothing of it is written over
            await self._database.write(self._statement("add", entry).expecting(1), *self._found_by(entry))
        return await self._by_key(key)

    async def agents(self) -> Sequence[Agent]:
        """See `Directory.agents`."""
        return await self._roster.agents()

    async def put(self, entries: Iterable[PatientEntry]) -> None:
        """Add these patients, or write what is known now of those whose key is known. Raises Refused, Unavailable.

        Phones take the place of those known before; an agent stays unless another is given.
        """
        for some in _chunks(entries, _TOGETHER):
            await self._database.write(*(statement for entry in some for statement in self._put(entry)))

    def _put(self, entry: PatientEntry) -> list[Statement]:
        keyed = {"tenant": self._tenant, "key": entry.key}
        forgotten = [SQL["forget_phones"].bind(**keyed), SQL["forget_marks"].bind(**keyed)]
        return [self._statement("put", entry), *forgotten, *self._found_by(entry)]

    async def add(self, name: str, phones: Sequence[str] = (), birth_date: date | None = None) -> Patient:
        """A new patient, however many of that name there are. Raises Unavailable."""
        key = f"added:{uuid.uuid4()}"
        await self.put([PatientEntry(key, name, tuple(phones), birth_date)])
        return await self._by_key(key)

    async def read_patient(self, patient_id: BackendId) -> Patient:
        """See `Directory.read_patient`."""
        rows = await self._database.read(SQL["by_id"], tenant=self._tenant, id=row_id(patient_id))
        if not rows:
            raise NotFound(f"no patient {patient_id}")
        return as_struct(Patient, rows[0])

    async def page(self, after: int = 0, limit: int = 100) -> Sequence[Patient]:
        """Patients by id, those after `after`. Raises Unavailable."""
        return as_structs(
            Patient, await self._database.read(SQL["page"], tenant=self._tenant, after=after, limit=limit)
        )

    async def remove(self, patient_id: BackendId) -> None:
        """Forget the patient. Raises NotFound, Refused while an appointment names him, Unavailable."""
        gone = SQL["remove"].bind(tenant=self._tenant, id=row_id(patient_id))
        try:
            await self._database.write(gone.expecting(1, NotFound(f"no patient {patient_id}")))
        except Refused as error:
            raise Refused(f"patient {patient_id} has appointments and stays") from error

    async def _where(self, query: str, **what: str | date) -> list[Patient]:
        rows = await self._database.read(SQL[query], tenant=self._tenant, limit=_COMPARED, **what)
        return as_structs(Patient, rows)

    async def _by_key(self, key: str) -> Patient:
        [row] = await self._database.read(SQL["by_key"], tenant=self._tenant, key=key)
        return as_struct(Patient, row)

    def _statement(self, query: str, entry: PatientEntry) -> Statement:
        owner_id = None if entry.owner_id is None else row_id(entry.owner_id)
        return SQL[query].bind(
            tenant=self._tenant, key=entry.key, name=entry.name, birth_date=entry.birth_date, owner_id=owner_id
        )

    def _found_by(self, entry: PatientEntry) -> list[Statement]:
        phones = [
            SQL["add_phone"].bind(tenant=self._tenant, key=entry.key, phone=phone, rank=rank)
            for rank, phone in enumerate(entry.phones)
        ]
        names = [
            SQL["add_mark"].bind(tenant=self._tenant, key=entry.key, mark=mark) for mark in sorted(marks(entry.name))
        ]
        return phones + names


def _chunks(entries: Iterable[PatientEntry], size: int) -> Iterator[list[PatientEntry]]:
    waiting = iter(entries)
    while some := list(islice(waiting, size)):
        yield some


_SAID_ALIKE = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"),
        (r"(?:eau|au)x?$", "o"),
        (r"qu|[cq](?![eiy])|ck", "k"),
        (r"c(?=[eiy])|z", "s"),
        (r"g(?=[eiy])", "j"),
        (r"[tdsxp]+$", ""),
        (r"[aeiouyhw]", ""),
        (r"(.)\1+", r"\1"),
    )
]
"""How French spells one sound in several ways, applied in this order; endings that are not said, and vowels, go."""


def marks(name: str) -> set[str]:
    """What other spellings of a name are likely to share with it: `=word`, `^beginning`, `~consonants`."""
    found = set()
    for word in split(name):
        if len(word) < _SHORTEST:
            continue
        sound = word
        for pattern, heard in _SAID_ALIKE:
            sound = pattern.sub(heard, sound)
        found |= {f"={word}", f"^{word[:_BEGINNING]}", f"~{sound}"}
    return found
