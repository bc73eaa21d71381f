"""Is the caller the patient who was found? (seed 2.2) Only a yes lets anything else be heard."""

from msgspec.structs import replace

from pupitre.dialogue.call import Call, State, TransferReason
from pupitre.dialogue.events import AppointmentsFound, Keyed, Spoke, WorldFailed
from pupitre.dialogue.move import Move, StateEvent, go, hand_over, miss, stay
from pupitre.dialogue.people import forget_patient, with_words
from pupitre.dialogue.route import after_identity
from pupitre.dialogue.script import Script
from pupitre.nlu.meaning import Command, YesNo

THIRD_PARTY = "confirm_identity.third_party"


def confirm_identity(call: Call, event: StateEvent, script: Script) -> Move:
    match event:
        case Spoke(meaning=meaning) | Keyed(meaning=meaning):
            answer = meaning.yes_no.value if meaning.yes_no else None
            if meaning.command is Command.WRONG_PERSON and not call.third_party:
                return stay(replace(call, third_party=True), ask=THIRD_PARTY)
            denied = answer is YesNo.NO or meaning.command is Command.WRONG_PERSON
            name, call = call.heard_name, with_words(call, event)
            if not denied or call.heard_name is None or call.heard_name.first is None:
                call = replace(call, heard_name=name)  # a single word may be no name: "non, c'est faux"
            if answer is YesNo.YES:
                return after_identity(replace(call, identified=True), script)
            if denied:
                return go(forget_patient(call), State.IDENTIFY)
            return stay(call) if meaning.intent else miss(call)
        case AppointmentsFound(appointments=appointments, reminded=reminded):
            return after_identity(replace(call, appointments=appointments, reminded=reminded), script)
        case WorldFailed():
            return hand_over(call, TransferReason.BACKEND_DOWN, "technical_problem")
        case _:
            return stay(call, ask=THIRD_PARTY if call.third_party else None)
