"""What does the caller want? A wish or a name said in the same breath is kept (seed 2.1)."""

from msgspec.structs import replace

from pupitre.dialogue.call import Call, State, TransferReason
from pupitre.dialogue.effects import LookUpPatient
from pupitre.dialogue.events import Keyed, PatientsFound, Spoke, WorldFailed
from pupitre.dialogue.move import Move, StateEvent, go, hand_over, miss, stay, want
from pupitre.dialogue.people import matched, with_words
from pupitre.dialogue.route import after_identity
from pupitre.dialogue.script import Script
from pupitre.model import Intent, MatchMode
from pupitre.nlu.meaning import Command


def welcome_intent(call: Call, event: StateEvent, script: Script) -> Move:
    match event:
        case Spoke() | Keyed():
            call = with_words(call, event)
            if call.intent is Intent.UNKNOWN or not (event.meaning.intent or event.meaning.when):
                return miss(call)
            if call.identified:
                return after_identity(call, script)
            if event.meaning.command is Command.WRONG_PERSON:  # "pour ma mère": the owner of the line is not meant
                return go(replace(call, third_party=True), State.IDENTIFY)
            if call.from_e164:
                return want(call, LookUpPatient(phone=call.from_e164))
            return go(call, State.IDENTIFY)
        case PatientsFound(patients=()):
            return go(call, State.IDENTIFY)
        case PatientsFound(patients=(patient,), confidence=confidence):
            return go(matched(call, patient, MatchMode.PHONE, confidence, line=True), State.CONFIRM_IDENTITY)
        case PatientsFound(patients=patients, confidence=confidence):
            return go(replace(call, candidates=patients, match_confidence=confidence), State.CHOOSE_PATIENT)
        case WorldFailed():
            return hand_over(call, TransferReason.BACKEND_DOWN, "technical_problem")
        case _:
            return stay(call)
