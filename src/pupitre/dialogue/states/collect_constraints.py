"""When would suit? Passed through when the caller has said it already."""

from msgspec.structs import replace

from pupitre.dialogue.call import Call, State
from pupitre.dialogue.events import Keyed, Spoke
from pupitre.dialogue.move import Entered, Move, StateEvent, go, miss, stay
from pupitre.dialogue.people import by_appointment, with_words
from pupitre.dialogue.readings import by_opening, chosen, differ_by_hour
from pupitre.dialogue.route import after_identity
from pupitre.dialogue.script import Script

CONFLICT, MORNING_OR_EVENING = "collect_constraints.conflict", "collect_constraints.morning_or_evening"


def collect_constraints(call: Call, event: StateEvent, script: Script) -> Move:
    match event:
        case Entered() if (call.wish or call.shift) and not call.wish.conflict:
            return _known(by_appointment(call, script), script)
        case Spoke() | Keyed():
            return _heard(call, event, script)
        case _:
            return stay(call)


def _heard(call: Call, event: Spoke | Keyed, script: Script) -> Move:
    meaning = event.meaning
    heard = with_words(call, event)
    if heard.intent is not call.intent:
        return after_identity(heard, script)
    if meaning.when and meaning.when.value.conflict:
        return stay(heard, ask=CONFLICT)
    if call.asked == MORNING_OR_EVENING and meaning.when and (which := chosen(call, meaning.when.value)):
        return go(replace(call, wish=which, readings=()), State.SLOTS_READOUT)
    heard = by_appointment(heard, script)
    if heard.wish and (meaning.when or meaning.shift):
        return _known(heard, script)
    named = meaning.whom is not None and meaning.whom.sure
    return go(heard, State.SLOTS_READOUT) if named else miss(heard)


def _known(call: Call, script: Script) -> Move:
    """It was said when; of an hour that may be of the morning or of the evening, which is asked."""
    call = by_opening(call, script)
    if not call.wish:
        return stay(call)
    return stay(call, ask=MORNING_OR_EVENING) if differ_by_hour(call) else go(call, State.SLOTS_READOUT)
