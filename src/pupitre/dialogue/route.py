"""Where a call goes once it is known who it is about and what is wanted; shared by the states that find it out."""

from __future__ import annotations

from msgspec.structs import replace

from pupitre.dialogue.call import Call, State
from pupitre.dialogue.effects import FindAppointments
from pupitre.dialogue.move import Move, go, want
from pupitre.dialogue.script import Script
from pupitre.dialogue.settings import VerifyPolicy
from pupitre.model import Intent


def after_identity(call: Call, script: Script) -> Move:
    """The caller has confirmed who the patient is: appointments are asked for once, then verified, then by intent."""
    assert call.patient is not None
    if call.appointments is None:
        return want(call, FindAppointments(call.patient.id))
    if must_verify(call, script):
        return go(call, State.VERIFY)
    return by_intent(call, script)


def by_intent(call: Call, script: Script) -> Move:
    """To the state that serves the intent, with what is known already."""
    upcoming = call.appointments or ()
    if call.intent is Intent.UNKNOWN and call.reminder_id:
        return go(call, State.REMINDER_CALL)
    if call.intent is Intent.BOOK:
        if upcoming and not call.upcoming_told and not discreet(call, script):
            told = "collect_constraints.upcoming"
            return go(replace(call, upcoming_told=True, appointment=None), State.COLLECT_CONSTRAINTS, told)
        return go(replace(call, appointment=None), State.COLLECT_CONSTRAINTS)
    if call.appointment is None and len(upcoming) == 1:
        call = replace(call, appointment=upcoming[0])
    if call.appointment is None:
        return go(call, State.CHOOSE_APPOINTMENT)
    if call.intent is Intent.CANCEL:
        return go(call, State.CANCEL_CONFIRM, "cancel_confirm.which")
    return go(call, State.COLLECT_CONSTRAINTS, "collect_constraints.moving")


def must_verify(call: Call, script: Script) -> bool:
    """Whether a second factor stands before the appointments of this patient."""
    if call.verified or script.settings.verify is VerifyPolicy.NONE:
        return False
    if script.settings.verify is VerifyPolicy.AUTO and call.line_matched and not call.third_party:
        return False
    if call.intent is Intent.BOOK and not (call.appointments and call.patient and call.patient.birth_date):
        return False
    return not (call.line_matched and call.patient and call.patient.birth_date is None)


def discreet(call: Call, script: Script) -> bool:
    """Whether the caller may not hear of existing appointments: nothing shows that he is entitled to."""
    return not (call.verified or call.line_matched or script.settings.verify is VerifyPolicy.NONE)
