"""The booked slot is read back, then: reminders the day before and an hour before? (seed 2.5) "Juste la veille" too."""

from msgspec.structs import replace

from pupitre.dialogue.call import Call, State
from pupitre.dialogue.effects import SetReminders
from pupitre.dialogue.events import Keyed, RemindersSet, Spoke, WorldFailed
from pupitre.dialogue.move import Entered, Move, StateEvent, go, miss, stay, want
from pupitre.dialogue.people import with_words
from pupitre.dialogue.route import by_intent
from pupitre.dialogue.script import Script
from pupitre.model import Intent
from pupitre.nlu.meaning import Meaning, ReminderChoice, YesNo
from pupitre.wish import Wish


def reminder_optin(call: Call, event: StateEvent, script: Script) -> Move:
    match event:
        case Entered() if not script.settings.reminder_offsets:
            return go(call, State.END_CONFIRMATION)
        case Spoke() | Keyed():
            return _heard(call, event, script)
        case RemindersSet(offsets=()):
            return go(replace(call, offsets=()), State.END_CONFIRMATION, "reminder_optin.too_late")
        case RemindersSet():
            return go(replace(call, offsets=event.offsets), State.END_CONFIRMATION, "reminder_optin.set")
        case WorldFailed():
            return go(replace(call, offsets=None), State.END_CONFIRMATION, "reminder_optin.failed")
        case _:
            return stay(call)


def _heard(call: Call, event: Spoke | Keyed, script: Script) -> Move:
    meaning = event.meaning
    wanted = _wanted(meaning, script.settings.reminder_offsets)
    if wanted == ():
        return go(replace(call, offsets=()), State.END_CONFIRMATION)
    if wanted and call.appointment:
        return want(replace(call, offsets=wanted), SetReminders(call.appointment.id, wanted))
    if meaning.intent and meaning.intent.value in (Intent.RESCHEDULE, Intent.CANCEL):
        return by_intent(with_words(replace(call, wish=Wish(), raw_text=None), event), script)
    return miss(call)


def _wanted(meaning: Meaning, offsets: tuple[str, ...]) -> tuple[str, ...] | None:
    """The offsets agreed to, none of them when refused, None when the answer is not one."""
    days = tuple(offset for offset in offsets if not offset.startswith("PT"))
    match meaning.reminder:
        case ReminderChoice.ALL:
            return offsets
        case ReminderChoice.DAY_BEFORE:
            return days[:1] or offsets
        case ReminderChoice.HOUR_BEFORE:
            return tuple(offset for offset in offsets if offset not in days)[-1:] or offsets
        case ReminderChoice.NONE:
            return ()
    match meaning.yes_no.value if meaning.yes_no else None:
        case YesNo.YES:
            return offsets
        case YesNo.NO:
            return ()
        case _:
            return None
