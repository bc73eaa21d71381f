"""What every reading and writing of one tenant's planning needs to know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from pupitre.backends.google import events
from pupitre.backends.google.client import Client
from pupitre.backends.google.reading import Calendars
from pupitre.backends.google.settings import GoogleSettings, Texts
from pupitre.model import Appointment, BackendId
from pupitre.ports import NotFound, Unavailable

AskOf = Callable[[BackendId], Awaitable[str | None]]


async def _unknown(_patient: BackendId) -> str | None:
    return None


class Patients(Struct, frozen=True):
    """What a tenant may want shown of patients. Both raise NotFound, Unavailable."""

    address_of: AskOf = _unknown
    """A patient's mail address, if there is one."""
    name_of: AskOf = _unknown


class Planning(Struct, frozen=True):
    client: Client
    calendars: Calendars
    settings: GoogleSettings
    texts: Texts
    zone: ZoneInfo
    """The tenant's."""
    patients: Patients = Patients()

    async def named(self, appointment: Appointment) -> Appointment:
        """With the patient's name where the tenant wants it in the title: commitments never carry names.

        Raises Unavailable.
        """
        if appointment.patient_name is not None or not self.settings.show_patient_name:
            return appointment
        try:
            name = await self.patients.name_of(appointment.patient_id)
        except NotFound:
            name = None
        return replace(appointment, patient_name=name)

    def body(self, appointment: Appointment, uid: str, *, moved: bool) -> dict[str, object]:
        """What we own of the event. Raises Refused."""
        return events.body(appointment, uid, self.settings, self.texts, self.zone, moved=moved)

    def words(self, appointment: Appointment, uid: str, *, moved: bool) -> tuple[dict[str, str], dict[str, str]]:
        """Of all that, title, place and description, and the properties. Raises Refused."""
        words = events.words(appointment, self.settings, self.texts, moved=moved)
        return words, events.properties(appointment, uid)

    async def guests(self, appointment: Appointment, calendar: str) -> Sequence[Mapping[str, str]]:
        """The patient, where the tenant wants it, Google lets this account invite, and an address is known.

        An address that cannot be looked up now is none: no booking fails for an invitation.
        """
        if not (self.settings.invite_patients and self.client.accounts.of(calendar).may_invite):
            return ()
        try:
            address = await self.patients.address_of(appointment.patient_id)
        except (NotFound, Unavailable):
            return ()
        return ({"email": address},) if address else ()
