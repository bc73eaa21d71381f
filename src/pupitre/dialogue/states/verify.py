"""The second factor before an existing appointment is disclosed, moved or cancelled: the date of birth."""

from msgspec.structs import replace

from pupitre.dialogue.call import Call, TransferReason
from pupitre.dialogue.events import Keyed, Spoke
from pupitre.dialogue.move import Entered, Move, StateEvent, hand_over, miss, stay
from pupitre.dialogue.route import by_intent
from pupitre.dialogue.script import Script

MAX_FAILURES = 2


def verify(call: Call, event: StateEvent, script: Script) -> Move:
    born = call.patient.birth_date if call.patient else None
    match event:
        case Entered() if born is None:
            return hand_over(call, TransferReason.NOT_VERIFIED, "verify.impossible")
        case Entered() if call.heard_birth_date == born:
            return by_intent(replace(call, verified=True), script)
        case Spoke(meaning=meaning) | Keyed(meaning=meaning):
            if meaning.birth_date is None:
                return miss(call)
            if meaning.birth_date == born:
                return by_intent(replace(call, verified=True), script)
            call = replace(call, verify_failures=call.verify_failures + 1)
            if call.verify_failures >= MAX_FAILURES:
                return hand_over(call, TransferReason.NOT_VERIFIED, "verify.impossible")
            return stay(call, "verify.wrong")
        case _:
            return stay(call)
