"""The desk calls before an appointment: who calls, is it the right person, and only then the appointment.

Somebody who says at once that the patient cannot come is no wrong number: it is kept until it is known who speaks.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from pupitre.dialogue.call import Call, State, TransferReason
from pupitre.dialogue.effects import LeaveTask, NoteOutcome, Others, ReminderOutcome, TaskKind
from pupitre.dialogue.events import Done, Keyed, Silent, Spoke, WorldFailed
from pupitre.dialogue.handover import brief
from pupitre.dialogue.later import wished
from pupitre.dialogue.move import Asked, Entered, Move, StateEvent, go, hand_over, miss, stay, want
from pupitre.dialogue.people import with_words
from pupitre.dialogue.route import by_intent, must_verify
from pupitre.dialogue.script import Script
from pupitre.model import Intent
from pupitre.nlu.meaning import GRAVE, Attendance, Called, Command, Heard, Meaning, YesNo

WHO_FIRST, FOR_PATIENT = "reminder_call.who_first", "reminder_call.for_patient"
WHO_AGAIN, WHO_CALLS = "reminder_call.who_again", "reminder_call.who_calls"
FETCHED = "reminder_call.fetched"
PATIENCE = 3
"""Silences after which nobody comes to the telephone any more."""
A_MOMENT = timedelta(minutes=5)
ASIDE = (Called.WHO_CALLS, Called.FORGOT, Called.COMING, Called.OTHER)
"""Said without telling who speaks."""
APPOINTMENT, MOVE_OR_CANCEL = "reminder_call.appointment", "reminder_call.move_or_cancel"
DAYS_AHEAD = {0: "reminder_call.today", 1: "reminder_call.tomorrow"}
TOLD = {
    Attendance.DECEASED: "reminder_call.deceased",
    Attendance.BEREAVED: "reminder_call.bereaved",
    Attendance.IN_HOSPITAL: "reminder_call.in_hospital",
    Attendance.GONE: "reminder_call.gone",
    Attendance.NOT_COMING: "reminder_call.not_coming",
    Attendance.LATE: "reminder_call.late",
}
GRAVELY = {
    Attendance.DECEASED: (ReminderOutcome.NOT_COMING, Others.NEVER, TaskKind.STOP_CALLING),
    Attendance.BEREAVED: (ReminderOutcome.NOT_COMING, Others.WAIT, TaskKind.CALL_BACK),
    Attendance.IN_HOSPITAL: (ReminderOutcome.NOT_COMING, Others.WAIT, TaskKind.CALL_BACK),
    Attendance.GONE: (ReminderOutcome.WRONG_PERSON, Others.WAIT, TaskKind.REMINDER_FAILED),
}
"""What is noted when nothing more is asked, what becomes of the other reminders, and what a person is left."""
GOODBYES = {
    ReminderOutcome.CONFIRMED: "reminder_call.confirmed",
    ReminderOutcome.WRONG_PERSON: "reminder_call.wrong_person",
}


def reminder_call(call: Call, event: StateEvent, script: Script) -> Move:
    match event:
        case Spoke() | Keyed():
            return (
                _grave(call, event)
                or _fetched(call, event.meaning)
                or _parting(call, event, script)
                or (_answered(call, event, script) if call.identified else _is_it_you(call, event, script))
            )
        case Silent():
            return _nobody_speaks(call)
        case Done() | WorldFailed():
            return _noted(call, event, script)
        case Entered(at=at) if call.identified:
            return _go_on(call, at, script)
        case _:
            return stay(call)


def _tells(meaning: Meaning) -> bool:
    """Whether the appointment is to be moved or cancelled, or missed, or come late to."""
    wanted = meaning.intent.value if meaning.intent else None
    told = meaning.attendance is not None or wanted in (Intent.RESCHEDULE, Intent.CANCEL)
    return told and meaning.called not in (Called.AWAY, Called.BUSY, Called.FORGOT)


def _grave(call: Call, event: Spoke | Keyed) -> Move | None:
    """The patient has died, is in hospital or gone: nothing is asked, unless it is to move or cancel for who is ill."""
    meaning, said = event.meaning, event.meaning.attendance
    wanted = meaning.intent.value if meaning.intent else None
    if said not in GRAVE or (said is Attendance.IN_HOSPITAL and wanted in (Intent.RESCHEDULE, Intent.CANCEL)):
        return None
    yes = meaning.yes_no is not None and YesNo.YES in (meaning.yes_no.value, *meaning.yes_no.others)
    himself = (yes or call.identified) and not call.third_party and meaning.command is not Command.WRONG_PERSON
    if said is Attendance.DECEASED and himself:
        said = Attendance.BEREAVED
    outcome, others, _ = GRAVELY[said]
    stop = meaning.command is Command.STOP_CALLING
    noted = NoteOutcome(call.reminder_id or "", outcome, stop=stop, others=others)
    return want(replace(_kept(call, event), attendance=said), noted)


def _fetched(call: Call, meaning: Meaning) -> Move | None:
    """The patient is fetched: nothing more is said before somebody speaks."""
    waits = meaning.called is Called.FETCHES or (meaning.command is Command.WAIT and meaning.called is None)
    return stay(call, ask=FETCHED) if waits and not call.identified else None


def _nobody_speaks(call: Call) -> Move:
    """Whoever was fetched does not come: in the end as if nobody had taken the call."""
    counters = replace(
        call.counters, no_speech=call.counters.no_speech + 1, retries_total=call.counters.retries_total + 1
    )
    call = replace(call, counters=counters)
    if counters.no_speech >= PATIENCE:
        return _note(call, ReminderOutcome.UNCLEAR, later=True)
    return Asked(call, variant="silence")


def _parting(call: Call, event: Spoke | Keyed, script: Script) -> Move | None:
    """What ends a reminder call: wrong number, later, never again. Not where somebody tells of the patient."""
    meaning = event.meaning
    away = not call.identified and meaning.called in (Called.AWAY, Called.BUSY)
    at = wished(meaning, script.settings.local(event.at))
    match meaning.command:
        case Command.WRONG_NUMBER:
            return _note(call, ReminderOutcome.WRONG_PERSON)
        case Command.STOP_CALLING:
            return _note(call, ReminderOutcome.UNCLEAR, stop=True)
        case _ if _tells(meaning):
            return None
        case _ if away:
            return _note(call, ReminderOutcome.UNCLEAR, later=True, at=at)
        case Command.LATER:
            return _note(call, ReminderOutcome.UNCLEAR, later=True, at=at)
        case Command.WRONG_PERSON if meaning.called is Called.WHO_CALLS and call.asked != WHO_CALLS:
            return None
        case Command.WRONG_PERSON if not call.news or call.identified:
            return _note(call, ReminderOutcome.WRONG_PERSON)
        case Command.GOODBYE if not (_answer(meaning) or meaning.intent or meaning.called or call.news):
            return _note(call, ReminderOutcome.UNCLEAR)
        case _:
            return None


def _answer(meaning: Meaning) -> YesNo | None:
    """Yes or no, where that was said."""
    said = meaning.yes_no.value if meaning.yes_no else None
    return None if said is YesNo.UNCLEAR else said


def _who(meaning: Meaning) -> YesNo | None:
    """Whether it is the patient who speaks: a wish, or an answer to another question, does not tell."""
    answer = _answer(meaning)
    if meaning.called is Called.STRANGER:
        return YesNo.NO
    if meaning.called is Called.HIMSELF and answer is not YesNo.NO:
        return YesNo.YES
    if _tells(meaning):
        if meaning.yes_no and YesNo.YES in meaning.yes_no.others:  # "oui c'est moi mais je ne peux pas venir"
            return YesNo.YES
        return None if answer is YesNo.NO else answer  # "non je ne peux plus venir"
    return None if meaning.when or meaning.shift or meaning.called in ASIDE else answer


def _is_it_you(call: Call, event: Spoke | Keyed, script: Script) -> Move:
    meaning, told_before = event.meaning, call.news
    if call.asked == FETCHED:
        return stay(_kept(call, event) if _tells(meaning) else call, ask=WHO_AGAIN)
    answer = _who(meaning)
    if meaning.called is Called.WHO_CALLS and answer is None and call.asked not in (WHO_CALLS, FOR_PATIENT):
        return stay(call, ask=WHO_CALLS)
    if _tells(meaning):
        call = _kept(call, event)
    if call.asked == FOR_PATIENT:
        return _for_patient(call, event, answer, script)
    if meaning.command is Command.WRONG_PERSON:
        return stay(call, ask=FOR_PATIENT)
    match answer:
        case YesNo.YES:
            return _identified(replace(call, identified=True), event.at, script)
        case YesNo.NO if told_before:
            return stay(call, ask=FOR_PATIENT)
        case YesNo.NO:
            return _note(call, ReminderOutcome.WRONG_PERSON)
        case _ if call.news and not told_before:
            return stay(call, ask=WHO_FIRST)
        case _:
            return miss(call)


def _for_patient(call: Call, event: Spoke | Keyed, answer: YesNo | None, script: Script) -> Move:
    """Somebody else has told of the patient: does he speak for him?"""
    if answer is YesNo.YES or (answer is None and event.meaning.command is Command.WRONG_PERSON):
        return _identified(replace(call, identified=True, third_party=True), event.at, script)
    return _note(call, ReminderOutcome.WRONG_PERSON) if answer is YesNo.NO else miss(call)


def _kept(call: Call, event: Spoke | Keyed) -> Call:
    return replace(with_words(call, event), attendance=event.meaning.attendance or call.attendance)


def _identified(call: Call, at: datetime, script: Script) -> Move:
    return go(call, State.VERIFY) if must_verify(call, script) else _go_on(call, at, script)


def _go_on(call: Call, at: datetime, script: Script) -> Move:
    """It is known who speaks: what was told before is taken up, else the appointment is read out."""
    if call.intent is Intent.RESCHEDULE and not call.reminder_noted:
        return _note(call, ReminderOutcome.RESCHEDULE_REQUESTED)
    if call.intent in (Intent.RESCHEDULE, Intent.CANCEL):
        return by_intent(call, script)
    if call.attendance is Attendance.LATE:
        return _note(call, ReminderOutcome.CONFIRMED)
    return stay(call, _when(call, at, script), ask=MOVE_OR_CANCEL if call.attendance else APPOINTMENT)


def _moves_to(call: Call, meaning: Meaning, script: Script) -> bool:
    """Whether a time was said that is not the appointment's own: who wants it does not confirm."""
    assert call.appointment is not None
    if meaning.intent and meaning.intent.value in (Intent.RESCHEDULE, Intent.CANCEL):
        return False
    if meaning.attendance or meaning.called in (Called.FETCHES, *ASIDE):
        return False
    wish = meaning.when.value if meaning.when else None
    other = (
        wish is not None and bool(wish.any_of) and not wish.allows(script.settings.local(call.appointment.slot.start))
    )
    return other or meaning.shift is not None


