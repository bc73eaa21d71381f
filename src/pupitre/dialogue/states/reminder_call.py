"""The desk calls before an appointment: who calls, is it the right person, and only then the appointment."""

from datetime import datetime

from msgspec.structs import replace

from pupitre.dialogue.call import Call, State
from pupitre.dialogue.effects import NoteOutcome, ReminderOutcome
from pupitre.dialogue.events import Done, Keyed, Spoke, WorldFailed
from pupitre.dialogue.move import Entered, Move, StateEvent, go, miss, stay, want
from pupitre.dialogue.people import with_words
from pupitre.dialogue.route import by_intent, must_verify
from pupitre.dialogue.script import Script
from pupitre.model import Intent
from pupitre.nlu.meaning import Command, Meaning, YesNo

WHO, APPOINTMENT, MOVE_OR_CANCEL = "reminder_call.who", "reminder_call.appointment", "reminder_call.move_or_cancel"
DAYS_AHEAD = {0: "reminder_call.today", 1: "reminder_call.tomorrow"}
GOODBYES = {
    ReminderOutcome.CONFIRMED: "reminder_call.confirmed",
    ReminderOutcome.WRONG_PERSON: "reminder_call.wrong_person",
}


def reminder_call(call: Call, event: StateEvent, script: Script) -> Move:
    match event:
        case Spoke() | Keyed():
            return _parting(call, event.meaning) or (
                _answered(call, event, script) if call.identified else _is_it_you(call, event, script)
            )
        case Done() | WorldFailed():
            return _noted(call, script)
        case Entered(at=at) if call.identified:
            return stay(call, _when(call, at, script), ask=APPOINTMENT)
        case _:
            return stay(call)


def _parting(call: Call, meaning: Meaning) -> Move | None:
    """Commands that end a reminder call: wrong number, later, never again."""
    match meaning.command:
        case Command.WRONG_NUMBER | Command.WRONG_PERSON:
            return _note(call, ReminderOutcome.WRONG_PERSON)
        case Command.LATER:
            return _note(call, ReminderOutcome.UNCLEAR, later=True)
        case Command.STOP_CALLING:
            return _note(call, ReminderOutcome.UNCLEAR, stop=True)
        case Command.GOODBYE if not (meaning.yes_no or meaning.intent):
            return _note(call, ReminderOutcome.UNCLEAR)
        case _:
            return None


def _is_it_you(call: Call, event: Spoke | Keyed, script: Script) -> Move:
    match event.meaning.yes_no.value if event.meaning.yes_no else None:
        case YesNo.YES:
            call = replace(call, identified=True)
            if must_verify(call, script):
                return go(call, State.VERIFY)
            return stay(call, _when(call, event.at, script), ask=APPOINTMENT)
        case YesNo.NO:
            return _note(call, ReminderOutcome.WRONG_PERSON)
        case _:
            return miss(call)


def _answered(call: Call, event: Spoke | Keyed, script: Script) -> Move:
    meaning = event.meaning
    answer = meaning.yes_no.value if meaning.yes_no else None
    call = with_words(call, event)
    match meaning.intent.value if meaning.intent else None:
        case Intent.RESCHEDULE:
            return _note(call, ReminderOutcome.RESCHEDULE_REQUESTED)
        case Intent.CANCEL:
            return by_intent(call, script)
        case _ if answer is YesNo.YES and (call.asked == APPOINTMENT or isinstance(event, Keyed)):
            return _note(call, ReminderOutcome.CONFIRMED)
        case _ if answer is YesNo.NO and call.asked == APPOINTMENT:
            return stay(call, ask=MOVE_OR_CANCEL)
        case _ if answer is YesNo.NO:
            return go(call, State.END_CONFIRMATION, "cancel_confirm.kept")
        case _:
            return miss(call)


def _note(call: Call, outcome: ReminderOutcome, *, later: bool = False, stop: bool = False) -> Move:
    return want(call, NoteOutcome(call.reminder_id or "", outcome, later, stop))


def _noted(call: Call, script: Script) -> Move:
    """What was noted decides how the call goes on; a note that failed does not keep the caller."""
    match call.pending:
        case NoteOutcome(outcome=ReminderOutcome.RESCHEDULE_REQUESTED):
            return by_intent(call, script)
        case NoteOutcome(later=True):
            return go(call, State.END_CONFIRMATION, "reminder_call.later")
        case NoteOutcome(stop=True):
            return go(call, State.END_CONFIRMATION, "reminder_call.stop")
        case NoteOutcome(outcome=outcome) if outcome in GOODBYES:
            return go(call, State.END_CONFIRMATION, GOODBYES[outcome])
        case _:
            return go(call, State.END_CONFIRMATION)


def _when(call: Call, at: datetime, script: Script) -> str:
    """Says "demain" only in the sentence around the absolute label."""
    assert call.appointment is not None
    local = script.settings.local
    days = (local(call.appointment.slot.start).date() - local(at).date()).days
    return DAYS_AHEAD.get(days, "reminder_call.other_day")
