"""What booking keeps in our own store: claims on slots, commitments, due work, reminders, tasks.

Each port is one tenant's, except DueWork, which is everybody's: it is walked in one order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from pupitre.dialogue.effects import ReminderOutcome, TaskKind
from pupitre.dialogue.events import CommitOutcome
from pupitre.model import Appointment, BackendId, CalendarRef, Intent, Interval, Slot, Source


class Claims(Struct, frozen=True):
    """Time of agents that our own store keeps for others than the one who asks."""

    held: Mapping[BackendId, Sequence[Interval]]
    """Offers being read out to other callers."""
    reserved: Mapping[BackendId, Sequence[Interval]]
    """Picked slots that the planning does not show yet."""
    own: bool = False
    """Whether the call that asks holds something itself."""
    freed: int = 0
    """As `Reservations.freed` tells, at the same time."""


class Reservations(Protocol):
    """Holds and reservations. The database decides who has a slot, never the code.

    No two of them overlap for one agent, whoever asks and from however many processes: an exclusion constraint in
    PostgreSQL, a write transaction with an overlap check in SQLite. Whatever has passed its end at `now` is no claim.
    All raise Unavailable.
    """

    async def claimed(
        self, window: Interval, now: datetime, *, call_id: str | None = None, commitment_id: str | None = None
    ) -> Claims:
        """What is kept inside the window, but for what this call holds and this commitment has reserved."""
        ...

    async def hold(self, call_id: str, slots: Sequence[Slot], now: datetime, until: datetime) -> Sequence[Slot]:
        """Hold these in place of whatever the call held; the ones that could be held, in their order."""
        ...

    async def held(self, call_id: str, now: datetime) -> Sequence[Slot]:
        """What the call holds at this instant."""
        ...

    async def renew(self, call_id: str, now: datetime, until: datetime) -> None:
        """Keep the call's holds until later; those that have ended stay ended."""
        ...

    async def keep(self, call_id: str, slot: Slot) -> None:
        """One offer is picked: the call's other holds are freed."""
        ...

    async def release(self, call_id: str) -> None:
        """The call is over: its holds are freed. Its reservations stand."""
        ...

    async def reserve(self, commitment_id: str, call_id: str, slot: Slot, now: datetime) -> bool:
        """Keep the slot until it is freed, in place of the call's own hold; False when somebody else has it.

        Again for the same commitment and slot: True, and nothing changes. Another slot takes the place of the first.
        """
        ...

    async def free(self, commitment_id: str) -> None:
        """Give the reserved slot back. Nothing reserved: nothing happens."""
        ...

    async def freed(self) -> int:
        """How often a reserved slot was given back: whoever read a planning before it changed may have missed what has
        left the claims for the planning since.
        """
        ...


class CommitmentStatus(StrEnum):
    """How a commitment stands; the names are those of the sandbox's state (contract §4)."""

    RUNNING = "running"
    WAITING = "waiting"
    """For its next try, which is a row of due work."""
    DONE = "done"
    ERROR = "error"
    """A person must look; `error` says why in words."""
    WITHDRAWN = "withdrawn"