def _answered(call: Call, event: Spoke | Keyed, script: Script) -> Move:
    if event.meaning.called is Called.FETCHES:
        return stay(call, "wait")
    if event.meaning.called is Called.FORGOT and _answer(event.meaning) is not YesNo.YES:
        return stay(call, _when(call, event.at, script), ask=APPOINTMENT)
    if _moves_to(call, event.meaning, script):
        event = replace(event, meaning=replace(event.meaning, intent=Heard(Intent.RESCHEDULE)))
    return _for_the_appointment(_kept(call, event), event, script)


def _for_the_appointment(call: Call, event: Spoke | Keyed, script: Script) -> Move:
    meaning = event.meaning
    answer = YesNo.YES if meaning.called is Called.COMING else _answer(meaning)
    if meaning.intent and meaning.intent.value in (Intent.RESCHEDULE, Intent.CANCEL):
        return _go_on(call, event.at, script)
    if meaning.attendance is Attendance.LATE:
        return _note(call, ReminderOutcome.CONFIRMED)
    if meaning.attendance and call.asked == APPOINTMENT:
        return stay(call, ask=MOVE_OR_CANCEL)
    match answer:
        case YesNo.YES if call.asked == APPOINTMENT or isinstance(event, Keyed) or meaning.called is Called.COMING:
            return _note(replace(call, attendance=None), ReminderOutcome.CONFIRMED)
        case YesNo.NO if call.asked == APPOINTMENT:
            return stay(call, ask=MOVE_OR_CANCEL)
        case YesNo.NO if call.attendance:
            return _note(call, ReminderOutcome.NOT_COMING)
        case YesNo.NO:
            return go(call, State.END_CONFIRMATION, "cancel_confirm.kept")
        case _:
            return miss(call)


