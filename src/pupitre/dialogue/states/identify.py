"""Who is the patient? Number, then name, then date of birth where the tenant asks for it.

A number that was said or keyed never makes the desk say a name: the name is asked for and compared.
"""

from msgspec.structs import replace

from pupitre.dialogue.call import Call, State, TransferReason
from pupitre.dialogue.effects import CreatePatient, LookUpPatient
from pupitre.dialogue.events import Keyed, PatientsFound, Spoke, WorldFailed
from pupitre.dialogue.move import Entered, Move, StateEvent, go, hand_over, miss, stay, want
from pupitre.dialogue.people import matched, named
from pupitre.dialogue.script import Script
from pupitre.model import Intent, MatchMode, Patient
from pupitre.nlu.meaning import Meaning, SpokenName

NAME, SPELL, BIRTH_DATE = "identify.name", "identify.spell", "identify.birth_date"


def identify(call: Call, event: StateEvent, script: Script) -> Move:
    match event:
        case Spoke(meaning=meaning) | Keyed(meaning=meaning):
            return _heard(call, meaning, script)
        case PatientsFound(patients=patients, confidence=confidence):
            return _found(replace(call, match_confidence=confidence), patients, script)
        case WorldFailed():
            return hand_over(call, TransferReason.BACKEND_DOWN, "technical_problem")
        case Entered() if call.third_party:
            return _compare(call, script)
        case _:
            return stay(call)


def _heard(call: Call, meaning: Meaning, script: Script) -> Move:
    if not (meaning.phone or meaning.name or meaning.birth_date):
        return miss(call)
    if meaning.name:
        call = replace(call, heard_name=_completed(meaning.name.value, call.heard_name))
    if meaning.birth_date:
        call = replace(call, heard_birth_date=meaning.birth_date)
    if meaning.phone:
        return want(replace(call, heard_phone=meaning.phone), LookUpPatient(phone=meaning.phone))
    return _compare(call, script)


def _found(call: Call, patients: tuple[Patient, ...], script: Script) -> Move:
    match call.pending:
        case CreatePatient() if patients:
            return go(matched(call, patients[0], MatchMode.NEW, 1.0), State.CONFIRM_IDENTITY)
        case CreatePatient():
            return hand_over(call, TransferReason.NOT_IDENTIFIED, "identify.nobody")
        case LookUpPatient(phone=phone) if phone:
            return _compare(replace(call, candidates=patients), script)
        case _ if patients:
            return _narrow(replace(call, heard_phone=None), patients, script)
        case _:
            return _nobody(call, script)


def _compare(call: Call, script: Script) -> Move:
    """The name that was heard against the people on the number that was given, else against the whole directory."""
    if call.heard_name is None:
        return stay(call, ask=NAME)
    among = named(call.candidates, call.heard_name)
    if among:
        return _narrow(call, among, script)
    return want(replace(call, candidates=()), LookUpPatient(name=call.heard_name, birth_date=call.heard_birth_date))


def _narrow(call: Call, patients: tuple[Patient, ...], script: Script) -> Move:
    """People of the name that was heard: one is the patient, several are told apart by their date of birth."""
    born = call.heard_birth_date
    if born is None and (len(patients) > 1 or script.settings.ask_birth_date):
        return stay(replace(call, candidates=patients), ask=BIRTH_DATE)
    exact = tuple(patient for patient in patients if born and patient.birth_date == born)
    left = exact or tuple(patient for patient in patients if born is None or patient.birth_date is None)
    if not left:
        return _nobody(replace(call, candidates=()), script)
    if len(left) > 1:
        return hand_over(call, TransferReason.NOT_IDENTIFIED, "identify.nobody")
    mode = MatchMode.NAME_BIRTHDATE if exact else MatchMode.PHONE if call.heard_phone else MatchMode.NAME
    return go(matched(call, left[0], mode, call.match_confidence or 1.0), State.CONFIRM_IDENTITY)


def _nobody(call: Call, script: Script) -> Move:
    """The directory knows nobody of that name: it may have been misheard, or be a new patient's."""
    name = call.heard_name
    if name and not name.spelled and not call.spelling_asked:
        return stay(replace(call, spelling_asked=True), ask=SPELL)
    if name and call.intent is Intent.BOOK and script.settings.allow_new_patients:
        if script.settings.ask_birth_date and call.heard_birth_date is None:
            return stay(call, ask=BIRTH_DATE)
        return want(call, CreatePatient(name, call.heard_phone or call.from_e164, call.heard_birth_date))
    return hand_over(call, TransferReason.NOT_IDENTIFIED, "identify.nobody")


def _completed(name: SpokenName, before: SpokenName | None) -> SpokenName:
    """A family name that was spelled keeps the first name that was said before it."""
    if name.spelled and name.first is None and before is not None:
        return replace(name, first=before.first)
    return name
