"""To a person (seed 2.6); where nobody answers, a call-back is offered. An emergency is tried again, without end."""

from datetime import datetime

from msgspec.structs import replace

from pupitre.dialogue.actions import Hangup
from pupitre.dialogue.call import Call, State
from pupitre.dialogue.effects import LeaveTask, NoteOutcome, ReminderOutcome, TaskKind
from pupitre.dialogue.events import Done, Keyed, Spoke, TransferEnded, TransferStatus, WorldFailed
from pupitre.dialogue.handover import brief, call_back, transfer
from pupitre.dialogue.move import Entered, Move, StateEvent, go, miss, stay, want
from pupitre.dialogue.script import Script
from pupitre.dialogue.settings import AfterTransfer
from pupitre.nlu.meaning import Command, YesNo

CALLBACK, NUMBER = "transfer_agent.callback", "transfer_agent.phone"


def transfer_agent(call: Call, event: StateEvent, script: Script) -> Move:
    if call.emergency:
        return _emergency(call, event, script)
    match event:
        case TransferEnded(status=TransferStatus.ANSWERED):
            return _answered(call, script)
        case TransferEnded():
            return stay(replace(call, transferring=False), "transfer_agent.nobody", ask=CALLBACK)
        case Spoke() | Keyed() if not call.transferring:
            return _heard(call, event, script)
        case Done() | WorldFailed() if isinstance(call.pending, NoteOutcome):
            return _connect(call, event.at, script)
        case Done():
            return go(call, State.END_CONFIRMATION, "transfer_agent.callback_left")
        case WorldFailed():
            return go(call, State.END_CONFIRMATION, "transfer_agent.callback_failed")
        case Entered() if call.reminder_id and not call.reminder_noted:
            return want(call, NoteOutcome(call.reminder_id, ReminderOutcome.UNCLEAR))
        case _:
            return _connect(call, event.at, script)


def _connect(call: Call, at: datetime, script: Script) -> Move:
    if not script.settings.queue_is_open(at):
        opens = script.settings.queue_opens(at)
        return stay(call, "transfer_agent.closed" if opens else "transfer_agent.nobody", ask=CALLBACK)
    return Move(replace(call, transferring=True), tell=("transfer_agent.say",), ending=transfer(call, script))


def leave_call_back(call: Call, script: Script) -> Move:
    """The call-back is a task; without any number the caller is asked for one first."""
    number = call.callback_phone or call.from_e164 or (call.patient.phone_e164 if call.patient else None)
    if number is None:
        return stay(call, ask=NUMBER)
    return want(call, call_back(call, script, number))


def _heard(call: Call, event: Spoke | Keyed, script: Script) -> Move:
    meaning = event.meaning
    if meaning.phone:
        return leave_call_back(replace(call, callback_phone=meaning.phone), script)
    if call.asked == NUMBER:
        return miss(call)
    answer = meaning.yes_no.value if meaning.yes_no else None
    if answer is YesNo.YES or meaning.command is Command.LATER:
        return leave_call_back(call, script)
    if answer is YesNo.NO:
        return go(call, State.END_CONFIRMATION)
    return miss(call)


def _answered(call: Call, script: Script) -> Move:
    call = replace(call, transferring=False)
    if script.settings.after_transfer is AfterTransfer.END_CONFIRMATION:
        return go(call, State.END_CONFIRMATION)
    return Move(replace(call, ended=True), ending=Hangup())


def _emergency(call: Call, event: StateEvent, script: Script) -> Move:
    again = Move(replace(call, transferring=True), tell=("emergency.unanswered",), ending=transfer(call, script))
    match event:
        case TransferEnded(status=TransferStatus.ANSWERED):
            over = replace(call, ended=True, transferring=False)
            if call.reminder_id and not call.reminder_noted:
                return Move(over, effect=NoteOutcome(call.reminder_id, ReminderOutcome.UNCLEAR))
            return Move(over, ending=Hangup())
        case TransferEnded() if not call.emergency_task_left:
            left = replace(call, emergency_task_left=True)
            number = call.from_e164 or (call.patient.phone_e164 if call.patient else None)
            return want(left, LeaveTask(TaskKind.EMERGENCY_UNANSWERED, brief(call, script), phone=number))
        case TransferEnded() | Done() | WorldFailed():
            return again
        case _:
            return replace(again, tell=("emergency.say",))
