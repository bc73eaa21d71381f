"""When would suit? Passed through when the caller has said it already."""

from pupitre.dialogue.call import Call, State
from pupitre.dialogue.events import Keyed, Spoke
from pupitre.dialogue.move import Entered, Move, StateEvent, go, miss, stay
from pupitre.dialogue.people import by_appointment, with_words
from pupitre.dialogue.route import after_identity
from pupitre.dialogue.script import Script

CONFLICT = "collect_constraints.conflict"


def collect_constraints(call: Call, event: StateEvent, script: Script) -> Move:
    match event:
        case Entered() if (known := by_appointment(call, script)).wish and not known.wish.conflict:
            return go(known, State.SLOTS_READOUT)
        case Spoke(meaning=meaning) | Keyed(meaning=meaning):
            heard = with_words(call, event)
            if heard.intent is not call.intent:
                return after_identity(heard, script)
            if meaning.when and meaning.when.value.conflict:
                return stay(heard, ask=CONFLICT)
            heard = by_appointment(heard, script)
            if heard.wish and (meaning.when or meaning.shift):
                return go(heard, State.SLOTS_READOUT)
            return miss(heard)
        case _:
            return stay(call)
