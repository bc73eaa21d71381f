"""The end: seed 2.7 when something was noted, thanks otherwise. A reminder call leaves a note of what it brought."""

from msgspec.structs import replace

from pupitre.dialogue.actions import Hangup
from pupitre.dialogue.call import Call
from pupitre.dialogue.effects import NoteOutcome, ReminderOutcome
from pupitre.dialogue.move import Move, StateEvent, want
from pupitre.dialogue.script import Script
from pupitre.nlu.meaning import Attendance


def end_confirmation(call: Call, event: StateEvent, script: Script) -> Move:
    if call.reminder_id and call.patient and not call.reminder_noted:
        return want(call, NoteOutcome(call.reminder_id, ReminderOutcome.UNCLEAR))
    goodbye = "end_confirmation.goodbye_outbound" if call.direction == "outbound" else "end_confirmation.goodbye"
    if call.noted:
        goodbye = "end_confirmation.noted"
    elif call.attendance in (Attendance.DECEASED, Attendance.BEREAVED):
        goodbye = "end_confirmation.goodbye_sober"
    return Move(replace(call, ended=True), tell=(goodbye,), ending=Hangup())
