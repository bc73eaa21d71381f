"""What may stand in the operator's settings: one desk file (`pupitre.toml`) that names one TOML file per tenant."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from pupitre.backends.google.settings import GoogleSettings
from pupitre.backends.odoo.settings import Wire
from pupitre.booking.telephone import DialRules
from pupitre.dialogue.settings import AfterTransfer, DialogueSettings, OpenHours, VerifyPolicy
from pupitre.slots import Rules
from pupitre.wish import WEEKDAYS

Mode = Literal["hybrid", "odoo", "google", "local"]
Positive = Annotated[int, Meta(ge=1)]
Count = Annotated[int, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(gt=0)]
TenantId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Hours = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SEED = DialogueSettings()
"""The seed's constants are the defaults."""
OFFICE = ("09:00-12:30", "14:00-18:00")


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of a settings file; a key nobody knows is refused."""


class Secret(Section, frozen=True, kw_only=True):
    """Where a secret is: an environment variable, or a file (relative to the settings file). Exactly one."""

    env: str | None = None
    """Name of the variable."""
    file: str | None = None
    """The secret is what stands in it, without the white space around."""


class Week(Section, frozen=True, kw_only=True):
    """Opening hours by day, local wall time; a day left out is closed."""

    monday: tuple[Hours, ...] = ()
    tuesday: tuple[Hours, ...] = ()
    wednesday: tuple[Hours, ...] = ()
    thursday: tuple[Hours, ...] = ()
    friday: tuple[Hours, ...] = ()
    saturday: tuple[Hours, ...] = ()
    sunday: tuple[Hours, ...] = ()

    def spans(self) -> tuple[tuple[tuple[time, time], ...], ...]:
        """Seven days, Monday first, each a tuple of (from, to); midnight at the end of a day is `time.max`."""
        return tuple(tuple(_span(hours) for hours in getattr(self, day)) for day in DAYS)

    def open_hours(self) -> tuple[OpenHours, ...]:
        """The same, as spans that name their days."""
        by_span: dict[tuple[time, time], list[str]] = {}
        for day, spans in zip(WEEKDAYS, self.spans(), strict=True):
            for span in spans:
                by_span.setdefault(span, []).append(day)
        return tuple(OpenHours(tuple(days), start, end) for (start, end), days in by_span.items())


def _span(hours: str) -> tuple[time, time]:
    start, end = hours.split("-")
    return time.fromisoformat(start), time.max if end == "24:00" else time.fromisoformat(end)


class Tokens(Section, frozen=True, kw_only=True):
    gateway: Secret = Secret()
    """For `POST /ivr` and the three functions."""
    admin: Secret = Secret()
    """For everything else of the tenant."""


class Slots(Section, frozen=True, kw_only=True):
    """What may be offered."""

    step_min: Positive = 15
    """Appointments begin so many minutes apart, counted from opening time."""
    duration_min: Positive = 30
    """How long an appointment is, in minutes."""
    first_day: Count = 1
    """The window opens so many days from today, at midnight…"""
    days: Positive = 14
    """…and is so many days long."""
    notice_min: Count = 0
    """Nothing is offered that begins in less than so many minutes."""
    buffer_before_min: Count = 0
    """Minutes an agent stays free before an appointment…"""
    buffer_after_min: Count = 0
    """…and after it."""
    holidays: str | None = "FR"
    """Country whose public holidays are closed (ISO 3166), with a subdivision if need be: "FR", "FR-57"."""
    closed_on: tuple[date, ...] = ()
    """Days that are closed besides public holidays: 2026-12-24."""


class Conversation(Section, frozen=True, kw_only=True):
    """How callers are spoken with."""

    stt_confidence_threshold: Share = SEED.stt_confidence_threshold
    """Below it, what was heard is asked again."""
    intent_confidence_threshold: Share = SEED.intent_confidence_threshold
    """Below it, what the words seem to want is asked again where they may want something else; 0: never."""
    max_no_speech: Positive = SEED.max_no_speech
    """Silences in a row after which a person is fetched."""
    max_low_confidence: Positive = SEED.max_low_confidence
    """The same, for what was heard badly."""
    max_no_match: Positive = SEED.max_no_match
    """The same, for words without meaning here."""
    listen_timeout_ms_short: Positive = SEED.listen_timeout_ms_short
    """How long is listened for a short answer…"""
    listen_timeout_ms_long: Positive = SEED.listen_timeout_ms_long
    """…and for a long one."""
    transfer_timeout_ms: Positive = SEED.transfer_timeout_ms
    """How long a transfer may ring."""
    max_turns: Positive = SEED.max_turns
    """A longer call is handed to a person."""
    max_minutes: Positive = SEED.max_minutes
    """A longer call is handed to a person."""
    after_transfer: AfterTransfer = SEED.after_transfer
    """What the desk does once a person has answered."""
    verify: VerifyPolicy = SEED.verify
    """What is asked before an appointment is told, moved or cancelled; `auto`: the birth date, unless the number is the
    patient's own and it is the patient who calls."""
    ask_birth_date: bool = SEED.ask_birth_date
    allow_new_patients: bool = SEED.allow_new_patients
    """Whether somebody unknown who wants to book becomes a patient; otherwise a person is fetched."""


