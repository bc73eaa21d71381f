"""THE table: the whole conversation on one page.

Every state, what answers in it, the questions it may ask, and where it may lead; a transition that is not declared
here is refused (`Undeclared`). The table is drawn by `drawing.py` and walked whole by the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Struct

from pupitre.dialogue.call import Call, State
from pupitre.dialogue.move import Move, StateEvent
from pupitre.dialogue.script import Script
from pupitre.dialogue.settings import DialogueSettings
from pupitre.dialogue.states.cancel_confirm import cancel_confirm
from pupitre.dialogue.states.choose_appointment import choose_appointment
from pupitre.dialogue.states.choose_patient import choose_patient
from pupitre.dialogue.states.collect_constraints import collect_constraints
from pupitre.dialogue.states.confirm_identity import confirm_identity
from pupitre.dialogue.states.end_confirmation import end_confirmation
from pupitre.dialogue.states.identify import identify
from pupitre.dialogue.states.lowconfirm import lowconfirm
from pupitre.dialogue.states.reminder_call import reminder_call
from pupitre.dialogue.states.reminder_optin import reminder_optin
from pupitre.dialogue.states.slots_readout import slots_readout
from pupitre.dialogue.states.start import start
from pupitre.dialogue.states.transfer_agent import transfer_agent
from pupitre.dialogue.states.verify import verify
from pupitre.dialogue.states.welcome_intent import welcome_intent
from pupitre.model import Intent
from pupitre.nlu.meaning import Command, Heard, Hears, Meaning, Pick, YesNo
from pupitre.wish import Clause, Period, Wish

SHORT, LONG = "short", "long"
"""Listening times that are the tenant's; a number is the seed's own, in milliseconds."""

Keys = Mapping[str, Meaning]
NO_KEYS: Keys = MappingProxyType({})


def _intents(**keys: Intent) -> Keys:
    return MappingProxyType({key[1:]: Meaning(intent=Heard(intent)) for key, intent in keys.items()})


def _picks(count: int) -> Keys:
    return MappingProxyType({str(rank): Meaning(pick=Heard(Pick(str(rank)))) for rank in range(1, count + 1)})


YES_OR_NO: Keys = MappingProxyType(
    {"1": Meaning(yes_no=Heard(YesNo.YES)), "2": Meaning(yes_no=Heard(YesNo.NO))},
)
WISHES: Keys = MappingProxyType(
    {
        "1": Meaning(when=Heard(Wish(asap=True))),
        "2": Meaning(when=Heard(Wish(any_of=(Clause(periods=(Period.AM,)),)))),
        "3": Meaning(when=Heard(Wish(any_of=(Clause(periods=(Period.PM,)),)))),
    },
)
MORNING_OR_EVENING: Keys = MappingProxyType(
    {
        "1": Meaning(when=Heard(Wish(any_of=(Clause(periods=(Period.AM,)),)))),
        "2": Meaning(when=Heard(Wish(any_of=(Clause(periods=(Period.EVE,)),)))),
    },
)
INTENTS = _intents(k1=Intent.BOOK, k2=Intent.RESCHEDULE, k3=Intent.CANCEL)
REMINDED: Keys = MappingProxyType(
    {"1": YES_OR_NO["1"], "2": INTENTS["2"], "3": INTENTS["3"]},
)


class Ask(Struct, frozen=True):
    """One question: phrases `<key>.ask`, `.silence`, `.help`, `.short` and the recogniser's `.hints`."""

    key: str
    hears: tuple[Hears, ...]
    wait: int | str = SHORT
    keys: Keys = NO_KEYS
    max_digits: int = 1
    finish_on: str | None = None
    silence: bool = False
    """The state answers silence itself; elsewhere two of them lead to a person."""
    commands: tuple[Command, ...] = ()
    """Commands that mean something special here, and go to the state; the others are answered everywhere alike."""

    def timeout_ms(self, settings: DialogueSettings) -> int:
        match self.wait:
            case int(milliseconds):
                return milliseconds
            case "long":
                return settings.listen_timeout_ms_long
            case _:
                return settings.listen_timeout_ms_short


class Step(Struct, frozen=True):
    """One row: a state as it is written down."""

    answer: Callable[[Call, StateEvent, Script], Move]
    asks: tuple[Ask, ...] = ()
    """The first is asked unless the state says otherwise."""
    to: tuple[State, ...] = ()
    back: State | None = None
    """Where "revenir en arrière" leads."""


class Undeclared(Exception):
    """A state tried to lead where the table does not let it."""


