"""What can happen to a call: from the gateway (contract §1), or as the world's answer to an effect.

Every event carries `at`, the aware instant at which it was received: the core reads no clock.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from pupitre.dialogue.effects import Effect
from pupitre.model import Agent, Appointment, BackendId, Patient, Slot
from pupitre.nlu.meaning import Meaning
from pupitre.slots import NoSlot as NoSlot  # noqa: PLC0414 - part of this vocabulary


class TransferStatus(StrEnum):
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"
    VOICEMAIL = "voicemail"
    FAILED = "failed"


# ---- from the gateway ------------------------------------------------------------------------------------------------


class CallStarted(Struct, frozen=True, tag=True):
    at: datetime


class Spoke(Struct, frozen=True, tag=True):
    """`stt_final`. `confidence` None = unknown, taken as sufficient; `meaning` is filled in before deciding."""

    at: datetime
    text: str
    confidence: float | None = None
    meaning: Meaning = Meaning()
    line_of: tuple[str, ...] = ()
    """In an emergency: the names on file for the calling number, where they are at hand without asking."""


class Silent(Struct, frozen=True, tag=True):
    """`no_speech`, or speech that was blank."""

    at: datetime


class Keyed(Struct, frozen=True, tag=True):
    """`dtmf`: the digits, `*` and `#` as keyed; `meaning` is filled in before deciding."""

    at: datetime
    digits: str
    meaning: Meaning = Meaning()


class TransferEnded(Struct, frozen=True, tag=True):
    at: datetime
    status: TransferStatus


class Continued(Struct, frozen=True, tag=True):
    at: datetime


class MachineDetected(Struct, frozen=True, tag=True):
    at: datetime


class HungUp(Struct, frozen=True, tag=True):
    at: datetime


class Strange(Struct, frozen=True, tag=True):
    """An event name the contract does not know: the seed's default branch hands over to a person."""

    at: datetime
    name: str


CallerEvent = CallStarted | Spoke | Silent | Keyed | TransferEnded | Continued | MachineDetected | HungUp | Strange

# ---- the world's answers ---------------------------------------------------------------------------------------------


class PatientsFound(Struct, frozen=True, tag=True):
    """Answer to `LookUpPatient` and `CreatePatient`. Empty: nobody. Several: the caller must say who."""

    at: datetime
    patients: tuple[Patient, ...]
    confidence: float = 1.0


class AppointmentsFound(Struct, frozen=True, tag=True):
    """Answer to `FindAppointments`: upcoming, soonest first; `reminded` are those whose reminders are agreed to."""

    at: datetime
    appointments: tuple[Appointment, ...]
    reminded: tuple[BackendId, ...] = ()


class ReminderFound(Struct, frozen=True, tag=True):
    """Answer to `ReadReminder`. None when the appointment is gone, moved or in conflict: nobody is to be reminded."""

    at: datetime
    appointment: Appointment | None = None
    patient: Patient | None = None


class AgentsFound(Struct, frozen=True, tag=True):
    """Answer to `FindAgents`. `last` had the patient's last appointment; None where there was none, or nobody asked."""

    at: datetime
    agents: tuple[Agent, ...]
    last: BackendId | None = None


class SlotsProposed(Struct, frozen=True, tag=True):
    """Answer to `ProposeSlots`: at most three, already held for this call.

    `nearest` when the wish itself could not be met, `beyond` when that is since all of it is too far ahead; `eligible`
    are the agents who were looked at.
    """

    at: datetime
    slots: tuple[Slot, ...] = ()
    nearest: bool = False
    reason: NoSlot | None = None
    eligible: tuple[BackendId, ...] = ()
    beyond: bool = False


class CommitOutcome(StrEnum):
    """How a commitment stands when the desk hears of it."""

    RECORDED = "recorded"
    """The record is made: the caller may be told (the planning may still be catching up)."""
    SLOT_TAKEN = "slot_taken"
    """Somebody else has the slot: nothing was recorded, offer others."""
    CONFLICT = "conflict"
    """Changed behind our back: nothing moved, a person must look."""
    REFUSED = "refused"
    """The record said no for good: nothing was recorded."""
    WITHDRAWN = "withdrawn"
    """The caller's patience ended before the record was made: nothing is noted, and nothing will be."""


class CommitmentEnded(Struct, frozen=True, tag=True):
    """Answer to `Commit`."""

    at: datetime
    outcome: CommitOutcome
    appointment: Appointment | None = None


class RemindersSet(Struct, frozen=True, tag=True):
    """Answer to `SetReminders`: the offsets that will ring. For the others it is too late."""

    at: datetime
    offsets: tuple[str, ...]


class Done(Struct, frozen=True, tag=True):
    """Answer to the effects that only have to happen: task left, outcome noted."""

    at: datetime
    again: datetime | None = None
    """When a reminder will ring again that was asked to ring later; None: a person sees to it."""


class StillWorking(Struct, frozen=True, tag=True):
    """The effect is under way and will be asked for again at `continue`: say something and wait."""

    at: datetime


class WorldFailed(Struct, frozen=True, tag=True):
    """The effect could not be done: a backend is down, or a bug. `reason` is for the journal, never the caller."""

    at: datetime
    effect: Effect
    reason: str


WorldEvent = (
    PatientsFound
    | AppointmentsFound
    | ReminderFound
    | AgentsFound
    | SlotsProposed
    | CommitmentEnded
    | RemindersSet
    | Done
    | StillWorking
    | WorldFailed
)
Event = CallerEvent | WorldEvent