class Queues(Section, frozen=True, kw_only=True):
    """Where callers are transferred."""

    agent: str = SEED.agent_queue
    """As the gateway knows it."""
    emergency: str = SEED.emergency_queue
    """Open day and night."""
    hours: Week = Week()
    """When the agent queue answers; nothing given: day and night."""


class Gateway(Section, frozen=True, kw_only=True):
    """The voice gateway that makes reminder calls; see docs/reminders.md."""

    url: str
    """Where calls are asked for."""
    secret: Secret
    """Signs what it is sent."""
    caller_id: str
    """The number that patients see; in France never a mobile one (06, 07), which automatic calls may not show."""


class Reminding(Section, frozen=True, kw_only=True):
    """Reminder calls."""

    offsets: tuple[str, ...] = SEED.reminder_offsets
    """How long before the appointment (ISO 8601), the longest first."""
    machine_message: bool = SEED.machine_message
    gateway: Gateway | None = None
    """Without one, nothing is dialled."""
    lines: Positive = 10
    """Calls at the same time; the earliest appointment comes first."""
    starts_per_minute: Positive = 60
    """Calls begun within a minute."""
    dials: Annotated[int, Meta(ge=2, le=5)] = 3
    """In all and on one day, when nobody answers."""
    spacing_min: Positive = 60
    """Between the dials of a reminder of a day or more."""
    spacing_of_hours_min: Positive = 15
    """Between those of a reminder of hours."""
    per_number_a_day: Positive = 10
    """A number is not called oftener; reminders beyond are dropped and reported."""
    latest_min: Count = 120
    """A reminder of a day or more that could not be dialled so long before the appointment is dropped."""

    def dial_rules(self, *, real: bool) -> DialRules:
        """What dialling goes by. In the sandbox nothing that rings takes a line, and it rings until it is answered."""
        usual = DialRules(
            lines=self.lines,
            starts_per_minute=self.starts_per_minute,
            per_number_a_day=self.per_number_a_day,
            dials=self.dials,
            spacing=timedelta(minutes=self.spacing_min),
            spacing_of_hours=timedelta(minutes=self.spacing_of_hours_min),
            latest=timedelta(minutes=self.latest_min),
        )
        return usual if real else msgspec.structs.replace(usual, lines=None, unheard=None)


class Limits(Section, frozen=True, kw_only=True):
    """How long things may take, in seconds of real time unless said otherwise."""

    turn_budget_s: Seconds = 2.5
    """A reply that takes longer is a filler, and the work goes on."""
    patience_s: Seconds = 12.0
    """How long a caller waits for a commitment before it is withdrawn."""
    hold_s: Seconds = 180.0
    """An offer is kept so long after the caller's last event (the desk's own time)."""
    silent_call_s: Seconds = 900.0
    """A call without events for so long is closed (the desk's own time)."""


class Odoo(Section, frozen=True, kw_only=True):
    """Where Odoo is and as whom the desk works there; see docs/odoo.md."""

    url: str
    database: str
    login: str = ""
    password: Secret | None = None
    api_key: Secret | None = None
    wire: Wire = Wire.AUTO
    agents: tuple[str, ...] = ()
    birth_date_field: str | None = None
    description: str = ""
    privacy: Literal["public", "confidential"] = "confidential"
    notify_attendees: bool = False
    screen_pop: str = "/mail/view?model={model}&res_id={id}"
    public_url: str = ""
    timeout_s: Seconds = 10.0