YES_NO, PICK, WHEN, INTENT, NAME = Hears.YES_NO, Hears.PICK, Hears.WHEN, Hears.INTENT, Hears.NAME
PHONE, BORN, REMINDER, COMING = Hears.PHONE, Hears.BIRTH_DATE, Hears.REMINDER, Hears.ATTENDANCE
WHOM, CALLED = Hears.WHOM, Hears.CALLED
S = State
FOR_ANOTHER = (Command.WRONG_PERSON,)
"""Said beside the name that was asked for: "c'est pour ma femme"."""
ON_HOLD = (Command.WAIT, Command.REPEAT, Command.SLOWER, Command.HELP)
"""Said where somebody else is being fetched to the telephone: whoever speaks is asked who he is."""
FETCHED_MS = 20_000
"""How long somebody is listened for who has to come to the telephone."""
PARTING = (Command.WRONG_NUMBER, Command.WRONG_PERSON, Command.LATER, Command.STOP_CALLING, Command.GOODBYE)
AT_FIRST = (*PARTING, Command.WAIT)
IN_CALL, INSTEAD = (YES_NO, INTENT, WHEN, COMING, CALLED), (INTENT, YES_NO, WHEN, COMING, CALLED)
BY_INTENT = (S.COLLECT_CONSTRAINTS, S.CHOOSE_APPOINTMENT, S.CANCEL_CONFIRM)