class Commitment(Struct, frozen=True):
    """One durable booking, move or cancellation, as our store keeps it."""

    id: str
    """`<call_id>:<intent>:<n>`: asked twice, run once."""
    call_id: str
    intent: Intent
    n: int
    patient_id: BackendId
    asked_at: datetime
    nonce: str = ""
    """Tells it from another of the same id when our store was emptied since: engine and record remember both."""
    slot: Slot | None = None
    """The slot to book or to move to."""
    appointment_id: BackendId | None = None
    """The appointment to move or cancel; of a booking, the one that was recorded."""
    before: Appointment | None = None
    """The appointment as it stood when its move or cancellation began; no name in it."""
    follows: tuple[str, ...] | None = None
    """Those recorded before `before` was read, whose doing it shows; None when an older version read it."""
    reason: str | None = None
    """Why it is cancelled."""
    source: Source = Source.IVR
    offsets: tuple[str, ...] = ()
    """Reminders agreed to with the booking, as ISO 8601 offsets."""
    status: CommitmentStatus = CommitmentStatus.RUNNING
    outcome: CommitOutcome | None = None
    """What the caller may be told; None while it may still go either way."""
    recorded_at: datetime | None = None
    """When the system of record took it: from then on it is never withdrawn."""
    ref: CalendarRef | None = None
    error: str | None = None
    attempt: int = 1
    """How often it was begun: by the turn, then by due work, a person, or a process that took it over."""
    alone: bool = False
    """Its caller has hung up: it goes on, and nobody withdraws it."""
    undone_at: datetime | None = None
    """When what a commitment that came to nothing may have written was first taken back."""
    yields_to: str | None = None
    """The later commitment on the same appointment that has taken over what this one waits to do."""
    retried_at: datetime | None = None
    """When a person had it tried again: the budget of later tries counts from then."""
    closed_by: str | None = None
    closed_at: datetime | None = None
    version: int = 0
    """Counted by the store at each save."""


class HistoryLine(Struct, frozen=True):
    """One thing that happened to a commitment."""

    at: datetime
    what: str
    """`asked`, the name of a step, `waiting`, `withdrawn`, `retried`, `closed`, …"""
    detail: str = ""
    """In words, without names or numbers of callers."""
    by: str | None = None
    """The person, where a person did it."""


class Commitments(Protocol):
    """Every commitment with its whole history. All raise Unavailable."""

    async def open(self, commitment: Commitment, line: HistoryLine) -> Commitment:
        """Keep it if its id is new, with the first line of its history; the one that is kept, either way."""
        ...

    async def read(self, commitment_id: str) -> Commitment:
        """As it stands. Raises NotFound."""
        ...

    async def save(
        self, commitment: Commitment, lines: Sequence[HistoryLine] = (), *, then: Due | None = None, free: bool = False
    ) -> Commitment:
        """Replace the version that was read, add to its history, and `put` what is due of it then, in one write; with
        `free` what it had reserved is given back in that write too.

        Whoever does that work finds the commitment as it was saved with it, never as it stood before. Answers with
        the new version. Raises Stale when another has been saved since, NotFound.
        """
        ...

    async def history(self, commitment_id: str) -> Sequence[HistoryLine]:
        """All that happened to it, in order."""
        ...

    async def find(
        self,
        *,
        call_id: str | None = None,
        appointment_id: BackendId | None = None,
        status: CommitmentStatus | None = None,
        limit: int = 100,
    ) -> Sequence[Commitment]:
        """Those that match all that is given, latest first."""
        ...

    async def running(self, seconds: float, after: str = "", limit: int = 100) -> Sequence[Commitment]:
        """Those that run and were opened at least so much real time ago, in the order of their ids: the first ones
        behind the id `after`.
        """
        ...

    async def waited(self, commitment_id: str) -> float:
        """Seconds of real time since it was opened, by the database's own clock. Raises NotFound.

        The caller's patience is real time, also where the sandbox's clock stands still.
        """
        ...


class Due(Struct, frozen=True):
    """Something to be done at an instant: a row, not a timer, so that a million of them cost an index."""

    tenant: str
    key: str
    """Unique within the tenant and kind."""
    kind: str
    """Who does it: `commitment`, `reminder`, …"""
    subject: str
    """The id of what it is about."""
    due: datetime


class LeftWork(Struct, frozen=True):
    """Due work that nobody who was asked does."""

    tenant: str
    kind: str
    rows: int
    since: datetime
    """When the earliest of them was due."""


