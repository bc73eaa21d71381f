"""Handing the caller to a person: the transfer, and the brief that this person reads before answering."""

from __future__ import annotations

from pupitre.dialogue.actions import Transfer
from pupitre.dialogue.call import Call, TransferReason
from pupitre.dialogue.context import appointment_values, known
from pupitre.dialogue.effects import LeaveTask, TaskKind
from pupitre.dialogue.script import Script, Values
from pupitre.model import Intent
from pupitre.nlu.meaning import GRAVE


def transfer(call: Call, script: Script) -> Transfer:
    """To the emergency queue in an emergency, to the agent queue otherwise. The desk fills in the screen-pop `url`."""
    settings = script.settings
    return Transfer(
        target=settings.emergency_queue if call.emergency else settings.agent_queue,
        timeout_ms=settings.transfer_timeout_ms,
        brief=brief(call, script),
        priority="emergency" if call.emergency else None,
        caller_id=call.from_e164,
    )


def call_back(call: Call, script: Script, number: str) -> LeaveTask:
    """The task that has a person call back: it keeps the slot that was wished for and is not noted."""
    slot = call.slots[call.picked - 1] if call.picked and call.picked <= len(call.slots) and not call.noted else None
    appointment = call.appointment.id if call.appointment else None
    return LeaveTask(TaskKind.CALL_BACK, brief(call, script), slot, appointment, number)


def brief(call: Call, script: Script, why: str | None = None) -> str:
    """One or two sentences: who, what they want, how far the call got, why it is handed over.

    `why` is a key of `brief.why` where no handing over is the reason.
    """
    patient = call.patient
    on_line = [one.name for one in call.candidates] or call.line_of if call.emergency else ()
    values: Values = {
        "brief": {"line": script.language.spoken.either(list(on_line))} if on_line else {},
        "caller": known(from_e164=call.from_e164),
        "telemetry": known(last_stt=call.telemetry.last_stt),
        "patient": {"display_name": patient.name} if patient else {},
        "appointment": appointment_values(call.appointment, script) if call.appointment else {},
        "constraints": known(raw_text=call.raw_text, agent=call.agent_name),
    }
    who = "unknown" if patient is None else "third_party" if call.third_party else "named"
    grave = call.attendance if call.attendance in GRAVE else None
    if patient and not call.identified:
        who = "answered" if grave else "unconfirmed"
    if patient is None and call.from_e164:
        who = "line_of" if on_line else "line"
    wanted = call.intent.value.lower()
    if call.attendance and (grave or call.intent is Intent.UNKNOWN):
        wanted = call.attendance.value
    elif call.intent in (Intent.RESCHEDULE, Intent.CANCEL) and call.appointment is None:
        wanted += "_some"
    if grave:
        far = "heard" if call.telemetry.last_stt else "nothing"
    elif call.noted:
        far = "noted"
    elif call.commits and call.transfer_reason in (TransferReason.BACKEND_DOWN, TransferReason.ASKED):
        far = "unknown"
    else:
        said = call.intent is Intent.UNKNOWN and call.attendance is None and call.telemetry.last_stt
        far = "wish" if call.raw_text else "heard" if said else "nothing"
    if call.emergency:
        wanted, far = "emergency", "heard" if call.telemetry.last_stt else "nothing"
    whom = script.text("brief.want.with", values) if call.agent_name and not call.emergency else ""
    why = why or (call.transfer_reason or TransferReason.ASKED).value
    parts = {
        "who": script.text(f"brief.who.{who}", values),
        "want": script.text(f"brief.want.{wanted}", values) + whom,
        "far": script.text(f"brief.far.{far}", values),
        "why": script.text(f"brief.why.{why}", values),
    }
    return " ".join(script.text("brief.sentence", {"brief": parts}).split())
