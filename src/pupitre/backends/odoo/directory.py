"""Odoo as directory: patients are res.partner, agents res.users."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from email.utils import getaddresses

from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.fields import USER
from pupitre.backends.odoo.once import create_once
from pupitre.backends.odoo.people import digits_in_any_form, has_number, is_named, letters_in_any_form, said_name
from pupitre.backends.odoo.wire import Row, day, link, text
from pupitre.model import Agent, BackendId, Patient
from pupitre.phones import e164
from pupitre.ports import Refused, Who

PARTNER = "res.partner"
_MOST_PATIENTS = 10
_MOST_ROWS = 200
"""Read before what the pattern found too much is dropped."""
_NUMBERS = ("phone", "mobile")
"""19 has no `mobile`."""


class OdooDirectory:
    """Who is who in Odoo."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._settings = client.settings

    async def lookup_patient(self, who: Who) -> Sequence[Patient]:
        """Everybody who matches all that is given, best first; at most ten. One round trip. Raises Unavailable.

        Nothing given finds nobody; neither does a birth date alone.
        """
        if who.phone is None and who.name is None:
            return []
        there = await self._client.fields(PARTNER)
        numbers = [field for field in _NUMBERS if field in there]
        born = self._settings.birth_date_field
        domain: list[object] = [["type", "not in", ["invoice", "delivery"]], *map(list, self._settings.patient_domain)]
        if who.phone is not None:
            domain += phone_domain(who.phone, there)
        if who.name is not None:
            names = [who.name.last, who.name.first]
            domain += [["name", "ilike", letters_in_any_form(name)] for name in names if name]
        if who.birth_date is not None and born:
            domain.append([born, "=", who.birth_date.isoformat()])
        fields = ["name", "is_company", "user_id", "phone_sanitized", *numbers, *([born] if born else [])]
        rows = await self._client.search_read(
            PARTNER, domain, [field for field in fields if field in there], limit=_MOST_ROWS, order="id"
        )
        found = [row for row in rows if self._matches(row, who, numbers)]
        people = [row for row in found if not row.get("is_company")] or found
        return [self._patient(row, who, numbers) for row in people[:_MOST_PATIENTS]]

    async def read_patient(self, patient_id: BackendId) -> Patient:
        """As known now. Raises NotFound, Unavailable."""
        there = await self._client.fields(PARTNER)
        numbers = [field for field in _NUMBERS if field in there]
        born = self._settings.birth_date_field
        fields = ["name", "user_id", "phone_sanitized", *numbers, *([born] if born else [])]
        row = await self._client.read(PARTNER, int(patient_id), [field for field in fields if field in there])
        return self._patient(row, Who(), numbers)

    async def mail_address(self, patient_id: BackendId) -> str | None:
        """The patient's, bare of a name and of further addresses. Raises NotFound, Unavailable."""
        row = await self._client.read(PARTNER, int(patient_id), ["email"])
        found = [address for _, address in getaddresses([text(row, "email") or ""]) if "@" in address]
        return found[0] if found else None

    async def create_patient(self, name: str, phone: str | None, birth_date: date | None, key: str) -> Patient:
        """Make a new patient, once per `key`; the number is stored in E.164. Raises Unavailable, Refused."""
        columns: dict[str, str] = {"name": name}
        number = e164(phone, self._settings.country) if phone else None
        if number:
            columns["phone"] = number
        born = self._settings.birth_date_field
        if birth_date is not None and born:
            columns[born] = birth_date.isoformat()
        made = await create_once(self._client, PARTNER, key, columns, {"tz": "UTC", "mail_create_nolog": True})
        return Patient(id=made, name=said_name(name), phone_e164=number, birth_date=birth_date if born else None)

    async def agents(self) -> Sequence[Agent]:
        """Everybody whose time may be booked, by id: those the settings name, or who have a Google calendar."""
        there = await self._client.fields(USER)
        calendar = "x_gcal_calendar_id" if "x_gcal_calendar_id" in there else None
        if self._settings.agents:
            chosen: list[object] = ["login", "in", list(self._settings.agents)]
        elif calendar:
            chosen = [calendar, "!=", False]
        else:
            raise Refused("Odoo says of nobody that they may be booked: run `pupitre odoo install`, or name the agents")
        rows = await self._client.search_read(
            USER, [["share", "=", False], chosen], ["name", *([calendar] if calendar else [])], order="id"
        )
        return [
            Agent(id=_id(row), name=str(row["name"]), calendar=text(row, calendar) if calendar else None)
            for row in rows
        ]

    def _matches(self, row: Row, who: Who, numbers: Iterable[str]) -> bool:
        if who.name is not None and not is_named(str(row["name"]), who.name):
            return False
        if who.phone is None or text(row, "phone_sanitized") == who.phone:
            return True
        return any(has_number(text(row, field) or "", who.phone, self._settings.country) for field in numbers)

    def _patient(self, row: Row, who: Who, numbers: Iterable[str]) -> Patient:
        """With the number that was asked for, or else the first valid one."""
        valid = [e164(text(row, field) or "", self._settings.country) for field in numbers]
        born = self._settings.birth_date_field
        return Patient(
            id=_id(row),
            name=said_name(str(row["name"])),
            phone_e164=who.phone or next(filter(None, valid), None),
            birth_date=day(row, born) if born else None,
            owner_id=link(row, "user_id"),
        )


def phone_domain(number: str, there: Iterable[str], path: str = "") -> list[object]:
    """Conditions on a partner's number fields, prefixed with `path` ("x_patient_partner_id.")."""
    pattern = digits_in_any_form(number)
    any_of: list[object] = [[f"{path}{field}", "ilike", pattern] for field in _NUMBERS if field in there]
    if "phone_sanitized" in there:
        any_of.append([f"{path}phone_sanitized", "=", number])
    return ["|"] * (len(any_of) - 1) + any_of


def _id(row: Row) -> int:
    return int(str(row["id"]))
