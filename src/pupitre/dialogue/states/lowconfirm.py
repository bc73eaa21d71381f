"""Something was heard, but not surely: the caller says whether it is so. An answer here is never itself doubted.

What the recogniser heard badly is forgotten unless it is confirmed. Where only the intent was in doubt, what was said
with it is kept whatever the answer, and after a no the other intent is asked about.
"""

from msgspec.structs import replace

from pupitre.dialogue.call import Call, Doubt
from pupitre.dialogue.events import Keyed, Spoke
from pupitre.dialogue.meanings import tells
from pupitre.dialogue.move import Move, StateEvent, miss, stay
from pupitre.dialogue.people import with_words
from pupitre.dialogue.script import Script
from pupitre.model import Intent
from pupitre.nlu.meaning import Heard, Meaning, YesNo

DOUBT, OF_INTENT, OTHER_INTENT = "lowconfirm", "lowconfirm.intent", "lowconfirm.other_intent"


def lowconfirm(call: Call, event: StateEvent, script: Script) -> Move:
    doubt = call.doubt
    if doubt is None or not isinstance(event, Spoke | Keyed):
        return stay(call)
    answer = event.meaning.yes_no.value if event.meaning.yes_no else None
    if call.asked in (OF_INTENT, OTHER_INTENT):
        return _of_intent(call, doubt, event, answer)
    meaning = replace(event.meaning, yes_no=None)
    said_more = tells(meaning) or (answer is None and bool(meaning.name))
    if answer is YesNo.YES and not _wants_another(doubt.spoke.meaning, meaning):
        return _confirmed(call, doubt)
    if said_more and isinstance(event, Spoke):
        return _heard(call, doubt, replace(event, meaning=meaning))
    if answer is YesNo.NO:
        return _again(call, doubt)
    return miss(call)


def _of_intent(call: Call, doubt: Doubt, event: Spoke | Keyed, answer: YesNo | None) -> Move:
    """Yes, another intent, no, or nothing that answers. When and with whom, said now, replace what was said before."""
    said, now = doubt.spoke, event.meaning
    if isinstance(event, Spoke) and (now.when or now.shift):
        said = replace(said, text=event.text, meaning=replace(said.meaning, when=now.when, shift=now.shift))
    if now.whom and now.whom.sure:
        said = replace(said, meaning=replace(said.meaning, whom=now.whom))
    wanted, doubt = said.meaning.intent, replace(doubt, spoke=said)
    if now.intent and (answer is not YesNo.YES or _wants_another(said.meaning, now)):
        return _heard(call, doubt, _wanting(said, now.intent))
    if answer is YesNo.YES:
        return _confirmed(call, doubt)
    if answer is not YesNo.NO:
        return miss(replace(call, doubt=doubt))
    if call.asked == OF_INTENT and wanted and wanted.others:
        other = replace(doubt, spoke=_wanting(said, Heard(wanted.others[0])))
        return stay(replace(call, doubt=other), ask=OTHER_INTENT)
    return _again(with_words(call, _wanting(said, None)), doubt)


def _wants_another(doubted: Meaning, now: Meaning) -> bool:
    """Whether something else is wanted than what was asked about: "oui, enfin, l'annuler"."""
    return bool(now.intent and doubted.intent and now.intent.value is not doubted.intent.value)


def _wanting(spoke: Spoke, intent: Heard[Intent] | None) -> Spoke:
    return replace(spoke, meaning=replace(spoke.meaning, intent=intent))


def _confirmed(call: Call, doubt: Doubt) -> Move:
    intent = doubt.spoke.meaning.intent
    return _heard(call, doubt, _wanting(doubt.spoke, intent and Heard(intent.value)))


def _heard(call: Call, doubt: Doubt, spoke: Spoke) -> Move:
    """Back to where it was said, with a meaning that is not doubted again."""
    intent = spoke.meaning.intent
    settled = replace(call, doubt=None, asked=doubt.asked)
    sure = _wanting(spoke, intent and replace(intent, others=()))
    return Move(settled, to=doubt.state, heard=replace(sure, confidence=None))


def _again(call: Call, doubt: Doubt) -> Move:
    settled = replace(call, doubt=None, asked=doubt.asked)
    return Move(settled, to=doubt.state, ask=doubt.asked, tell=("lowconfirm.no",))
