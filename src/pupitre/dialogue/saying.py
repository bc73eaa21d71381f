"""Turning phrase keys into what is said on the line: values, variants, pace."""

from __future__ import annotations

from datetime import datetime, timedelta

from pupitre.dialogue.actions import Listen, Say
from pupitre.dialogue.call import Call, Doubt, State
from pupitre.dialogue.context import context_of
from pupitre.dialogue.flow import ASKS, Ask
from pupitre.dialogue.move import Variant
from pupitre.dialogue.people import first_name
from pupitre.dialogue.script import Script, Values
from pupitre.dialogue.states.choose_appointment import shown
from pupitre.dialogue.states.lowconfirm import OF_INTENT, OTHER_INTENT
from pupitre.nlu.meaning import GRAVE

FIVE = 5
ABOUT = timedelta(minutes=FIVE)
"""When somebody is called again is said to the nearest five minutes."""
UNINTERRUPTED = frozenset(
    {
        "disclosure",
        "reminder_optin.booked",
        "reminder_optin.moved",
        "cancel_confirm.which",
        "emergency.say",
        "emergency.unanswered",
        "commit.withdrawn",
        "commit.conflict",
    },
)
"""Read-backs and notices that a cough must not cut off."""


def say(call: Call, key: str, values: Values, script: Script) -> Say:
    uninterrupted = False if key in UNINTERRUPTED else None
    return Say(script.text(key, values), rate="slow" if call.slow else None, barge_in=uninterrupted)


def question(call: Call, variant: Variant, values: Values, script: Script, *, slow: bool = False) -> tuple[Say, Listen]:
    """The open question of the call, and the listening after it."""
    assert call.asked is not None
    _, ask = ASKS[call.asked]
    text = script.text(f"{ask.key}.{variant}", values)
    hints = script.text(f"{ask.key}.hints", values)
    spoken = Say(text, rate="slow" if slow or call.slow else None)
    timeout_ms = ask.timeout_ms(script.settings)
    return spoken, Listen(
        timeout_ms=max(timeout_ms, script.settings.listen_timeout_ms_long) if call.slow else timeout_ms,
        max_digits=ask.max_digits,
        finish_on=ask.finish_on,
        hints=tuple(hint.strip() for hint in hints.split(",") if hint.strip()),
    )


def open_ask(call: Call) -> Ask | None:
    """The question that is open, with the doubtful one behind it in LOWCONFIRM left aside."""
    return ASKS[call.asked][1] if call.asked else None


def values_of(call: Call, at: datetime, script: Script) -> Values:
    """Everything a phrase may name: the canonical context, and what is only said."""
    values = context_of(call, script)
    values["tenant"] = {"name": script.settings.tenant_name}
    if call.state is State.CHOOSE_PATIENT:
        first_names = [first_name(patient) for patient in call.candidates]
        shared = len(set(first_names)) < len(first_names)
        values["choices"] = [patient.name for patient in call.candidates] if shared else first_names
    elif call.state is State.CHOOSE_APPOINTMENT:
        values["choices"] = [script.moment(appointment.slot.start) for appointment in shown(call)]
    if call.appointments:
        values["upcoming"] = {"label_tts": script.moment(call.appointments[0].slot.start)}
    if call.doubt:
        values["heard"] = heard_back(call, call.doubt, script)
    if call.rings_again:
        nearest = script.settings.local(call.rings_again + ABOUT / 2)
        about = nearest.replace(minute=nearest.minute - nearest.minute % FIVE)
        values["again"] = script.language.spoken.clock(about.time().replace(second=0, microsecond=0))
    opens = script.settings.queue_opens(at) if call.state is State.TRANSFER_AGENT else None
    if opens:
        values["queue"] = {"opens": script.moment(opens)}
    return values


def heard_back(call: Call, doubt: Doubt, script: Script) -> str:
    """What is doubtful, as it is put to the caller: in our words where we have them, else in his."""
    meaning, text = doubt.spoke.meaning, doubt.spoke.text
    if call.asked in (OF_INTENT, OTHER_INTENT) and meaning.intent:
        return script.text(f"heard.{meaning.intent.value.value.lower()}", {})
    keys = (
        meaning.attendance in GRAVE and f"heard.{meaning.attendance.value}",
        meaning.yes_no and f"heard.{meaning.yes_no.value.value.lower()}",
        meaning.intent and f"heard.{meaning.intent.value.value.lower()}",
        meaning.pick and f"heard.pick_{meaning.pick.value.value.lower()}",
        meaning.command and f"heard.{meaning.command.value}",
    )
    ours = [script.text(key, {}) for key in keys if key and script.has(key)]
    return ours[0] if ours and not meaning.when else text
