"""A desk that dials, in memory: its store, a record, a gateway that only takes orders, and a clock to walk."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from tests.booking.backends import MemoryAgenda, MemoryDirectory, MemoryRecords
from tests.booking.memory_store import MemoryCommitments, MemoryDue, MemoryReminders, MemoryReservations, MemoryTasks

from pupitre.booking import dialling, due, reminder_calls, reminders
from pupitre.booking.engine import JobState, Steps
from pupitre.booking.telephone import DialRules, Telephone
from pupitre.booking.world import World
from pupitre.dialogue.effects import NoteOutcome, ReminderOutcome
from pupitre.model import Appointment, AppointmentStatus, Intent, Patient, Slot
from pupitre.ports import Commitment, HistoryLine, NotFound, OutboundCall, ReminderStatus, Stale, Traffic
from pupitre.slots import Rules

PARIS = ZoneInfo("Europe/Paris")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


class Clock:
    def __init__(self, now: datetime) -> None:
        self.instant = now

    def now(self) -> datetime:
        return self.instant


class Directory(MemoryDirectory):
    """Everybody has a number made of his id; but for those in `without`."""

    without: tuple[int, ...] = ()

    async def read_patient(self, patient_id):
        return Patient(patient_id, "Jean Dupont", None if patient_id in self.without else f"+336{patient_id:08d}", None)


class Reminders(MemoryReminders):
    async def read(self, reminder_id):
        if reminder_id not in self.rows:
            raise NotFound(reminder_id)
        return self.rows[reminder_id]


class OutboundCalls:
    def __init__(self, reminders, due) -> None:
        self.made: list[OutboundCall] = []
        self.refused: set[str] = set()
        self.reminders, self.due = reminders, due

    async def begin(self, reminder, phone, at, caps, unheard):
        now = self.reminders.rows[reminder.id]
        if now.status != "scheduled" or now.dials != reminder.dials:
            raise Stale(reminder.id)
        traffic = await self.traffic(at)
        if (caps.lines is not None and traffic.lines >= caps.lines) or traffic.begun >= caps.starts_per_minute:
            return False
        await self.reminders.put([replace(now, status=ReminderStatus.DIALLED, dials=now.dials + 1)])
        self.made.append(OutboundCall(reminder.id, reminder.appointment_id, phone, at))
        if unheard is not None:
            await self.due.put([unheard])
        return True

    async def pick_up(self, reminder_id, at, unheard):
        if unheard is not None:
            await self.due.put([unheard])
        self.made = [
            replace(call, picked_up_at=at) if call.reminder_id == reminder_id and call.ended_at is None else call
            for call in self.made
        ]

    async def end(self, reminder, outcome, at, unheard, again):
        await self.reminders.put([reminder])
        await self.due.drop("demo", unheard, [reminder.id])
        await self.due.put([again] if again else [])
        for n, call in enumerate(self.made):
            if call.reminder_id == reminder.id and call.ended_at is None:
                self.made[n] = replace(call, outcome=outcome, ended_at=at)
                return True
        return False

    async def ringing(self):
        return [call for call in self.made if call.ended_at is None]

    async def of(self, reminder_id):
        return next((call for call in await self.ringing() if call.reminder_id == reminder_id), None)

    async def traffic(self, at):
        return Traffic(len(await self.ringing()), len(await self.begun(at, 1000)))

    async def begun(self, at, most):
        return [call.at for call in self.made if call.at > at - timedelta(minutes=1)][-most:]

    async def lately(self, since, most):
        return [call.outcome for call in reversed(self.made) if call.at >= since][:most]

    async def to_number(self, phone, since):
        return sum(call.phone == phone and call.at >= since for call in self.made)

    async def forbid(self, phone, at, call_id=None):
        self.refused.add(phone)

    async def forbidden(self, phone):
        return phone in self.refused


class Gateway:
    """Takes every order, or raises `trouble`."""

    def __init__(self) -> None:
        self.orders, self.trouble = [], None

    async def dial(self, order):
        if self.trouble is not None:
            raise self.trouble
        self.orders.append(order)


class Outcomes:
    def __init__(self) -> None:
        self.kept: dict[int, str] = {}
        self.trouble: Exception | None = None

    async def note_outcome(self, appointment_id, outcome):
        if self.trouble is not None:
            raise self.trouble
        self.kept[appointment_id] = outcome


class InlineEngine:
    """Runs a job to its end at once, and remembers that it did."""

    def __init__(self, works) -> None:
        self.works, self.ended = works, set()

    async def run(self, job, seconds=0):
        if job.id not in self.ended:

            async def keep(name, run):
                return await run()

            async def no_sleep(seconds):
                return None

            await self.works[job.kind](Steps(keep, sleep=no_sleep), job)
            self.ended.add(job.id)
        return True

    async def state(self, job):
        return JobState.ENDED if job.id in self.ended else JobState.UNKNOWN


class Office:
    """One tenant's desk."""

    def __init__(self, now: datetime, holidays: frozenset[date] = frozenset(), **rules) -> None:
        self.clock, self.records, self.directory = Clock(now), MemoryRecords(), Directory([])
        self.due, self.reminders, self.tasks = MemoryDue(), Reminders(), MemoryTasks()
        self.gateway, self.outcomes = Gateway(), Outcomes()
        self.calls = OutboundCalls(self.reminders, self.due)
        self.worlds: dict[str, World] = {}
        agenda, reservations = MemoryAgenda(), MemoryReservations()
        self.world = self.worlds["demo"] = World(
            tenant="demo",
            clock=self.clock,
            directory=self.directory,
            records=self.records,
            free_busy=agenda,
            agenda=agenda,
            reservations=reservations,
            commitments=MemoryCommitments(lambda: 0.0, self.due, reservations),
            due=self.due,
            reminders=self.reminders,
            tasks=self.tasks,
            engine=InlineEngine(dialling.works(self.worlds)),
            telephone=Telephone(
                self.calls, self.gateway, DialRules(**{"lines": None, "unheard": None} | rules), self.outcomes
            ),
            rules=Rules(holidays=holidays),
        )

    async def book(self, start: datetime, patient: int = 7, offsets=("P1D", "PT1H")) -> Appointment:
        number = len(self.records.appointments) + 1
        made = Appointment(number, patient, Slot(start, start + timedelta(minutes=30), 45))
        self.records.appointments[number] = made
        id_, now = f"call-{number}:BOOK:1", self.clock.now()
        booked = Commitment(id_, f"call-{number}", Intent.BOOK, 1, patient, now, slot=made.slot, appointment_id=number)
        await self.world.commitments.open(booked, HistoryLine(now, "asked"))
        await reminders.agree(self.world, made, offsets)
        return made

    async def move(self, number: int, start: datetime, *, told: bool = True) -> None:
        """`told`: as our own commitment; else somebody did it in Odoo."""
        slot = Slot(start, start + timedelta(minutes=30), 45)
        moved = self.records.appointments[number] = replace(self.records.appointments[number], slot=slot)
        if told:
            await reminders.follow(self.world, moved)

    async def cancel(self, number: int, *, told: bool = True) -> None:
        gone = replace(self.records.appointments[number], status=AppointmentStatus.CANCELED)
        self.records.appointments[number] = gone
        if told:
            await reminders.follow(self.world, gone)

    async def walk(self, until: datetime) -> None:
        async def set_clock(now):
            self.clock.instant = max(self.clock.instant, now)

        await due.walk(self.due, self.worlds, dialling.KINDS, until, set_clock)
        self.clock.instant = until

    async def unanswered(self, outcome: str) -> None:
        """The call that has rung longest ends so."""
        await reminder_calls.unanswered(self.world, (await self.calls.ringing())[0].reminder_id, outcome)

    async def answered(self, outcome: ReminderOutcome, **how) -> None:
        """Somebody takes the call that has rung longest, and says this."""
        ringing = (await self.calls.ringing())[0].reminder_id
        await reminder_calls.read(self.world, ringing)
        await self.note(ringing, outcome, **how)

    async def note(self, reminder_id: str, outcome: ReminderOutcome, **how) -> None:
        await reminder_calls.note(self.world, NoteOutcome(reminder_id, outcome, **how), "call-1")

    @property
    def rung(self) -> list[str]:
        """When the phone rang, wall time."""
        return [f"{call.at.astimezone(PARIS):%m-%d %H:%M}" for call in self.calls.made]

    @property
    def statuses(self) -> dict[str, str]:
        return {one.offset: str(one.status) for one in self.reminders.rows.values()}