FLOW: Mapping[State, Step] = MappingProxyType({
    S.START: Step(
        start,
        to=(S.WELCOME_INTENT, S.REMINDER_CALL),
    ),
    S.WELCOME_INTENT: Step(
        welcome_intent,
        (Ask("welcome_intent", (INTENT, WHEN, NAME, WHOM), 7000, INTENTS),),
        (S.CONFIRM_IDENTITY, S.IDENTIFY, S.CHOOSE_PATIENT, S.VERIFY, *BY_INTENT),
    ),
    S.IDENTIFY: Step(
        identify,
        (
            Ask("identify.phone", (PHONE, NAME, BORN), LONG, max_digits=10, finish_on="#", commands=FOR_ANOTHER),
            Ask("identify.name", (NAME, BORN), LONG, commands=FOR_ANOTHER),
            Ask("identify.spell", (NAME,), LONG),
            Ask("identify.birth_date", (BORN,), LONG, max_digits=8, finish_on="#"),
        ),
        (S.CONFIRM_IDENTITY,),
        back=S.WELCOME_INTENT,
    ),
    S.CHOOSE_PATIENT: Step(
        choose_patient,
        (
            Ask("choose_patient.name", (NAME,), commands=FOR_ANOTHER),
            Ask("choose_patient.two", (PICK, NAME), keys=_picks(2), commands=FOR_ANOTHER),
            Ask("choose_patient.three", (PICK, NAME), keys=_picks(3), commands=FOR_ANOTHER),
        ),
        (S.CONFIRM_IDENTITY, S.IDENTIFY),
        back=S.WELCOME_INTENT,
    ),
    S.CONFIRM_IDENTITY: Step(
        confirm_identity,
        (
            Ask("confirm_identity", (YES_NO, INTENT, NAME), 6000, YES_OR_NO, commands=(Command.WRONG_PERSON,)),
            Ask("confirm_identity.third_party", (YES_NO,), 6000, YES_OR_NO, commands=(Command.WRONG_PERSON,)),
        ),
        (S.IDENTIFY, S.VERIFY, *BY_INTENT),
        back=S.WELCOME_INTENT,
    ),
    S.VERIFY: Step(
        verify,
        (Ask("verify", (BORN,), max_digits=8, finish_on="#"),),
        (*BY_INTENT, S.REMINDER_CALL),
        back=S.WELCOME_INTENT,
    ),
    S.CHOOSE_APPOINTMENT: Step(
        choose_appointment,
        (
            Ask("choose_appointment.none", (YES_NO, INTENT, WHEN), keys=YES_OR_NO),
            Ask("choose_appointment.one", (PICK, WHEN, YES_NO, INTENT), keys=YES_OR_NO),
            Ask("choose_appointment.two", (PICK, WHEN, YES_NO, INTENT), keys=_picks(2)),
            Ask("choose_appointment.three", (PICK, WHEN, YES_NO, INTENT), keys=_picks(3)),
        ),
        (S.COLLECT_CONSTRAINTS, S.CANCEL_CONFIRM),
        back=S.WELCOME_INTENT,
    ),
    S.COLLECT_CONSTRAINTS: Step(
        collect_constraints,
        (
            Ask("collect_constraints", (WHEN, INTENT, WHOM), LONG, WISHES),
            Ask("collect_constraints.conflict", (WHEN, INTENT, WHOM), LONG, WISHES),
            Ask("collect_constraints.morning_or_evening", (WHEN, INTENT, WHOM), SHORT, MORNING_OR_EVENING),
            Ask("collect_constraints.other", (WHEN, INTENT, WHOM), LONG, WISHES),
        ),
        (S.SLOTS_READOUT, S.CHOOSE_APPOINTMENT, S.CANCEL_CONFIRM, S.VERIFY),
        back=S.WELCOME_INTENT,
    ),
    S.SLOTS_READOUT: Step(
        slots_readout,
        (
            Ask("slots_readout.three", (PICK, WHEN, YES_NO, INTENT, WHOM), 9000, _picks(3)),
            Ask("slots_readout.two", (PICK, WHEN, YES_NO, INTENT, WHOM), 9000, _picks(2)),
            Ask("slots_readout.one", (PICK, WHEN, YES_NO, INTENT, WHOM), 9000, YES_OR_NO),
            Ask("slots_readout.which", (PICK, WHEN, INTENT, WHOM), 9000, _picks(3)),
        ),
        (S.REMINDER_OPTIN, *BY_INTENT, S.VERIFY),
        back=S.COLLECT_CONSTRAINTS,
    ),
    S.CANCEL_CONFIRM: Step(
        cancel_confirm,
        (Ask("cancel_confirm", (YES_NO, INTENT, WHEN), 6000, YES_OR_NO),),
        (S.COLLECT_CONSTRAINTS,),
        back=S.WELCOME_INTENT,
    ),
    S.REMINDER_OPTIN: Step(
        reminder_optin,
        (Ask("reminder_optin", (YES_NO, REMINDER, INTENT), 7000, YES_OR_NO),),
        (S.COLLECT_CONSTRAINTS, S.CANCEL_CONFIRM),
    ),
    S.LOWCONFIRM: Step(
        lowconfirm,
        (
            Ask("lowconfirm", (YES_NO,), SHORT, YES_OR_NO),
            Ask("lowconfirm.intent", (YES_NO,), SHORT, YES_OR_NO),
            Ask("lowconfirm.other_intent", (YES_NO,), SHORT, YES_OR_NO),
        ),
        (
            S.WELCOME_INTENT, S.IDENTIFY, S.CHOOSE_PATIENT, S.CONFIRM_IDENTITY, S.VERIFY, S.CHOOSE_APPOINTMENT,
            S.COLLECT_CONSTRAINTS, S.SLOTS_READOUT, S.CANCEL_CONFIRM, S.REMINDER_OPTIN, S.REMINDER_CALL,
        ),
    ),
    S.REMINDER_CALL: Step(
        reminder_call,
        (
            Ask("reminder_call.who", IN_CALL, keys=YES_OR_NO, commands=AT_FIRST),
            Ask("reminder_call.who_first", IN_CALL, keys=YES_OR_NO, commands=AT_FIRST),
            Ask("reminder_call.who_again", IN_CALL, keys=YES_OR_NO, commands=AT_FIRST, silence=True),
            Ask("reminder_call.who_calls", IN_CALL, keys=YES_OR_NO, commands=AT_FIRST),
            Ask("reminder_call.for_patient", IN_CALL, keys=YES_OR_NO, commands=AT_FIRST),
            Ask("reminder_call.fetched", (CALLED, COMING), FETCHED_MS, commands=(*PARTING, *ON_HOLD), silence=True),
            Ask("reminder_call.appointment", IN_CALL, keys=REMINDED, commands=PARTING),
            Ask("reminder_call.move_or_cancel", INSTEAD, keys=REMINDED, commands=PARTING),
        ),
        (S.COLLECT_CONSTRAINTS, S.CANCEL_CONFIRM, S.VERIFY),
    ),
    S.TRANSFER_AGENT: Step(
        transfer_agent,
        (
            Ask("transfer_agent.callback", (YES_NO,), keys=YES_OR_NO, commands=(Command.LATER,)),
            Ask("transfer_agent.phone", (PHONE,), LONG, max_digits=10, finish_on="#"),
        ),
    ),
    S.END_CONFIRMATION: Step(end_confirmation),
})  # fmt: skip

ALWAYS = (S.TRANSFER_AGENT, S.END_CONFIRMATION)
"""Reached from every state: a person at any time, and the end."""

ASKS: Mapping[str, tuple[State, Ask]] = MappingProxyType(
    {ask.key: (state, ask) for state, step in FLOW.items() for ask in step.asks},
)
"""Every question by its key, with the state that asks it."""


def asks_for_intent(key: str | None) -> bool:
    """Whether this question is what the caller wants; others only hear it beside their answer."""
    return key is not None and ASKS[key][1].hears[0] is Hears.INTENT


def leads(state: State) -> tuple[State, ...]:
    """Everywhere a call in this state may go next, without repetition."""
    step = FLOW[state]
    if state is S.END_CONFIRMATION:
        return ()
    doubted = (S.LOWCONFIRM,) if step.asks and state is not S.LOWCONFIRM else ()
    back = (step.back,) if step.back else ()
    return tuple(dict.fromkeys((*step.to, *back, *doubted, *(to for to in ALWAYS if to is not state))))


def check(origin: State, to: State) -> None:
    """Raises Undeclared when the table does not lead from one to the other."""
    if to not in leads(origin):
        raise Undeclared(f"{origin} does not lead to {to}: declare it in the flow table")