class Sync(Section, frozen=True, kw_only=True):
    """How record and planning are kept in step; see docs/sync.md."""

    mode: Literal["strict", "two_way"] = "strict"
    """What happens when a person moves or deletes an event in the planning: a person decides, or the record follows."""
    every_min: Annotated[int, Meta(ge=1, le=60)] = 15
    """Minutes between two rounds that compare both."""
    announced_at: Annotated[str, Meta(pattern=r"^https://")] | None = None
    """The desk's public address for Google's messages: https://desk.example/google/notifications."""


class TenantFile(Section, frozen=True, kw_only=True):
    """One organisation."""

    id: TenantId
    name: str
    """Said in the first sentence of every call."""
    mode: Mode = "local"
    """Where the record and the planning are."""
    language: str = "fr-FR"
    """BCP 47; a folder of `languages/`."""
    timezone: str = "Europe/Paris"
    """IANA name; all wall times are in it."""
    region: Annotated[str, Meta(pattern=r"^[A-Z]{2}$")] = "FR"
    """Where national telephone numbers belong (ISO 3166)."""
    title: str = "RDV"
    """What an appointment is called in calendars."""
    location: str = "Téléphone"
    """Where appointments take place, as calendars show it."""
    show_patient_names: bool = False
    """Whether agents' calendars may name the patient; calendars are read by more people than records."""
    tokens: Tokens = Tokens()
    hours: Week = Week(monday=OFFICE, tuesday=OFFICE, wednesday=OFFICE, thursday=OFFICE, friday=OFFICE)
    slots: Slots = Slots()
    conversation: Conversation = Conversation()
    queues: Queues = Queues()
    reminders: Reminding = Reminding()
    limits: Limits = Limits()
    sync: Sync = Sync()
    phrases: dict[str, str] = {}
    """What is said otherwise than usual, by key: docs/reference/phrases.md."""
    odoo: Odoo | None = None
    """Needed in the modes hybrid and odoo."""
    google: GoogleSettings | None = None
    """Needed in the modes hybrid and google; see docs/google.md."""

    def dialogue_settings(self, closed_on: frozenset[date]) -> DialogueSettings:
        """What the conversation goes by; `closed_on` are public holidays and the tenant's own."""
        return DialogueSettings(
            tenant_name=self.name,
            language=self.language,
            timezone=self.timezone,
            region=self.region,
            agent_queue=self.queues.agent,
            emergency_queue=self.queues.emergency,
            queue_hours=self.queues.hours.open_hours(),
            queue_closed_on=tuple(sorted(closed_on)),
            work_hours=self.hours.open_hours(),
            slot_step_min=self.slots.step_min,
            duration_min=self.slots.duration_min,
            window_days=self.slots.days,
            reminder_offsets=self.reminders.offsets,
            machine_message=self.reminders.machine_message,
            **msgspec.structs.asdict(self.conversation),
        )

    def rules(self, holidays: frozenset[date]) -> Rules:
        """What slots go by."""
        slots = self.slots
        return Rules(
            timezone=self.timezone,
            hours=self.hours.spans(),
            step=timedelta(minutes=slots.step_min),
            duration=timedelta(minutes=slots.duration_min),
            first_day=slots.first_day,
            end_day=slots.first_day + slots.days,
            notice=timedelta(minutes=slots.notice_min),
            buffer_before=timedelta(minutes=slots.buffer_before_min),
            buffer_after=timedelta(minutes=slots.buffer_after_min),
            holidays=holidays | frozenset(slots.closed_on),
        )


class Server(Section, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    """Where to listen."""
    port: Annotated[int, Meta(ge=0, le=65535)] = 8080
    """0 takes a free one."""


class Sandbox(Section, frozen=True, kw_only=True):
    enabled: bool = False
    """Whether time stands still and worlds may be loaded; refused unless every backend is on this machine."""
    emulators: str | None = None
    """Address of `pupitre emulate`; not needed in local mode."""


class DeskFile(Section, frozen=True, kw_only=True):
    """The desk of one machine or cluster: where its store is, and whom it serves."""

    database: str = "pupitre.db"
    """A file beside this one (SQLite), or postgresql://…"""
    tenants: Annotated[tuple[str, ...], Meta(min_length=1)]
    """The tenants' files, relative to this one."""
    server: Server = Server()
    sandbox: Sandbox = Sandbox()
