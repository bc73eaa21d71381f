"""One turn: what the call makes of an event. The rules that hold in every state live here; the rest is in `states`.

The desk decides, performs the turn's effect if it has one, and decides again with its outcome. A reply's actions are
those of these steps in order, and end in exactly one of listen, transfer, hangup, continue.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from pupitre.dialogue import ladders
from pupitre.dialogue.actions import Continue, Hangup
from pupitre.dialogue.call import Call, State, Telemetry, TransferReason
from pupitre.dialogue.carry_out import carried_out
from pupitre.dialogue.effects import (
    Commit,
    CreatePatient,
    Effect,
    FindAgents,
    FindAppointments,
    LeaveTask,
    LookUpPatient,
    NoteOutcome,
    ProposeSlots,
    ReadReminder,
    ReminderOutcome,
    SetReminders,
    TaskKind,
)
from pupitre.dialogue.events import (
    AgentsFound,
    AppointmentsFound,
    CallStarted,
    CommitmentEnded,
    Continued,
    Done,
    Event,
    HungUp,
    Keyed,
    MachineDetected,
    PatientsFound,
    ReminderFound,
    RemindersSet,
    Silent,
    SlotsProposed,
    Spoke,
    StillWorking,
    Strange,
    TransferEnded,
    WorldEvent,
    WorldFailed,
)
from pupitre.dialogue.flow import ASKS, FLOW
from pupitre.dialogue.handover import brief, call_back
from pupitre.dialogue.hear import hear
from pupitre.dialogue.heard import heard
from pupitre.dialogue.meanings import command_of
from pupitre.dialogue.move import Asked, Entered, Move, go, hand_over
from pupitre.dialogue.script import Script
from pupitre.dialogue.states.transfer_agent import CALLBACK
from pupitre.dialogue.turn import Turn
from pupitre.nlu.meaning import Command, Meaning

__all__ = ["decide", "hear", "rescue"]

FILLERS = 3
COMMIT_PATIENCE = 4
"""A commitment is waited for this many times longer than anything else: it withdraws itself well before."""
ANSWERS: dict[type, type] = {
    LookUpPatient: PatientsFound,
    CreatePatient: PatientsFound,
    FindAppointments: AppointmentsFound,
    ReadReminder: ReminderFound,
    FindAgents: AgentsFound,
    ProposeSlots: SlotsProposed,
    Commit: CommitmentEnded,
    SetReminders: RemindersSet,
    LeaveTask: Done,
    NoteOutcome: Done,
}
NAMES: dict[type, str] = {
    CallStarted: "call_start",
    Spoke: "stt_final",
    Silent: "no_speech",
    Keyed: "dtmf",
    TransferEnded: "transfer_result",
    Continued: "continue",
    MachineDetected: "machine_detected",
    HungUp: "hangup",
}


def decide(call: Call, event: Event, script: Script) -> Turn:
    """What the call makes of this event. Raises Undeclared when a state leads where the flow table does not."""
    if call.ended and isinstance(call.pending, LeaveTask) and call.reminder_id and not call.reminder_noted:
        return carried_out(Move(call, effect=NoteOutcome(call.reminder_id, ReminderOutcome.UNCLEAR)), event.at, script)
    if call.ended:
        return Turn(replace(call, pending=None), (Hangup(),))
    return carried_out(_ruled(_recorded(call, event), event, script), event.at, script)


def rescue(call: Call, at: datetime, script: Script) -> Turn:
    """After a fault of the desk's own: the caller is told that there is a problem, and handed to a person."""
    stuck = replace(call, state=State.START if call.state is State.END_CONFIRMATION else call.state, ended=False)
    return carried_out(hand_over(stuck, TransferReason.FAULT, "technical_problem"), at, script)


def _recorded(call: Call, event: Event) -> Call:
    """The call with the event in its telemetry and, unless it only goes on with a turn, one more turn."""
    if isinstance(event, WorldEvent):
        return call
    telemetry = replace(call.telemetry, last_event=event.name if isinstance(event, Strange) else NAMES[type(event)])
    if isinstance(event, Spoke):
        telemetry = Telemetry(telemetry.last_event, event.text, event.confidence)
    counters = call.counters
    if not isinstance(event, Continued):
        counters = replace(counters, turns=counters.turns + 1)
    return replace(call, telemetry=telemetry, counters=counters)


# ---- rules of every state, the first that applies --------------------------------------------------------------------


