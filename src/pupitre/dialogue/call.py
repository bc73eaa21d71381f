"""Everything the desk knows about one call: a frozen value that each turn replaces.

It is stored as JSON between turns (`msgspec.json`), and is enough to go on after a crash.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from pupitre.dialogue.effects import Effect
from pupitre.dialogue.events import Spoke
from pupitre.dialogue.settings import DialogueSettings
from pupitre.model import Appointment, BackendId, Intent, MatchMode, Patient, Slot
from pupitre.nlu.meaning import Attendance, Shift, SpokenName, Whom
from pupitre.wish import Wish


class State(StrEnum):
    """Where a call stands in the conversation: the rows of the flow table."""

    START = "START"
    WELCOME_INTENT = "WELCOME_INTENT"
    IDENTIFY = "IDENTIFY"
    CHOOSE_PATIENT = "CHOOSE_PATIENT"
    CONFIRM_IDENTITY = "CONFIRM_IDENTITY"
    VERIFY = "VERIFY"
    CHOOSE_APPOINTMENT = "CHOOSE_APPOINTMENT"
    COLLECT_CONSTRAINTS = "COLLECT_CONSTRAINTS"
    SLOTS_READOUT = "SLOTS_READOUT"
    CANCEL_CONFIRM = "CANCEL_CONFIRM"
    REMINDER_OPTIN = "REMINDER_OPTIN"
    LOWCONFIRM = "LOWCONFIRM"
    REMINDER_CALL = "REMINDER_CALL"
    TRANSFER_AGENT = "TRANSFER_AGENT"
    END_CONFIRMATION = "END_CONFIRMATION"


class TransferReason(StrEnum):
    """Why a caller was handed to a person; counted in the figures, told to that person in the brief."""

    ASKED = "asked"
    CALL_BACK_ASKED = "call_back_asked"
    EMERGENCY = "emergency"
    SILENCE = "silence"
    NO_MATCH = "no_match"
    LOW_CONFIDENCE = "low_confidence"
    TOO_LONG = "too_long"
    NOT_IDENTIFIED = "not_identified"
    NOT_VERIFIED = "not_verified"
    NO_SLOT = "no_slot"
    REFUSED_ALL = "refused_all"
    CONFLICT = "conflict"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STOP_CALLING = "stop_calling"
    BACKEND_DOWN = "backend_down"
    UNKNOWN_EVENT = "unknown_event"
    FAULT = "fault"


class Counters(Struct, frozen=True):
    """How the caller gets on. The first four and `repeats` are consecutive; `retries_total` and `turns` never reset."""

    no_speech: int = 0
    low_confidence: int = 0
    no_match: int = 0
    repeats: int = 0
    retries_total: int = 0
    turns: int = 0


class Telemetry(Struct, frozen=True):
    """The last event, under its wire name, and the last words heard."""

    last_event: str | None = None
    last_stt: str | None = None
    last_stt_conf: float | None = None


class Doubt(Struct, frozen=True):
    """What was heard below the confidence threshold, and where, until the caller says whether it is so."""

    state: State
    asked: str
    spoke: Spoke


class Call(Struct, frozen=True):
    call_id: str
    tenant_id: str
    started: datetime
    flow_version: str
    language: str
    timezone: str
    config_id: str = ""
    direction: Literal["inbound", "outbound"] = "inbound"
    reminder_id: str | None = None
    from_e164: str | None = None
    """A valid number, or None: unknown, anonymous or not a number."""
    from_raw: str | None = None
    channel: str | None = None

    state: State = State.START
    asked: str | None = None
    """The question that is open: a key of the flow table, within the state."""
    told: tuple[str, ...] = ()
    """Phrase keys said just before that question, to be repeated with it."""
    slow: bool = False
    """The caller asked to be spoken to slowly."""
    doubt: Doubt | None = None

    intent: Intent = Intent.UNKNOWN
    intent_confidence: float | None = None

    heard_name: SpokenName | None = None
    heard_phone: str | None = None
    heard_birth_date: date | None = None
    spelling_asked: bool = False
    candidates: tuple[Patient, ...] = ()
    patient: Patient | None = None
    match_mode: MatchMode | None = None
    match_confidence: float | None = None
    line_matched: bool = False
    """The patient was found by the calling (or called) line itself."""
    third_party: bool = False
    """Somebody else speaks for the patient."""
    identified: bool = False
    """The caller has confirmed who the patient is."""
    verified: bool = False
    verify_failures: int = 0

    appointments: tuple[Appointment, ...] | None = None
    """Upcoming ones, soonest first; None until asked for."""
    reminded: tuple[BackendId, ...] = ()
    """Those of them whose reminders are agreed to already."""
    page: int = 0
    """Of the appointments, the first that is read out."""
    upcoming_told: bool = False
    appointment: Appointment | None = None
    """The one to move or cancel, then the one that was booked."""

    wish: Wish = Wish()
    readings: tuple[Wish, ...] = ()
    """What the wish may mean, too."""
    shift: Shift | None = None
    """What was wished by the appointment to be moved, until it is known which."""
    raw_text: str | None = None
    """The words of the wish."""
    whom: Whom | None = None
    """With whom the caller wants it; None: with anybody."""
    agents: tuple[BackendId, ...] | None = None
    """The agents who are meant; None until they were looked for."""
    agent_name: str | None = None
    """As the directory has it, where one was named and found."""
    slots: tuple[Slot, ...] = ()
    nearest: bool = False
    eligible: tuple[BackendId, ...] = ()
    refused: tuple[Slot, ...] = ()
    rounds_refused: int = 0
    picked: int | None = None
    """Rank of the offer that was picked, from 1."""
    attendance: Attendance | None = None
    """What the patient has said of his coming, in a reminder call."""
    reminder_noted: bool = False
    """What this reminder call brought has been noted."""
    rings_again: datetime | None = None
    """When this reminder will ring once more, as was asked."""
    offsets: tuple[str, ...] | None = None
    """Reminders agreed to; empty: none wanted; None: not asked yet."""

    pending: Effect | None = None
    """What the world was asked and has not answered yet."""
    pending_since: datetime | None = None
    waits: int = 0
    """Fillers said, or times asked again, for what is pending."""
    commits: int = 0
    """Commitments begun in this call: the last one's `n`."""
    commits_refused: int = 0
    noted: bool = False
    """A commitment of this call is recorded."""

    transfer_reason: TransferReason | None = None
    transferring: bool = False
    """A transfer was asked of the gateway, whose result is awaited."""
    emergency: bool = False
    line_of: tuple[str, ...] = ()
    """In an emergency: who has the calling number, when nobody was looked for yet."""
    emergency_task_left: bool = False
    callback_phone: str | None = None
    ended: bool = False

    counters: Counters = Counters()
    telemetry: Telemetry = Telemetry()

    @property
    def news(self) -> bool:
        """In a reminder call: whether something was said of the appointment that somebody must hear of."""
        return self.attendance is not None or self.intent in (Intent.RESCHEDULE, Intent.CANCEL)

    @property
    def moving(self) -> BackendId | None:
        """The appointment to be moved, where that is what the caller wants."""
        return self.appointment.id if self.appointment and self.intent is Intent.RESCHEDULE else None


def new_call(  # noqa: PLR0913 - what the edge knows of a call before its first turn
    settings: DialogueSettings,
    *,
    tenant_id: str,
    call_id: str,
    at: datetime,
    direction: Literal["inbound", "outbound"] = "inbound",
    reminder_id: str | None = None,
    from_e164: str | None = None,
    from_raw: str | None = None,
    channel: str | None = None,
    config_id: str = "",
) -> Call:
    """A call before its first event. `from_e164` must be valid or None; `at` is aware."""
    return Call(
        call_id=call_id,
        tenant_id=tenant_id,
        started=at,
        flow_version=settings.flow_version,
        language=settings.language,
        timezone=settings.timezone,
        config_id=config_id,
        direction=direction,
        reminder_id=reminder_id,
        from_e164=from_e164,
        from_raw=from_raw,
        channel=channel,
    )
