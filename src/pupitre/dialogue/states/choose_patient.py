"""Several people share the calling line: first names are said, never more than three; with more, the name is asked."""

from msgspec.structs import replace

from pupitre.dialogue.call import Call, State
from pupitre.dialogue.events import Keyed, Spoke
from pupitre.dialogue.move import Move, StateEvent, go, miss, stay
from pupitre.dialogue.people import matched, named
from pupitre.dialogue.script import Script
from pupitre.model import MatchMode, Patient
from pupitre.nlu.meaning import Meaning, Pick, YesNo

QUESTIONS = {2: "choose_patient.two", 3: "choose_patient.three"}


def choose_patient(call: Call, event: StateEvent, script: Script) -> Move:
    match event:
        case Spoke(meaning=meaning) | Keyed(meaning=meaning):
            return _heard(call, meaning)
        case _ if call.heard_name and (among := named(call.candidates, call.heard_name)) and len(among) == 1:
            return _chosen(call, among[0])
        case _:
            return stay(call, ask=QUESTIONS.get(len(call.candidates), "choose_patient.name"))


def _heard(call: Call, meaning: Meaning) -> Move:
    pick = meaning.pick.value if meaning.pick else None
    if pick in (Pick.FIRST, Pick.SECOND, Pick.THIRD) and int(pick) <= len(call.candidates) <= max(QUESTIONS):
        return _chosen(call, call.candidates[int(pick) - 1])
    if meaning.name:
        among = named(call.candidates, meaning.name.value)
        if len(among) == 1:
            return _chosen(call, among[0])
        if not among:
            return go(replace(call, heard_name=meaning.name.value, candidates=()), State.IDENTIFY)
    spared = [int(rank) for rank in meaning.pick.others if int(rank) <= len(call.candidates)] if meaning.pick else []
    if pick is Pick.NONE and len(spared) == 1:
        return _chosen(call, call.candidates[spared[0] - 1])
    if pick is Pick.NONE or (meaning.yes_no and meaning.yes_no.value is YesNo.NO):
        return go(replace(call, candidates=()), State.IDENTIFY)
    return miss(call)


def _chosen(call: Call, patient: Patient) -> Move:
    confidence = call.match_confidence or 1.0
    return go(matched(call, patient, MatchMode.PHONE, confidence, line=True), State.CONFIRM_IDENTITY)