def _ruled(call: Call, event: Event, script: Script) -> Move:
    match event:
        case HungUp():
            return _hung_up(call, script)
        case Spoke(meaning=Meaning(emergency=True)):
            urgent = replace(call, emergency=True, transfer_reason=TransferReason.EMERGENCY, doubt=None)
            urgent = replace(urgent, line_of=event.line_of or call.line_of)
            return go(urgent, State.TRANSFER_AGENT)
        case StillWorking():
            return _still_working(call, event, script)
        case MachineDetected():
            return _machine(call, event, script)
        case Strange():
            return hand_over(call, TransferReason.UNKNOWN_EVENT)
        case Continued() if call.pending:
            return Move(call, effect=call.pending)
        case _ if isinstance(event, WorldEvent):
            return _answered(call, event, script)
        case Spoke() | Keyed() if call.pending:
            asked_for = command_of(event.meaning) is Command.AGENT
            return hand_over(call, TransferReason.ASKED) if asked_for else Move(call, effect=call.pending)
        case _ if call.pending:
            return Move(call, effect=call.pending)
        case _ if call.state is State.START:
            return FLOW[State.START].answer(call, event, script)
        case TransferEnded() if call.transferring:
            return FLOW[call.state].answer(call, event, script)
        case Silent() | Spoke() | Keyed() if ladders.too_long(call, event.at, script) and not call.transferring:
            return ladders.give_up(call, TransferReason.TOO_LONG, script)
        case Silent() if call.asked is not None and ASKS[call.asked][1].silence:
            return FLOW[call.state].answer(call, event, script)
        case Silent() if not call.transferring:
            call, out = ladders.after_silence(call, script)
            return out or Asked(call, variant="silence")
        case Spoke() | Keyed() if not call.transferring:
            return heard(call, event, script)
        case _:
            return _reask(call, event, script)


def _answered(call: Call, event: WorldEvent, script: Script) -> Move:
    """What the world says goes to the state that asked; an answer to something else is not taken for it."""
    if call.pending is None:
        return _reask(call, event, script)
    if not isinstance(event, (ANSWERS[type(call.pending)], WorldFailed)):
        return Move(call, effect=call.pending)
    return FLOW[call.state].answer(call, event, script)


def _reask(call: Call, event: Event, script: Script) -> Move:
    """An event out of place changes nothing: the call stands where it stood, and says so again."""
    if call.asked is not None:
        return Asked(call)
    return FLOW[call.state].answer(call, Entered(event.at), script)


def _still_working(call: Call, event: StillWorking, script: Script) -> Move:
    """Something is said while the world works; never the same sentence twice running, and not without end."""
    effect = call.pending
    if effect is None:
        return _reask(call, event, script)
    if call.emergency:
        return FLOW[call.state].answer(call, Done(event.at), script)
    patience = script.settings.max_fillers * (COMMIT_PATIENCE if isinstance(effect, Commit) else 1)
    if call.waits >= patience:
        failed = WorldFailed(event.at, effect, "impatience")
        return FLOW[call.state].answer(call, failed, script)
    filler = f"filler.{1 + call.waits % FILLERS}"
    pause = Continue(script.settings.filler_after_ms)
    return Move(replace(call, waits=call.waits + 1), tell=(filler,), effect=effect, ending=pause)


def _machine(call: Call, event: Event, script: Script) -> Move:
    """An answering machine took a reminder call: nothing personal is said to it. After a person has spoken, ignored."""
    if call.reminder_id is None or call.identified:
        return Move(call, effect=call.pending) if call.pending else _reask(call, event, script)
    tell = ("reminder_call.machine",) if script.settings.machine_message else ()
    return Move(replace(call, ended=True), tell=tell, effect=NoteOutcome(call.reminder_id, ReminderOutcome.MACHINE))


def _hung_up(call: Call, script: Script) -> Move:
    """The call is over. Somebody who was waiting for a person is not forgotten."""
    over = replace(call, ended=True, transferring=False)
    number = call.callback_phone or call.from_e164 or (call.patient.phone_e164 if call.patient else None)
    task: Effect | None = None
    if call.transferring and call.emergency and not call.emergency_task_left:
        task = LeaveTask(TaskKind.EMERGENCY_UNANSWERED, brief(call, script), phone=number)
    elif call.transferring and not call.emergency and number:
        task = LeaveTask(TaskKind.CALL_BACK, brief(call, script), phone=number)
    elif call.transfer_reason is TransferReason.WITHDRAWN and call.asked == CALLBACK and number:
        task = call_back(call, script, number)
    elif call.reminder_id and call.news and not call.reminder_noted and call.state is not State.START:
        appointment = call.appointment.id if call.appointment else None
        told = brief(call, script, "hung_up")
        task = LeaveTask(TaskKind.CALL_BACK, told, appointment_id=appointment, phone=number)
    elif call.reminder_id and not call.reminder_noted and call.state is not State.START:
        task = NoteOutcome(call.reminder_id, ReminderOutcome.UNCLEAR)
    return Move(over, effect=task) if task else Move(over, ending=Hangup())
