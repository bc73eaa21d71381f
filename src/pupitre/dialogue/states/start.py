"""The first event of a call: who is on the line decides what is said first."""

from msgspec.structs import replace

from pupitre.dialogue.call import Call, State
from pupitre.dialogue.effects import ReadReminder
from pupitre.dialogue.events import ReminderFound, WorldFailed
from pupitre.dialogue.move import Move, StateEvent, go, want
from pupitre.dialogue.script import Script
from pupitre.model import MatchMode


def start(call: Call, event: StateEvent, script: Script) -> Move:
    match event:
        case ReminderFound(appointment=appointment, patient=patient) if appointment and patient:
            known = replace(
                call,
                patient=patient,
                match_mode=MatchMode.PHONE,
                match_confidence=1.0,
                line_matched=True,
                appointment=appointment,
                appointments=(appointment,),
                reminded=(appointment.id,),
            )
            return go(known, State.REMINDER_CALL, "disclosure")
        case ReminderFound() | WorldFailed():
            return go(call, State.END_CONFIRMATION, "disclosure", "reminder_call.nothing")
        case _ if call.direction == "outbound" and call.reminder_id:
            return want(call, ReadReminder(call.reminder_id))
        case _ if call.direction == "outbound":  # nobody knows why this patient was called
            return go(call, State.END_CONFIRMATION, "disclosure", "reminder_call.nothing")
        case _:
            return go(call, State.WELCOME_INTENT, "disclosure")