def _note(
    call: Call, outcome: ReminderOutcome, *, later: bool = False, stop: bool = False, at: datetime | None = None
) -> Move:
    return want(call, NoteOutcome(call.reminder_id or "", outcome, later, stop, at=at))


def _noted(call: Call, event: Done | WorldFailed, script: Script) -> Move:
    """What was noted decides how the call goes on; a note that failed does not keep the caller, a task does."""
    match call.pending:
        case LeaveTask() if isinstance(event, WorldFailed):
            return hand_over(call, TransferReason.BACKEND_DOWN, "technical_problem")
        case LeaveTask():
            return go(call, State.END_CONFIRMATION, TOLD[call.attendance or Attendance.NOT_COMING])
        case NoteOutcome() if call.attendance in GRAVE:
            return _tell_a_person(call, call.attendance, script)
        case NoteOutcome(outcome=ReminderOutcome.RESCHEDULE_REQUESTED):
            return go(call, State.VERIFY) if must_verify(call, script) else by_intent(call, script)
        case NoteOutcome(later=True) if call.counters.no_speech:
            return go(call, State.END_CONFIRMATION)
        case NoteOutcome(later=True, at=at):
            again = event.again if isinstance(event, Done) else None
            return go(replace(call, rings_again=again), State.END_CONFIRMATION, _when_again(at, again, event))
        case NoteOutcome(stop=True):
            return go(call, State.END_CONFIRMATION, "reminder_call.stop")
        case NoteOutcome(outcome=ReminderOutcome.CONFIRMED | ReminderOutcome.NOT_COMING) if call.attendance:
            return _tell_a_person(call, call.attendance, script)
        case NoteOutcome(outcome=outcome) if outcome in GOODBYES:
            return go(call, State.END_CONFIRMATION, GOODBYES[outcome])
        case _:
            return go(call, State.END_CONFIRMATION)


