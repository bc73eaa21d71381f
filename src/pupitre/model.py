"""The nouns everything else speaks of: patients, agents, slots, appointments.

Plain frozen values. Instants are always aware; intervals are half-open [start, end).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

BackendId = int | str
"""An id given by the system of record: integers with Odoo and with our own store."""


class Intent(StrEnum):
    """What a caller wants (seed §3.3); UNKNOWN until heard."""

    BOOK = "BOOK"
    RESCHEDULE = "RESCHEDULE"
    CANCEL = "CANCEL"
    AGENT = "AGENT"
    UNKNOWN = "UNKNOWN"


class AppointmentStatus(StrEnum):
    """`x_status` of the seed (§1.1 of its hybrid part)."""

    PENDING = "pending"
    """Awaits an agent's approval (tenant option)."""
    CONFIRMED = "confirmed"
    CANCELED = "canceled"
    TO_RESCHEDULE = "to_reschedule"
    """A move was asked and no slot agreed, or a conflict undid it."""


class SyncState(StrEnum):
    """`x_sync_state` of the seed: whether record and planning agree."""

    PENDING = "pending"
    SYNCED = "synced"
    ERROR = "error"


class Source(StrEnum):
    """`x_source`: who made or last decided the appointment."""

    IVR = "ivr"
    AGENT = "agent"
    WEB = "web"


class MatchMode(StrEnum):
    """How a patient was recognised."""

    PHONE = "PHONE"
    NAME = "NAME"
    NAME_BIRTHDATE = "NAME_BIRTHDATE"
    NEW = "NEW"


class Interval(Struct, frozen=True):
    """A span of time, half-open: `start` belongs to it, `end` does not. Both aware."""

    start: datetime
    end: datetime

    def overlaps(self, other: Interval) -> bool:
        """True when the two share an instant; touching ends do not overlap."""
        return self.start < other.end and other.start < self.end


class Patient(Struct, frozen=True):
    """A person appointments are made for, as the directory knows them."""

    id: BackendId
    name: str
    """As it is said to the caller, first name first: "Jean Dupont"."""
    phone_e164: str | None = None
    birth_date: date | None = None
    owner_id: BackendId | None = None
    """The patient's own agent (Odoo: salesperson), offered first."""


class Agent(Struct, frozen=True):
    """A person or a resource whose time is booked."""

    id: BackendId
    name: str
    calendar: str | None = None
    """Address of the agent's calendar in the planning (Google calendar id), where there is one."""


class Slot(Struct, frozen=True):
    """A time one agent can give: what is offered, held, reserved and booked."""

    start: datetime
    end: datetime
    agent_id: BackendId

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)


class CalendarRef(Struct, frozen=True):
    """Where the planning keeps an appointment's event (the seed's `x_gcal_*`)."""

    calendar_id: str
    event_id: str
    etag: str


class Appointment(Struct, frozen=True):
    """An appointment as the system of record has it."""

    id: BackendId
    patient_id: BackendId
    slot: Slot
    status: AppointmentStatus = AppointmentStatus.CONFIRMED
    sync_state: SyncState = SyncState.SYNCED
    sync_error: str | None = None
    external_uid: str | None = None
    """The stable key shown to the planning: `<prefix>:odoo_event:<id>` or `<prefix>:event:<id>`."""
    call_id: str | None = None
    source: Source = Source.IVR
    ref: CalendarRef | None = None
    location: str | None = None
    cancel_reason: str | None = None
    patient_name: str | None = None
    outcome: str | None = None
    """What the last reminder call brought (`reminders.Outcome`), None before the first."""
