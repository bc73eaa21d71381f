"""Which of the upcoming appointments? With none at all: say so, and offer to book."""

from msgspec.structs import replace

from pupitre.dialogue.call import Call, State, TransferReason
from pupitre.dialogue.events import Keyed, Spoke
from pupitre.dialogue.move import Move, StateEvent, go, hand_over, miss, stay
from pupitre.dialogue.people import with_words
from pupitre.dialogue.route import by_intent
from pupitre.dialogue.script import Script
from pupitre.model import Appointment, Intent
from pupitre.nlu.meaning import Pick, YesNo

NONE = "choose_appointment.none"
QUESTIONS = {1: "choose_appointment.one", 2: "choose_appointment.two", 3: "choose_appointment.three"}
PAGE = 3


def choose_appointment(call: Call, event: StateEvent, script: Script) -> Move:
    match event:
        case Spoke() | Keyed():
            if call.asked == NONE:
                return _book_instead(call, event, script)
            return _heard(call, event, script)
        case _:
            return _ask(call)


def shown(call: Call) -> tuple[Appointment, ...]:
    """The appointments that are read out now."""
    return (call.appointments or ())[call.page : call.page + PAGE]


def _ask(call: Call) -> Move:
    return stay(call, ask=QUESTIONS.get(len(shown(call)), NONE))


def _book_instead(call: Call, event: Spoke | Keyed, script: Script) -> Move:
    meaning = event.meaning
    answer = meaning.yes_no.value if meaning.yes_no else None
    heard = with_words(call, event)
    if heard.intent is Intent.BOOK or answer is YesNo.YES:
        return by_intent(replace(heard, intent=Intent.BOOK), script)
    if answer is YesNo.NO:
        return go(call, State.END_CONFIRMATION)
    return miss(call)


def _heard(call: Call, event: Spoke | Keyed, script: Script) -> Move:
    meaning = event.meaning
    changed = replace(with_words(call, event), wish=call.wish, raw_text=call.raw_text)
    if changed.intent is Intent.BOOK:
        return by_intent(changed, script)
    turned, call = changed.intent is not call.intent, changed
    pick = meaning.pick.value if meaning.pick else None
    answer = meaning.yes_no.value if meaning.yes_no else None
    here = shown(call)
    if pick in (Pick.FIRST, Pick.SECOND, Pick.THIRD) and int(pick) <= len(here):
        return by_intent(replace(call, appointment=here[int(pick) - 1]), script)
    if meaning.when and pick is not Pick.UNCLEAR:
        wish = meaning.when.value
        fits = [one for one in here if wish.allows(script.settings.local(one.slot.start))]
        if len(fits) == 1:
            return by_intent(replace(call, appointment=fits[0]), script)
    if answer is YesNo.YES and len(here) == 1:
        return by_intent(replace(call, appointment=here[0]), script)
    spared = [here[int(rank) - 1] for rank in meaning.pick.others if pick is Pick.NONE] if meaning.pick else []
    if len(spared) == 1:
        return by_intent(replace(call, appointment=spared[0]), script)
    if turned or spared:
        return stay(call)
    if pick is Pick.NONE or answer is YesNo.NO:
        call = replace(call, page=call.page + PAGE)
        return _ask(call) if shown(call) else hand_over(replace(call, page=0), TransferReason.REFUSED_ALL)
    return miss(call)
