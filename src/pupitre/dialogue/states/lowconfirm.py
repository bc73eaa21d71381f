"""Something was heard, but not surely: the caller says whether it is so. An answer here is never itself doubted."""

from msgspec.structs import replace

from pupitre.dialogue.call import Call
from pupitre.dialogue.events import Keyed, Spoke
from pupitre.dialogue.meanings import tells
from pupitre.dialogue.move import Move, StateEvent, miss, stay
from pupitre.dialogue.script import Script
from pupitre.nlu.meaning import YesNo


def lowconfirm(call: Call, event: StateEvent, script: Script) -> Move:
    doubt = call.doubt
    if doubt is None or not isinstance(event, Spoke | Keyed):
        return stay(call)
    settled = replace(call, doubt=None, asked=doubt.asked)
    answer = event.meaning.yes_no.value if event.meaning.yes_no else None
    meaning = replace(event.meaning, yes_no=None)
    said_more = tells(meaning) or (answer is None and bool(meaning.name))
    if answer is YesNo.YES:
        return Move(settled, to=doubt.state, heard=replace(doubt.spoke, confidence=None))
    if said_more and isinstance(event, Spoke):
        return Move(settled, to=doubt.state, heard=replace(event, meaning=meaning, confidence=None))
    if answer is YesNo.NO:
        return Move(settled, to=doubt.state, ask=doubt.asked, tell=("lowconfirm.no",))
    return miss(call)
