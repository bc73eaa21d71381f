"""The appointment is named, then the caller confirms that it is to be cancelled (seed 2.4)."""

from msgspec.structs import replace

from pupitre.dialogue.call import Call, State, TransferReason
from pupitre.dialogue.effects import Commit, NoteOutcome, ReminderOutcome
from pupitre.dialogue.events import CommitmentEnded, CommitOutcome, Done, Keyed, Spoke, WorldFailed
from pupitre.dialogue.move import Move, StateEvent, go, hand_over, miss, stay, want
from pupitre.dialogue.people import with_words
from pupitre.dialogue.route import by_intent
from pupitre.dialogue.script import Script
from pupitre.model import AppointmentStatus, Intent
from pupitre.nlu.meaning import YesNo

CALLBACK = "transfer_agent.callback"


def cancel_confirm(call: Call, event: StateEvent, script: Script) -> Move:
    match event:
        case Spoke() | Keyed():
            return _heard(call, event, script)
        case CommitmentEnded(outcome=CommitOutcome.RECORDED):
            return _recorded(call, event)
        case CommitmentEnded(outcome=CommitOutcome.WITHDRAWN):
            return hand_over(call, TransferReason.WITHDRAWN, "commit.withdrawn", ask=CALLBACK)
        case CommitmentEnded(outcome=CommitOutcome.CONFLICT):
            return hand_over(call, TransferReason.CONFLICT, "commit.conflict")
        case CommitmentEnded():
            return hand_over(call, TransferReason.REFUSED, "commit.refused")
        case Done() | WorldFailed(effect=NoteOutcome()):
            return go(call, State.END_CONFIRMATION, "cancel_confirm.canceled")
        case WorldFailed():
            return hand_over(call, TransferReason.BACKEND_DOWN, "commit.unknown")
        case _:
            return stay(call)


def _heard(call: Call, event: Spoke | Keyed, script: Script) -> Move:
    meaning = event.meaning
    answer = meaning.yes_no.value if meaning.yes_no else None
    intent = meaning.intent.value if meaning.intent else None
    instead = intent is Intent.RESCHEDULE or (intent is Intent.BOOK and answer is not YesNo.YES)
    if instead:
        return by_intent(with_words(call, event), script)
    if answer is YesNo.YES or (intent is Intent.CANCEL and answer is None):
        assert call.patient is not None
        assert call.appointment is not None
        n = call.commits + 1
        reason = script.text("cancel_confirm.reason", {})
        commit = Commit(Intent.CANCEL, n, call.patient.id, appointment_id=call.appointment.id, reason=reason)
        return want(replace(call, commits=n), commit)
    if answer is YesNo.NO:
        return go(call, State.END_CONFIRMATION, "cancel_confirm.kept")
    return miss(call)


def _recorded(call: Call, event: CommitmentEnded) -> Move:
    assert call.appointment is not None
    canceled = event.appointment or replace(call.appointment, status=AppointmentStatus.CANCELED)
    call = replace(call, noted=True, appointment=canceled)
    if call.reminder_id:
        return want(call, NoteOutcome(call.reminder_id, ReminderOutcome.NOT_COMING))
    return go(call, State.END_CONFIRMATION, "cancel_confirm.canceled")