def _when_again(asked: datetime | None, again: datetime | None, event: Done | WorldFailed) -> str:
    """What is said of the next call: at the time asked for, at another one, or by a person."""
    if asked is None or isinstance(event, WorldFailed):
        return "reminder_call.later" if again or isinstance(event, WorldFailed) else "reminder_call.not_coming"
    if again is None:
        return "reminder_call.later_agent"
    return "reminder_call.later_at" if abs(again - asked) < A_MOMENT else "reminder_call.later_instead"


def _tell_a_person(call: Call, attendance: Attendance, script: Script) -> Move:
    """What was said and neither moved nor cancelled anything is no matter for the desk."""
    number = call.patient.phone_e164 if call.patient else None
    appointment = call.appointment.id if call.appointment else None
    told, kind = brief(call, script, attendance.value), TaskKind.CALL_BACK
    if attendance in GRAVELY:
        _, _, kind = GRAVELY[attendance]
    return want(call, LeaveTask(kind, told, appointment_id=appointment, phone=call.from_e164 or number))


def _when(call: Call, at: datetime, script: Script) -> str:
    """Says "demain" only in the sentence around the absolute label."""
    assert call.appointment is not None
    local = script.settings.local
    days = (local(call.appointment.slot.start).date() - local(at).date()).days
    return DAYS_AHEAD.get(days, "reminder_call.other_day")
