"""What the dialogue's tests start from: a script, people, slots, and a hand to drive a call with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from pupitre.dialogue.actions import Action, Say
from pupitre.dialogue.call import Call, new_call
from pupitre.dialogue.decide import decide, hear
from pupitre.dialogue.effects import (
    Commit,
    CreatePatient,
    Effect,
    FindAppointments,
    LookUpPatient,
    ProposeSlots,
    ReadReminder,
    SetReminders,
)
from pupitre.dialogue.events import (
    AppointmentsFound,
    CallerEvent,
    CallStarted,
    CommitmentEnded,
    CommitOutcome,
    Done,
    Event,
    Keyed,
    PatientsFound,
    ReminderFound,
    RemindersSet,
    SlotsProposed,
    Spoke,
    WorldEvent,
)
from pupitre.dialogue.script import Script, script_of
from pupitre.dialogue.settings import DialogueSettings
from pupitre.languages import load
from pupitre.model import Appointment, Patient, Slot
from pupitre.nlu.meaning import Meaning

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 1, 2, 10, 0, tzinfo=PARIS)
FRENCH = load("fr-FR")
SCRIPT = script_of(DialogueSettings(tenant_name="Le cabinet"), FRENCH)

JEAN = Patient(123, "Jean Dupont", "+33639980001", date(1950, 3, 12))
MARIE = Patient(124, "Marie Dupont", "+33639980001", date(1952, 6, 1))


def slot(day: int, hour: int, minute: int = 0, agent: int = 45) -> Slot:
    """Half an hour in January 2026, local time."""
    start = datetime(2026, 1, day, hour, minute, tzinfo=PARIS)
    return Slot(start, start + timedelta(minutes=30), agent)


OFFERS = (slot(6, 9), slot(8, 15, agent=46), slot(8, 16, 15, agent=47))
MONDAY = Appointment(987, JEAN.id, slot(5, 9), location="Téléphone")
FRIDAY = Appointment(988, JEAN.id, slot(9, 15, agent=46))


def settings(**changes: object) -> Script:
    """The script of a tenant that differs so."""
    return replace(SCRIPT, settings=replace(SCRIPT.settings, **changes))


class World:
    """Answers every effect at once; `answers` replaces what it would say to an effect of that type."""

    def __init__(self, **answers: Callable[[Effect], WorldEvent] | WorldEvent) -> None:
        self.answers = answers
        self.asked: list[Effect] = []

    def __call__(self, effect: Effect) -> WorldEvent:
        self.asked.append(effect)
        answer = self.answers.get(type(effect).__name__)
        if answer is not None:
            return answer(effect) if callable(answer) else answer
        match effect:
            case LookUpPatient() | CreatePatient():
                return PatientsFound(NOW, (JEAN,), 0.92)
            case FindAppointments():
                return AppointmentsFound(NOW, ())
            case ReadReminder():
                return ReminderFound(NOW, MONDAY, JEAN)
            case ProposeSlots():
                return SlotsProposed(NOW, OFFERS, eligible=(45, 46, 47))
            case Commit():
                made = MONDAY if effect.slot is None else Appointment(999, JEAN.id, effect.slot)
                return CommitmentEnded(NOW, CommitOutcome.RECORDED, made)
            case SetReminders():
                return RemindersSet(NOW, effect.offsets)
            case _:
                return Done(NOW)


class Played:
    """A call that is being played: what was said last, what was asked of the world."""

    def __init__(self, script: Script = SCRIPT, world: World | None = None, **call: object) -> None:
        self.script = script
        self.world = world or World()
        known = {"from_e164": JEAN.phone_e164} | call
        self.call: Call = new_call(script.settings, tenant_id="demo", call_id="c1", at=NOW, **known)
        self.actions: list[Action] = []

    def then(self, *events: Event) -> Played:
        for event in events:
            self.actions = []
            turn = decide(self.call, event, self.script)
            self.actions += turn.actions
            while turn.effect is not None:
                turn = decide(turn.call, self.world(turn.effect), self.script)
                self.actions += turn.actions
            self.call = turn.call
        return self

    def starts(self) -> Played:
        return self.then(CallStarted(NOW))

    def means(self, *meanings: Meaning, confidence: float | None = None) -> Played:
        """The caller says things with these meanings, one after the other."""
        for meaning in meanings:
            self.then(Spoke(NOW, "words", confidence, meaning))
        return self

    def says(self, *texts: str, confidence: float | None = None) -> Played:
        for text in texts:
            self.hears(Spoke(NOW, text, confidence))
        return self

    def keys(self, *digits: str) -> Played:
        for one in digits:
            self.hears(Keyed(NOW, one))
        return self

    def hears(self, event: CallerEvent) -> Played:
        return self.then(hear(self.call, event, self.script))

    @property
    def said(self) -> str:
        return " ".join(action.text for action in self.actions if isinstance(action, Say))

    @property
    def last(self) -> Action:
        return self.actions[-1]
