"""What the caller's words or keys mean where the call stands, before anything is decided."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from pupitre.dialogue.call import Call, State
from pupitre.dialogue.events import CallerEvent, Keyed, Silent, Spoke
from pupitre.dialogue.flow import ASKS, Ask
from pupitre.dialogue.script import Script
from pupitre.dialogue.states.choose_appointment import shown
from pupitre.nlu.meaning import Command, Hears, Meaning
from pupitre.nlu.understand import understand
from pupitre.phones import e164

AGENT_KEY, REPEAT_KEY = "0", "*"


def hear(call: Call, event: CallerEvent, script: Script) -> CallerEvent:
    """The event with its meaning filled in; words that are blank, and no key at all, are silence."""
    match event:
        case Spoke(at=at, text=text) if not text.strip():
            return Silent(at)
        case Spoke():
            return replace(event, meaning=_words(call, event, script))
        case Keyed(at=at, digits=digits) if not digits.strip().rstrip("#"):
            return Silent(at)
        case Keyed(digits=digits):
            return replace(event, meaning=_keys(call, digits.strip().rstrip("#"), script))
        case _:
            return event


def listened_for(call: Call) -> tuple[Ask, ...]:
    """The questions an utterance may answer: the open one and, in doubt, the one behind it."""
    asked = (call.asked, call.doubt.asked if call.doubt else None)
    return tuple(ASKS[key][1] for key in asked if key)


def _words(call: Call, event: Spoke, script: Script) -> Meaning:
    asks = listened_for(call)
    hears = tuple(dict.fromkeys(hears for ask in asks for hears in ask.hears))
    local = script.settings.local
    if call.state is State.CHOOSE_APPOINTMENT:
        offers = tuple(local(appointment.slot.start) for appointment in shown(call))
    else:
        offers = tuple(local(slot.start) for slot in call.slots)
    names = tuple(patient.name for patient in call.candidates)
    meaning = understand(event.text, hears, script.language.grammar, local(event.at), offers=offers, names=names)
    keys_named = call.counters.no_match or call.counters.no_speech
    if not meaning and keys_named and call.state is State.WELCOME_INTENT:
        return _key_said(event, asks[0], script)
    return meaning


def _key_said(event: Spoke, ask: Ask, script: Script) -> Meaning:
    """A key of the open question that was said instead of pressed: "un"."""
    pick = understand(event.text, (Hears.PICK,), script.language.grammar, script.settings.local(event.at)).pick
    return ask.keys.get(pick.value, Meaning()) if pick else Meaning()


def _keys(call: Call, digits: str, script: Script) -> Meaning:
    """0 alone is a person, * repeats; then what the open question declares."""
    if digits == AGENT_KEY:
        return Meaning(command=Command.AGENT)
    if digits == REPEAT_KEY:
        return Meaning(command=Command.REPEAT)
    for ask in listened_for(call)[:1]:
        if digits in ask.keys:
            return ask.keys[digits]
        if Hears.PHONE in ask.hears:
            return Meaning(phone=e164(digits, script.settings.region))
        if Hears.BIRTH_DATE in ask.hears:
            return Meaning(birth_date=_day_month_year(digits))
    return Meaning()


def _day_month_year(digits: str) -> date | None:
    """Keys such as "03021950", 3 February 1950; None for what is no date."""
    if not (len(digits) == len("JJMMAAAA") and digits.isascii() and digits.isdigit()):
        return None
    try:
        return date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return None
