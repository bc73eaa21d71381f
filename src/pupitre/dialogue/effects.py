"""What a turn may ask of the world: at most one request, whose outcome comes back as a world event.

Effects hold ids and meanings, never clients. Asking the same effect twice for one call must be safe: after a filler
and `continue`, or after a crash, the desk asks again and joins what is under way.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from pupitre.model import BackendId, Intent, Interval, Slot
from pupitre.nlu.meaning import SpokenName
from pupitre.wish import Wish


class LookUpPatient(Struct, frozen=True, tag=True):
    """Who is it? By number, or by name (and birth date where given). Answer: `PatientsFound`."""

    phone: str | None = None
    name: SpokenName | None = None
    birth_date: date | None = None


class CreatePatient(Struct, frozen=True, tag=True):
    """Make a new patient (tenant option). Answer: `PatientsFound` with one."""

    name: SpokenName
    phone: str | None = None
    birth_date: date | None = None


class FindAppointments(Struct, frozen=True, tag=True):
    """The patient's upcoming appointments, soonest first. Answer: `AppointmentsFound`."""

    patient_id: BackendId


class ReadReminder(Struct, frozen=True, tag=True):
    """Whom a reminder call is for, and the appointment as the record has it now. Answer: `ReminderFound`."""

    reminder_id: str


class FindAgents(Struct, frozen=True, tag=True):
    """Everybody whose time may be booked, and with whom this patient was last. Answer: `AgentsFound`."""

    last_of: BackendId | None = None
    """The patient; None where it does not matter."""


class ProposeSlots(Struct, frozen=True, tag=True):
    """At most three offers for this wish, held for this call. Answer: `SlotsProposed`.

    `refused` are slots the caller has turned down: not offered again while others exist.
    `moving` is the appointment to be moved: its own time does not count as busy, its agent is tried first.
    `engaged` is when the patient has other appointments: nobody can be in two places.
    `agents` are those whose time is asked for; empty: everybody's.
    """

    wish: Wish
    refused: tuple[Slot, ...] = ()
    moving: BackendId | None = None
    engaged: tuple[Interval, ...] = ()
    agents: tuple[BackendId, ...] = ()


class Commit(Struct, frozen=True, tag=True):
    """Book, move or cancel: one durable commitment per (call, intent, n). Answer: `CommitmentEnded`."""

    intent: Intent
    n: int
    patient_id: BackendId
    slot: Slot | None = None
    appointment_id: BackendId | None = None
    reason: str | None = None


class SetReminders(Struct, frozen=True, tag=True):
    """The reminders agreed to, as ISO 8601 offsets before the appointment ("P1D", "PT1H"). Answer: `RemindersSet`."""

    appointment_id: BackendId
    offsets: tuple[str, ...]


class TaskKind(StrEnum):
    """What waits for a person (booking.md §Tasks)."""

    CALL_BACK = "call_back"
    CONFLICT = "conflict"
    SYNC_ERROR = "sync_error"
    EMERGENCY_UNANSWERED = "emergency_unanswered"
    STOP_CALLING = "stop_calling"
    REMINDER_FAILED = "reminder_failed"


class LeaveTask(Struct, frozen=True, tag=True):
    """Something a person must do. Answer: `Done`.

    `reason` is a sentence for that person; `slot` a wished time to keep in view; `phone` where to call back.
    """

    kind: TaskKind
    reason: str
    slot: Slot | None = None
    appointment_id: BackendId | None = None
    phone: str | None = None


class ReminderOutcome(StrEnum):
    """What a reminder call brought, kept on the appointment."""

    CONFIRMED = "confirmed"
    NOT_COMING = "not_coming"
    RESCHEDULE_REQUESTED = "reschedule_requested"
    NO_ANSWER = "no_answer"
    MACHINE = "machine"
    WRONG_PERSON = "wrong_person"
    UNCLEAR = "unclear"


class Others(StrEnum):
    """What becomes of the reminders that a call was not about."""

    RING = "ring"
    WAIT = "wait"
    """Those of this appointment come back when it is moved, and not before."""
    NEVER = "never"
    """None of the patient's rings any more."""


class NoteOutcome(Struct, frozen=True, tag=True):
    """What the reminder call brought; `later` asks to be called again, `stop` never again. Answer: `Done`.

    `at` is the instant wished for that; the answer says when it will be.
    """

    reminder_id: str
    outcome: ReminderOutcome
    later: bool = False
    stop: bool = False
    others: Others = Others.RING
    at: datetime | None = None


Effect = (
    LookUpPatient
    | CreatePatient
    | FindAppointments
    | ReadReminder
    | FindAgents
    | ProposeSlots
    | Commit
    | SetReminders
    | LeaveTask
    | NoteOutcome
)
