"""The end: seed 2.7 when something was noted, thanks otherwise."""

from msgspec.structs import replace

from pupitre.dialogue.actions import Hangup
from pupitre.dialogue.call import Call
from pupitre.dialogue.move import Move, StateEvent
from pupitre.dialogue.script import Script


def end_confirmation(call: Call, event: StateEvent, script: Script) -> Move:
    goodbye = "end_confirmation.noted" if call.noted else "end_confirmation.goodbye"
    return Move(replace(call, ended=True), tell=(goodbye,), ending=Hangup())
