"""A small world in memory, which answers the dialogue's effects: the same rules of slots, none of the waiting."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from pupitre.dialogue.call import Call
from pupitre.dialogue.effects import (
    Commit,
    CreatePatient,
    Effect,
    FindAgents,
    FindAppointments,
    LeaveTask,
    LookUpPatient,
    NoteOutcome,
    Others,
    ProposeSlots,
    ReadReminder,
    SetReminders,
)
from pupitre.dialogue.events import (
    AgentsFound,
    AppointmentsFound,
    CommitmentEnded,
    CommitOutcome,
    Done,
    NoSlot,
    PatientsFound,
    ReminderFound,
    RemindersSet,
    SlotsProposed,
    StillWorking,
    WorldEvent,
    WorldFailed,
)
from pupitre.dialogue.people import named
from pupitre.model import Agent, Appointment, AppointmentStatus, Intent, Interval, Patient, Slot
from pupitre.slots import Candidate, Rules, merge, propose

PARIS = ZoneInfo("Europe/Paris")
HOLD = timedelta(minutes=3)
BEFORE = {"P1D": timedelta(days=1), "PT1H": timedelta(hours=1)}

Json = dict[str, Any]


class World:
    """Loaded from the shape of `POST /_sandbox/reset`, shown in that of `GET /_sandbox/state`."""

    def __init__(self, world: Json, outcomes: dict[str, list[str]]) -> None:
        self.now = _at(world["now"])
        self.outcomes = {effect: list(answers) for effect, answers in outcomes.items()}
        self.agents = [agent["id"] for agent in world["agents"]]
        self.names = {agent["id"]: agent["name"] for agent in world["agents"]}
        self.patients = [
            Patient(
                n, one["name"], one["phone"], date.fromisoformat(one["birth_date"]) if "birth_date" in one else None
            )
            for n, one in enumerate(world["patients"], 1)
        ]
        self.busy = [(one["agent"], Interval(_at(one["start"]), _at(one["end"]))) for one in world["busy"]]
        self.appointments: dict[int, Appointment] = {}
        for n, one in enumerate(world["appointments"], 1):
            slot = Slot(_at(one["start"]), _at(one["end"]), one["agent"])
            owner = next(patient.id for patient in self.patients if patient.phone_e164 == one["patient_phone"])
            self.appointments[n] = Appointment(n, owner, slot)
        self.holds: dict[str, tuple[Slot, ...]] = {}
        self.reminders: list[Json] = []
        self.outbound: list[Json] = []
        self.tasks: list[Json] = []
        self.commitments: list[Json] = []

    def perform(self, call: Call, effect: Effect) -> WorldEvent:
        """What the world answers, as the scenario has it or as it is."""
        scripted = self.outcomes.get(type(effect).__name__)
        answer = scripted.pop(0) if scripted else "ok"
        match answer:
            case "ok":
                return self._answer(call, effect)
            case "slow":
                return StillWorking(self.now)
            case "down":
                return WorldFailed(self.now, effect, "down")
            case _ if isinstance(effect, ProposeSlots):
                return SlotsProposed(self.now, reason=NoSlot(answer))
            case _:
                return CommitmentEnded(self.now, CommitOutcome(answer))

    def set_clock(self, at: datetime) -> None:
        """Time passes: what is due is dialled."""
        assert at >= self.now, "time does not go back"
        self.now = at
        for row in self.reminders:
            if row["status"] == "scheduled" and row["due"] <= at:
                row["status"] = "dialled"
                appointment = self.appointments[row["appointment_id"]]
                self.outbound.append(
                    {"reminder_id": row["id"], "appointment_id": appointment.id, "to": self._phone(appointment)}
                )

    def release(self, call_id: str) -> None:
        self.holds.pop(call_id, None)

    def state(self) -> Json:
        return {
            "now": _text(self.now),
            "appointments": [
                {
                    "id": one.id,
                    "patient_phone": self._phone(one),
                    **_row(one.slot),
                    "status": one.status.value,
                    "sync_state": one.sync_state.value,
                    "call_id": one.call_id,
                }
                for one in self.appointments.values()
            ],
            "google_events": [],
            "holds": [
                {"call_id": call_id, **_row(slot), "expires": _text(self.now + HOLD)}
                for call_id, slots in self.holds.items()
                for slot in slots
            ],
            "reminders": [row | {"due": _text(row["due"]), "dial_at": _text(row["due"])} for row in self.reminders],
            "outbound_calls": self.outbound,
            "commitments": self.commitments,
            "tasks": self.tasks,
        }

    # ---- answers -----------------------------------------------------------------------------------------------------

    def _answer(self, call: Call, effect: Effect) -> WorldEvent:  # noqa: C901 - one case for each effect
        match effect:
            case LookUpPatient():
                return PatientsFound(self.now, self._who(effect), 1.0)
            case CreatePatient():
                name = f"{(effect.name.first or '').title()} {effect.name.last.title()}".strip()
                self.patients.append(Patient(len(self.patients) + 1, name, effect.phone, effect.birth_date))
                return PatientsFound(self.now, (self.patients[-1],))
            case FindAppointments():
                return self._upcoming(effect)
            case ReadReminder():
                return self._reminder(effect.reminder_id)
            case FindAgents():
                return self._who_is_there(effect)
            case ProposeSlots():
                return self._propose(call, effect)
            case Commit():
                return self._commit(call, effect)
            case SetReminders():
                return RemindersSet(self.now, self._remind(effect))
            case LeaveTask():
                self._leave(call, effect)
            case NoteOutcome():
                return Done(self.now, self._note(effect))
        return Done(self.now)

    def _who(self, who: LookUpPatient) -> tuple[Patient, ...]:
        if who.phone:
            return tuple(patient for patient in self.patients if patient.phone_e164 == who.phone)
        among = named(tuple(self.patients), who.name) if who.name else ()
        return tuple(one for one in among if who.birth_date in (None, one.birth_date))

    def _upcoming(self, effect: FindAppointments) -> AppointmentsFound:
        active = [
            one
            for one in self.appointments.values()
            if one.patient_id == effect.patient_id and self._stands(one) and one.slot.end > self.now
        ]
        agreed = {row["appointment_id"] for row in self.reminders if row["status"] in ("scheduled", "dialled", "done")}
        found = tuple(sorted(active, key=lambda one: one.slot.start))
        return AppointmentsFound(self.now, found, tuple(one.id for one in found if one.id in agreed))

    def _reminder(self, reminder_id: str) -> ReminderFound:
        row = next((row for row in self.reminders if row["id"] == reminder_id), None)
        appointment = self.appointments[row["appointment_id"]] if row else None
        if appointment is None or not self._stands(appointment):
            return ReminderFound(self.now)
        owner = next(patient for patient in self.patients if patient.id == appointment.patient_id)
        return ReminderFound(self.now, appointment, owner)

    def _who_is_there(self, effect: FindAgents) -> AgentsFound:
        past = [
            one
            for one in self.appointments.values()
            if one.patient_id == effect.last_of and self._stands(one) and one.slot.start <= self.now
        ]
        last = max(past, key=lambda one: one.slot.start, default=None)
        agents = tuple(Agent(agent, self.names[agent]) for agent in self.agents)
        return AgentsFound(self.now, agents, last.slot.agent_id if last else None)

    def _propose(self, call: Call, effect: ProposeSlots) -> SlotsProposed:
        self.release(call.call_id)
        offers = propose(self._candidates(call, effect), effect.wish, Rules(), self.now, effect.refused, effect.engaged)
        self.holds[call.call_id] = offers.slots
        reason = NoSlot(offers.reason.value) if offers.reason else None
        eligible = effect.agents or tuple(self.agents)
        return SlotsProposed(self.now, offers.slots, offers.nearest, reason, eligible, offers.beyond)

    def _candidates(self, call: Call, effect: ProposeSlots) -> list[Candidate]:
        return [
            Candidate(
                agent,
                merge(
                    [span for whose, span in self.busy if whose == agent]
                    + [
                        one.slot.interval
                        for one in self.appointments.values()
                        if one.slot.agent_id == agent and self._stands(one) and one.id != effect.moving
                    ]
                ),
                merge(
                    slot.interval
                    for call_id, slots in self.holds.items()
                    for slot in slots
                    if slot.agent_id == agent and call_id != call.call_id
                ),
            )
            for agent in self.agents
            if not effect.agents or agent in effect.agents
        ]

    def _commit(self, call: Call, effect: Commit) -> CommitmentEnded:
        self.release(call.call_id)
        row = {
            "id": f"{call.call_id}:{effect.intent}:{effect.n}",
            "call_id": call.call_id,
            "intent": effect.intent.value,
        }
        self.commitments.append(row | {"status": "done"})
        if effect.intent is Intent.BOOK:
            assert effect.slot is not None
            made = Appointment(len(self.appointments) + 1, effect.patient_id, effect.slot, call_id=call.call_id)
        elif effect.intent is Intent.RESCHEDULE:
            assert effect.slot is not None
            made = replace(self.appointments[int(effect.appointment_id or 0)], slot=effect.slot)
        else:
            made = replace(self.appointments[int(effect.appointment_id or 0)], status=AppointmentStatus.CANCELED)
        self.appointments[int(made.id)] = made
        self._follow(made)
        return CommitmentEnded(self.now, CommitOutcome.RECORDED, made)

    def _follow(self, made: Appointment) -> None:
        """Reminders that were agreed to are made anew for another time; the old ones stay, canceled."""
        mine = [row for row in self.reminders if row["appointment_id"] == made.id and row["status"] != "canceled"]
        for row in mine:
            if row["status"] == "scheduled":
                row["status"] = "canceled"
        if self._stands(made):
            self._remind(SetReminders(made.id, tuple(dict.fromkeys(row["offset"] for row in mine))))

    def _remind(self, effect: SetReminders) -> tuple[str, ...]:
        start = self.appointments[int(effect.appointment_id)].slot.start.astimezone(PARIS)
        for offset in effect.offsets:
            due = start - BEFORE[offset]
            if due > self.now:
                row = {"id": f"r{len(self.reminders) + 1}", "appointment_id": effect.appointment_id, "type": "CALL"}
                self.reminders.append(row | {"offset": offset, "due": due, "status": "scheduled"})
        return tuple(row["offset"] for row in self.reminders if row["appointment_id"] == effect.appointment_id)

    def _leave(self, call: Call, effect: LeaveTask) -> None:
        row = {"id": len(self.tasks) + 1, "kind": effect.kind.value, "patient_phone": effect.phone}
        self.tasks.append(row | {"call_id": call.call_id, "reason": effect.reason, "status": "open"})

    def _note(self, effect: NoteOutcome) -> datetime | None:
        for row in self.reminders:
            if row["id"] == effect.reminder_id:
                row["status"] = "scheduled" if effect.later else "done"
            elif effect.others is not Others.RING and row["status"] == "scheduled":
                row["status"] = "canceled" if effect.others is Others.NEVER else "dropped"
        for row in self.outbound:
            if row["reminder_id"] == effect.reminder_id:
                row["outcome"] = effect.outcome.value
        again = effect.at if effect.at and effect.at.date() == self.now.date() else self.now + timedelta(hours=1)
        return again if effect.later else None

    def _phone(self, appointment: Appointment) -> str | None:
        return next(one.phone_e164 for one in self.patients if one.id == appointment.patient_id)

    @staticmethod
    def _stands(appointment: Appointment) -> bool:
        return appointment.status is not AppointmentStatus.CANCELED


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(at: datetime) -> str:
    return at.astimezone(PARIS).isoformat()


def _row(slot: Slot) -> Json:
    return {"agent": slot.agent_id, "start": _text(slot.start), "end": _text(slot.end)}