class DueWork(Protocol):
    """The due work of all tenants. All raise Unavailable."""

    async def put(self, rows: Sequence[Due]) -> None:
        """Add these; a row of the same tenant, kind and key is replaced, its instant with it."""
        ...

    async def drop(self, tenant: str, kind: str, keys: Sequence[str]) -> None:
        """Take these out; what is not there is no error."""
        ...

    async def hasten(self, tenant: str, kind: str, keys: Sequence[str], now: datetime) -> None:
        """Have those of these that wait for more than a second longer fall due at this instant."""
        ...

    async def due(self, until: datetime, limit: int, tenants: Collection[str], kinds: Collection[str]) -> Sequence[Due]:
        """What is due at or before that instant of these tenants and kinds, earliest first, then by key."""
        ...

    async def left(self, until: datetime, tenants: Collection[str], kinds: Collection[str]) -> Sequence[LeftWork]:
        """What is due then, and is not of these tenants and kinds; by tenant and kind."""
        ...

    async def done(self, row: Due) -> None:
        """Take the row out unless it has been put again for a later instant meanwhile."""
        ...


class ReminderStatus(StrEnum):
    """The names are those of the sandbox's state (contract §4)."""

    SCHEDULED = "scheduled"
    DIALLED = "dialled"
    DONE = "done"
    CANCELED = "canceled"
    DROPPED = "dropped"


class Reminder(Struct, frozen=True):
    """A call to the patient before an appointment."""

    id: str
    appointment_id: BackendId
    patient_id: BackendId
    offset: str
    """ISO 8601, before the appointment: "P1D", "PT1H"."""
    starts: datetime
    """When the appointment begins that it was computed from."""
    due: datetime
    """Nominal: the same wall-clock hour the day before; one hour before."""
    dial_at: datetime
    """Actual: inside the permitted hours."""
    status: ReminderStatus = ReminderStatus.SCHEDULED
    dials: int = 0
    outcome: ReminderOutcome | None = None


class Reminders(Protocol):
    """The reminders that were agreed to. All raise Unavailable."""

    async def of(self, appointment_id: BackendId) -> Sequence[Reminder]:
        """All of this appointment, whatever their status, by dial_at."""
        ...

    async def read(self, reminder_id: str) -> Reminder:
        """As it stands. Raises NotFound."""
        ...

    async def put(self, reminders: Sequence[Reminder]) -> None:
        """Add these, or replace those of the same id."""
        ...

    async def waiting(self, since: datetime, until: datetime, limit: int) -> Sequence[Reminder]:
        """Those scheduled to be dialled in that time, both ends included; the earliest appointments first."""
        ...

    async def ahead(self, reminder: Reminder, since: datetime, until: datetime) -> int:
        """How many of them come before this one."""
        ...


class Task(Struct, frozen=True):
    """Something that waits for a person."""

    id: int
    kind: TaskKind
    reason: str
    due: datetime
    status: str = "open"
    """open | closed"""
    patient_phone: str | None = None
    call_id: str | None = None
    appointment_id: BackendId | None = None
    slot: Slot | None = None
    closed_by: str | None = None
    closed_at: datetime | None = None


class ToShow(Struct, frozen=True):
    """A task that people who work in the record have not been shown as it stands."""

    key: str
    task: Task


class Tasks(Protocol):
    """What waits for a person."""

    async def to_show(self, limit: int) -> Sequence[ToShow]:
        """Tasks left or closed since they were last `showed`, oldest first. Raises Unavailable."""
        ...

    async def showed(self, task: Task) -> None:
        """People have been shown the task as it stands in this value. Raises Unavailable."""
        ...

    async def leave(
        self,
        key: str,
        kind: TaskKind,
        reason: str,
        due: datetime,
        *,
        call_id: str | None = None,
        appointment_id: BackendId | None = None,
        slot: Slot | None = None,
        patient_phone: str | None = None,
    ) -> Task:
        """Leave it once per key, however often it is asked. Raises Unavailable."""
        ...

    async def close_under(self, prefix: str, by: str, now: datetime, *, but: str | None = None) -> None:
        """Close in this name what is open under keys that begin so, all but the one. Raises Unavailable."""
        ...
