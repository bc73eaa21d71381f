"""One authenticated, checked request, and what every method asks of it first: may this person do that here?"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from msgspec import Struct

from pupitre.emulators.google import errors
from pupitre.emulators.google.discovery import Method, Parameters
from pupitre.emulators.google.model import ROLES, Calendar, Person
from pupitre.emulators.google.state import State
from pupitre.emulators.google.wire import Json


class Call(Struct, frozen=True):
    state: State
    person: Person
    method: Method
    path: Mapping[str, str]
    """Path parameters, decoded."""
    query: Parameters
    body: Json
    """The JSON object of the request; empty where the method takes none."""
    if_match: str | None = None

    def text(self, name: str) -> str | None:
        value = self.query.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        value = self.query.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, name: str) -> bool:
        return self.query.get(name) is True

    def several(self, name: str) -> list[str]:
        value = self.query.get(name)
        return value if isinstance(value, list) else []

    @property
    def matching_scopes(self) -> frozenset[str]:
        """The token's scopes that allow this method."""
        return self.method.scopes & frozenset(self.person.scopes)

    def calendar(self, need: str, *, calendar_id: str | None = None) -> Calendar:
        """The calendar of the path (or this one), if the person has at least role `need` there.

        Raises Refusal: 404 for what does not exist or is not shared at all, 403 for too little access.
        """
        wanted = self.path["calendarId"] if calendar_id is None else calendar_id
        if not self.person.calendar_user:
            raise errors.not_a_calendar_user()
        found = self.state.calendars.get(self.person.email if wanted == "primary" else wanted)
        if found is None or found.deleted or self.role_on(found) == "none":
            raise errors.not_found()
        if rank(self.role_on(found)) < rank(need):
            if self.role_on(found) != role_of(found, self.person.email):
                raise errors.insufficient_scopes(self.method.id)
            raise errors.access_needed(need)
        return found

    def role_on(self, calendar: Calendar) -> str:
        """The person's role, as far as the token's scopes let it be used."""
        role = role_of(calendar, self.person.email)
        scopes = self.matching_scopes
        if scopes <= {"calendar.events.freebusy", "calendar.freebusy"}:
            return min(role, "freeBusyReader", key=rank)
        if scopes <= {"calendar.events.owned", "calendar.events.owned.readonly"} and role != "owner":
            return min(role, "freeBusyReader", key=rank)
        return role

    def check_etag(self, etag: str) -> None:
        """Raise 412 when the client expects another version; `*` expects any."""
        if self.if_match is None:
            return
        expected = [e.strip().removeprefix("W/") for e in self.if_match.split(",")]
        if "*" not in expected and etag not in expected and etag.strip('"') not in expected:
            raise errors.condition_not_met()


def rank(role: str) -> int:
    return ROLES.index(role)


def role_of(calendar: Calendar, email: str) -> str:
    """The strongest role that the calendar's rules give this person."""
    domain = email.rpartition("@")[2]
    granted = (calendar.acl.get(key) for key in (f"user:{email}", f"domain:{domain}", "default"))
    return max((rule.role for rule in granted if rule is not None), key=rank, default="none")


def quoted(calendar_id: str) -> str:
    """As it stands in a path."""
    return quote(calendar_id, safe="")
