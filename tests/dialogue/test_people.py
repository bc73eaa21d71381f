"""Who the call is about: what was heard, compared with who is known."""

from datetime import date

import pytest
from msgspec.structs import replace
from tests.dialogue.stage import JEAN, MARIE, MONDAY, NOW, Played, World, settings
from tests.dialogue.standing import BOOK, CANCEL, NAME, NO, PHONE, YES

from pupitre.dialogue.call import State, TransferReason
from pupitre.dialogue.effects import CreatePatient, LookUpPatient
from pupitre.dialogue.events import AppointmentsFound, PatientsFound
from pupitre.dialogue.people import first_name, named
from pupitre.model import Intent, MatchMode
from pupitre.nlu.meaning import Command, Heard, Meaning, SpokenName, YesNo

LUC = replace(JEAN, id=125, name="Luc Durand", birth_date=None)
NOBODY = PatientsFound(NOW, ())


def name(last, first=None, *, spelled=False):
    return Meaning(name=Heard(SpokenName(last, first, spelled)))


def lookups(world):
    return [effect for effect in world.asked if isinstance(effect, LookUpPatient)]


@pytest.mark.parametrize(
    ("heard", "known", "same"),
    [
        (SpokenName("DUPONT", "JEAN"), "Jean Dupont", True),
        (SpokenName("DUPONT"), "Jean Dupont", True),
        (SpokenName("DUPOND", "JEAN"), "Jean Dupont", True),
        (SpokenName("LEFEVRE"), "Anne Lefèvre", True),
        (SpokenName("TOUR", "JEAN PIERRE DE LA"), "Jean-Pierre de la Tour", True),
        (SpokenName("DUPONT", "MARIE"), "Jean Dupont", False),
        (SpokenName("MARTIN"), "Jean Dupont", False),
        (SpokenName("DURAND", "JEAN"), "Jean Dupont", False),
        (SpokenName(""), "Jean Dupont", False),
    ],
)
def test_a_name_is_compared_as_the_ear_does(heard, known, same):
    assert same is bool(named((replace(JEAN, name=known),), heard))


def test_two_people_of_one_family_are_told_apart_by_their_first_names():
    assert named((JEAN, MARIE), SpokenName("DUPONT", "MARIE")) == (MARIE,)
    assert named((JEAN, MARIE), SpokenName("DUPONT")) == (JEAN, MARIE)


def test_what_is_said_of_somebody_on_a_shared_line_is_the_first_name():
    assert first_name(JEAN) == "Jean"


def test_namesakes_of_one_first_name_are_told_apart_in_full():
    world = World(LookUpPatient=PatientsFound(NOW, (JEAN, replace(MARIE, name="Jean Leroy"))))
    played = Played(world=world).starts().means(BOOK)

    assert "1) Jean Dupont, ou 2) Jean Leroy" in played.said


def test_a_number_that_is_said_never_makes_the_desk_say_a_name():
    played = Played(from_e164=None).starts().means(BOOK, PHONE)

    assert played.call.state is State.IDENTIFY
    assert "Dupont" not in played.said
    assert "Jean" not in " ".join(hint for hint in played.last.hints)


def test_a_name_that_is_not_on_the_number_is_looked_up_by_itself():
    world = World()
    Played(world=world, from_e164=None).starts().means(BOOK, PHONE, name("MARTIN", "ALINE"))

    assert [LookUpPatient(phone="+33639980001"), LookUpPatient(name=SpokenName("MARTIN", "ALINE"))] == lookups(world)


def test_a_name_said_with_the_intent_is_not_asked_for_again():
    played = Played(from_e164=None).starts().means(replace(BOOK, name=NAME.name)).means(PHONE)

    assert played.call.state is State.CONFIRM_IDENTITY


def test_somebody_else_named_from_the_start_is_remembered_when_the_line_was_not_theirs():
    world = World(LookUpPatient=lambda asked: PatientsFound(NOW, (LUC,) if asked.name else (JEAN,)))
    played = Played(world=world).starts().means(replace(BOOK, name=Heard(SpokenName("DURAND", "LUC"))))
    assert "Jean Dupont" in played.said
    played.means(NO).means(PHONE)

    assert "Luc Durand" in played.said


def test_a_wrong_patient_leaves_nothing_behind():
    call = Played().starts().means(BOOK, NO).call

    assert (None, None, False, None) == (call.patient, call.match_mode, call.line_matched, call.appointments)


def test_a_date_of_birth_asked_for_by_the_tenant_makes_the_match_sure():
    played = Played(settings(ask_birth_date=True), from_e164=None).starts().means(CANCEL, PHONE, NAME)
    assert "date de naissance" in played.said
    played.means(Meaning(birth_date=JEAN.birth_date))

    assert (MatchMode.NAME_BIRTHDATE, True) == (played.call.match_mode, played.call.verified)


def test_a_wrong_date_of_birth_finds_nobody():
    played = Played(settings(ask_birth_date=True), from_e164=None).starts().means(CANCEL, PHONE, NAME)
    played.means(Meaning(birth_date=date(2000, 1, 1)))

    assert played.call.patient is None


def test_a_name_nobody_has_is_spelled_before_anything_is_given_up():
    world = World(LookUpPatient=NOBODY)
    played = Played(world=world, from_e164=None).starts().means(BOOK, name("MOREAU", "ALINE"))
    assert "épeler" in played.said
    played.means(name("MOREAU", spelled=True))

    assert played.call.transfer_reason is TransferReason.NOT_IDENTIFIED
    assert lookups(world)[-1].name == SpokenName("MOREAU", "ALINE", spelled=True)


@pytest.mark.parametrize(("intent", "made"), [(Intent.BOOK, True), (Intent.CANCEL, False)])
def test_a_new_patient_is_made_only_to_book(intent, made):
    world = World(LookUpPatient=NOBODY)
    played = Played(settings(allow_new_patients=True), world).starts()
    played.means(Meaning(intent=Heard(intent)), name("MOREAU", "ALINE"), name("MOREAU", spelled=True))

    assert made is any(isinstance(effect, CreatePatient) for effect in world.asked)
    assert (played.call.match_mode is MatchMode.NEW) is made


def test_keys_of_a_date_of_birth_are_day_month_year():
    world = World(FindAppointments=AppointmentsFound(NOW, (MONDAY,)))
    played = Played(world=world, from_e164=None).starts().means(CANCEL, PHONE, NAME, YES).keys("12031950#")

    assert played.call.state is State.CANCEL_CONFIRM


@pytest.mark.parametrize("digits", ["31021950", "1203", "120319500", "1203195é"])
def test_keys_that_are_no_date_are_not_taken_for_one(digits):
    world = World(FindAppointments=AppointmentsFound(NOW, (MONDAY,)))
    played = Played(world=world, from_e164=None).starts().means(CANCEL, PHONE, NAME, YES).keys(digits)

    assert (State.VERIFY, 0, 1) == (played.call.state, played.call.verify_failures, played.call.counters.no_match)


def test_a_relative_is_asked_for_whom_and_gives_the_date_of_birth():
    world = World(FindAppointments=AppointmentsFound(NOW, (MONDAY,)))
    relative = Meaning(command=Command.WRONG_PERSON, yes_no=Heard(YesNo.NO))
    played = Played(world=world).starts().means(CANCEL, relative)
    assert "Appelez-vous pour Jean Dupont ?" in played.said
    played.means(YES)

    assert played.call.state is State.VERIFY
    assert "janvier" not in played.said
