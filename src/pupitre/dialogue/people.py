"""Who the call is about: keeping what was heard, matching it with the directory."""

from __future__ import annotations

import unicodedata

from msgspec.structs import replace

from pupitre.dialogue.call import Call
from pupitre.dialogue.events import Keyed, Spoke
from pupitre.dialogue.script import Script
from pupitre.model import Intent, MatchMode, Patient
from pupitre.nlu.meaning import SpokenName, Whom
from pupitre.nlu.names import match
from pupitre.nlu.shifts import shifted
from pupitre.wish import Wish

ALIKE = 0.8
"""From this likeness on, a name that was heard is taken for the one on file: "Dupond" for Dupont."""


def with_words(call: Call, event: Spoke | Keyed) -> Call:
    """The call with the intent, wish and name that the words hold."""
    meaning = event.meaning
    if meaning.intent and meaning.intent.value is not Intent.AGENT:
        sure = meaning.intent.confidence
        if isinstance(event, Spoke) and event.confidence is not None:
            sure = min(sure, event.confidence)
        call = replace(call, intent=meaning.intent.value, intent_confidence=round(sure, 4))
    if meaning.when and (meaning.when.value or meaning.when.value.conflict):
        text = event.text if isinstance(event, Spoke) else None
        call = replace(call, wish=meaning.when.value, readings=meaning.when.others, raw_text=text)
    if meaning.shift:
        wish = meaning.when.value if meaning.when else Wish()
        text = event.text if isinstance(event, Spoke) else None
        call = replace(call, wish=wish, readings=(), shift=meaning.shift, raw_text=text)
    if meaning.name:
        call = replace(call, heard_name=meaning.name.value)
    return call if meaning.whom is None else _with(call, meaning.whom)


def _with(call: Call, whom: Whom) -> Call:
    """The call with whom the appointment is wanted with from now on."""
    if whom.other and not whom:
        if call.whom is None:
            return call
        whom = replace(call.whom, other=True)
    return replace(call, whom=whom or None, agents=None, agent_name=None)


def by_appointment(call: Call, script: Script) -> Call:
    """The call with what was wished by the appointment to be moved as a wish; as it is when nothing is moved."""
    if call.shift is None or call.moving is None or call.appointment is None:
        return call
    start = script.settings.local(call.appointment.slot.start)
    return replace(call, wish=shifted(call.shift, start, call.wish), shift=None)


def matched(call: Call, patient: Patient, mode: MatchMode, confidence: float, *, line: bool = False) -> Call:
    """The call, about this patient; not yet confirmed by the caller."""
    return replace(
        call,
        patient=patient,
        candidates=(),
        match_mode=mode,
        match_confidence=confidence,
        line_matched=line,
        verified=mode is MatchMode.NAME_BIRTHDATE,
    )


def forget_patient(call: Call) -> Call:
    """The patient was the wrong one: nothing of him stays in the call, but the name of somebody else does."""
    other = call.heard_name
    if other and call.patient and named((call.patient,), other):
        other = None
    return replace(
        call,
        patient=None,
        candidates=(),
        match_mode=None,
        match_confidence=None,
        line_matched=False,
        third_party=False,
        identified=False,
        verified=False,
        appointments=None,
        appointment=None,
        heard_name=other,
    )


def named(patients: tuple[Patient, ...], name: SpokenName) -> tuple[Patient, ...]:
    """Those whose name holds every word that was heard; where nobody's does, those whose name sounds nearly so."""
    heard = set(_words(name.last) + _words(name.first or ""))
    exact = tuple(patient for patient in patients if heard and heard <= set(_words(patient.name)))
    if exact:
        return exact
    likely = match(name, [patient.name for patient in patients])
    return tuple(patients[index] for index, likeness in likely if likeness >= ALIKE)


def first_name(patient: Patient) -> str:
    """What is said of somebody whose line is shared."""
    return patient.name.split()[0] if patient.name.split() else patient.name


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFD", name.upper())
    return "".join(c if c.isalpha() else " " for c in plain if not unicodedata.combining(c)).split()
