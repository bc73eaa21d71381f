"""Patients from a CSV file, as spreadsheets write them. Pure.

Headers in French or English, `;` or `,` or tabs, with or without a byte order mark, UTF-8 or Windows-1252. A line that
cannot be read is refused with its number and the reason; the others are kept.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from pupitre.backends.local.directory import PatientEntry
from pupitre.nlu.words import split
from pupitre.phones import e164
from pupitre.ports import ConfigError

_TITLES = {
    "name": "name, full name, nom complet, nom et prenom, nom prenom, prenom nom, patient, client",
    "last": "last name, lastname, surname, family name, nom, nom de famille, nom usuel",
    "first": "first name, firstname, given name, prenom, prenoms",
    "phone": """
        phone, phone number, phone e164, mobile, mobile phone, home phone, landline, telephone, numero, tel, fixe,
        numero de telephone, portable, tel portable, telephone portable, telephone mobile, tel fixe, telephone fixe,
        domicile, telephone domicile, autre telephone
    """,
    "birth": "birth date, birthdate, date of birth, dob, born, date de naissance, naissance, ne le, nee le, ne e le",
    "reference": """
        id, ref, reference, external id, identifiant, numero client, numero patient, numero de dossier, dossier,
        code client
    """,
}
"""How spreadsheets head what we look for, without accents."""
_COLUMNS = {title.strip(): thing for thing, titles in _TITLES.items() for title in titles.split(",")}
_NUMBERED = ("1", "2", "3", "4")
"""What may follow the header of a phone: "Tél 2"."""
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%d %m %Y")
_OLDEST = 130
"""Years: nobody alive is older."""


class RefusedLine(Struct, frozen=True):
    """A line that was left out. Numbers count the file's lines from 1, the header's included."""

    number: int
    reason: str


class PatientFile(Struct, frozen=True):
    """What a file says, and what of it could not be read."""

    entries: tuple[PatientEntry, ...]
    refused: tuple[RefusedLine, ...]


class _BadLine(ValueError):
    pass


def read_patients(data: bytes, region: str, today: date) -> PatientFile:
    """The patients of a file. `region` is where national phone numbers belong (ISO 3166: "FR").

    Raises ConfigError when the file as a whole is not a list of patients.
    """
    lines = list(_lines(data))
    if not lines:
        raise ConfigError("The file is empty. Its first line must name the columns: nom;prénom;téléphone;…")
    columns = _columns(lines[0][1])
    entries: dict[str, PatientEntry] = {}
    refused = []
    for number, cells in lines[1:]:
        try:
            entry = _entry(columns, cells, region, today)
        except _BadLine as bad:
            refused.append(RefusedLine(number, str(bad)))
        else:
            entries[entry.key] = entry
    return PatientFile(tuple(entries.values()), tuple(refused))


def _lines(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line that is not blank."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    text = text.replace("\0", "")
    header = text.partition("\n")[0]
    delimiter = max(";,\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [" ".join(cell.split()) for cell in cells]
    except csv.Error as error:
        raise ConfigError(f"Line {reader.line_num} is not CSV: {error}.") from error


def _columns(header: Sequence[str]) -> Mapping[str, Sequence[int]]:
    """Where each thing stands; phones may have several columns."""
    found: dict[str, list[int]] = {}
    for index, title in enumerate(header):
        words = split(title)
        bare = " ".join(words[:-1] if words[-1:] and words[-1] in _NUMBERED else words)
        if bare in _COLUMNS:
            found.setdefault(_COLUMNS[bare], []).append(index)
    if "last" in found and "first" not in found:
        found["name"] = found.pop("last")
    if "name" not in found and not {"last", "first"} <= found.keys():
        raise ConfigError(f"No column of names in the first line: {', '.join(header)}. Name one nom (and prénom).")
    return found


def _entry(columns: Mapping[str, Sequence[int]], cells: Sequence[str], region: str, today: date) -> PatientEntry:
    """Raises _BadLine."""

    def cell(thing: str) -> str:
        return next((cells[index] for index in columns.get(thing, ()) if index < len(cells) and cells[index]), "")

    name = cell("name") or " ".join(filter(None, (cell("first"), cell("last"))))
    if not split(name):
        raise _BadLine("no name")
    written = [cells[index] for index in columns.get("phone", ()) if index < len(cells) and cells[index]]
    phones = tuple(dict.fromkeys(_phone(number, region) for number in written))
    birth_date = _birth_date(cell("birth"), today)
    reference = cell("reference")
    if reference:
        key = f"reference:{reference}"
    else:
        told_by = [" ".join(split(name)), birth_date.isoformat() if birth_date else "".join(phones[:1])]
        key = f"imported:{hashlib.sha256('|'.join(told_by).encode()).hexdigest()}"
    return PatientEntry(key, name, phones, birth_date)


def _phone(written: str, region: str) -> str:
    number = e164(written, region)
    if number is None:
        raise _BadLine(f"{written} is no telephone number")
    return number


def _birth_date(written: str, today: date) -> date | None:
    if not written:
        return None
    for form in _DATES:
        try:
            born = datetime.strptime(written, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
        if born > today or today.year - born.year > _OLDEST:
            raise _BadLine(f"{written} is no birth date of somebody alive")
        return born
    raise _BadLine(f"{written} is no date: write 1942-03-12 or 12/03/1942")
