"""Commitments, as the caller hears of them: begun once, told only when recorded."""

import pytest
from msgspec.structs import replace
from tests.dialogue.stage import FRIDAY, JEAN, MONDAY, NOW, OFFERS, SCRIPT, Played, World, settings

from pupitre.dialogue.actions import Continue, Hangup, Listen, Transfer
from pupitre.dialogue.call import State, TransferReason
from pupitre.dialogue.decide import decide
from pupitre.dialogue.effects import (
    Commit,
    FindAppointments,
    LeaveTask,
    NoteOutcome,
    ProposeSlots,
    ReminderOutcome,
    SetReminders,
    TaskKind,
)
from pupitre.dialogue.events import (
    AppointmentsFound,
    CommitmentEnded,
    CommitOutcome,
    Continued,
    HungUp,
    NoSlot,
    SlotsProposed,
    Spoke,
    StillWorking,
    TransferEnded,
    TransferStatus,
    WorldFailed,
)
from pupitre.dialogue.route import discreet, must_verify
from pupitre.dialogue.settings import VerifyPolicy
from pupitre.model import Intent
from pupitre.nlu.meaning import Heard, Meaning, Pick, ReminderChoice, YesNo
from pupitre.wish import Clause, Wish

BOOK = Meaning(intent=Heard(Intent.BOOK))
MOVE = Meaning(intent=Heard(Intent.RESCHEDULE))
CANCEL = Meaning(intent=Heard(Intent.CANCEL))
YES, NO = Meaning(yes_no=Heard(YesNo.YES)), Meaning(yes_no=Heard(YesNo.NO))
SOON = Meaning(when=Heard(Wish(asap=True)))
SECOND = Meaning(pick=Heard(Pick.SECOND))
NONE = Meaning(pick=Heard(Pick.NONE))
UPCOMING = AppointmentsFound(NOW, (MONDAY,))


def ended(outcome):
    return CommitmentEnded(NOW, outcome)


def commits(world):
    return [effect for effect in world.asked if isinstance(effect, Commit)]


def proposals(world):
    return [effect for effect in world.asked if isinstance(effect, ProposeSlots)]


def test_a_booking_names_patient_slot_and_number_of_the_commitment():
    world = World()
    Played(world=world).starts().means(BOOK, YES, SOON, SECOND)

    assert [Commit(Intent.BOOK, 1, JEAN.id, OFFERS[1], None, None)] == commits(world)


def test_a_move_names_the_appointment_and_asks_for_slots_as_if_it_were_gone():
    world = World(FindAppointments=UPCOMING)
    Played(world=world).starts().means(MOVE, YES, SOON, SECOND)

    assert [ProposeSlots(Wish(asap=True), (), MONDAY.id)] == proposals(world)
    assert [Commit(Intent.RESCHEDULE, 1, JEAN.id, OFFERS[1], MONDAY.id, None)] == commits(world)


def test_a_cancellation_has_a_reason():
    world = World(FindAppointments=UPCOMING)
    Played(world=world).starts().means(CANCEL, YES, YES)

    assert [Commit(Intent.CANCEL, 1, JEAN.id, None, MONDAY.id, "Annulé par téléphone")] == commits(world)


def test_booking_beside_an_upcoming_appointment_moves_nothing():
    world = World(FindAppointments=UPCOMING)
    Played(world=world).starts().means(BOOK, YES, SOON, SECOND)

    assert commits(world)[0].appointment_id is None
    assert proposals(world)[0].moving is None


@pytest.mark.parametrize("outcome", [CommitOutcome.SLOT_TAKEN, CommitOutcome.REFUSED])
def test_a_slot_that_is_gone_is_not_offered_again_and_the_next_try_is_another_commitment(outcome):
    outcomes = iter([ended(outcome), ended(CommitOutcome.RECORDED)])
    world = World(Commit=lambda _: next(outcomes))
    played = Played(world=world).starts().means(BOOK, YES, SOON, SECOND)

    assert (OFFERS[1],) == proposals(world)[1].refused
    assert "noté" not in played.said
    played.means(SECOND)
    assert [1, 2] == [commit.n for commit in commits(world)]
    assert played.call.state is State.REMINDER_OPTIN


def test_a_commitment_under_way_is_joined_by_continue_and_never_begun_twice():
    played = Played().starts().means(BOOK, YES, SOON)
    turn = decide(played.call, Spoke(NOW, "words", None, SECOND), SCRIPT)
    for _ in range(4):
        waiting = decide(turn.call, StillWorking(NOW), SCRIPT)
        assert isinstance(waiting.actions[-1], Continue)
        again = decide(waiting.call, Continued(NOW), SCRIPT)
        assert turn.effect == again.effect
        turn = again
    told = decide(turn.call, ended(CommitOutcome.RECORDED), SCRIPT)

    assert told.call.state is State.REMINDER_OPTIN
    assert told.call.commits == 1


def test_a_withdrawn_commitment_leaves_a_call_back_that_keeps_the_wished_slot():
    world = World(Commit=ended(CommitOutcome.WITHDRAWN))
    played = Played(world=world).starts().means(BOOK, YES, SOON, SECOND)

    assert "Rien n'a été changé." in played.said
    assert isinstance(played.last, Listen)
    played.means(YES)
    left = world.asked[-1]
    assert isinstance(left, LeaveTask)
    assert (OFFERS[1], JEAN.phone_e164) == (left.slot, left.phone)
    assert isinstance(played.last, Hangup)


def test_hanging_up_on_a_withdrawn_commitment_leaves_the_same_call_back():
    world = World(Commit=ended(CommitOutcome.WITHDRAWN))
    Played(world=world).starts().means(BOOK, YES, SOON, SECOND).then(HungUp(NOW))

    left = world.asked[-1]
    assert isinstance(left, LeaveTask)
    assert (TaskKind.CALL_BACK, OFFERS[1], JEAN.phone_e164) == (left.kind, left.slot, left.phone)


def test_whoever_declines_a_call_back_is_not_called_back():
    world = World(Commit=ended(CommitOutcome.WITHDRAWN))
    Played(world=world).starts().means(BOOK, YES, SOON, SECOND, NO).then(HungUp(NOW))

    assert not [asked for asked in world.asked if isinstance(asked, LeaveTask)]


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (CommitOutcome.CONFLICT, TransferReason.CONFLICT),
        (CommitOutcome.REFUSED, TransferReason.REFUSED),
        (CommitOutcome.SLOT_TAKEN, TransferReason.REFUSED),
    ],
)
def test_a_cancellation_that_does_not_come_about_is_handed_over(outcome, reason):
    world = World(FindAppointments=UPCOMING, Commit=ended(outcome))
    played = Played(world=world).starts().means(CANCEL, YES, YES)

    assert isinstance(played.last, Transfer)
    assert reason is played.call.transfer_reason
    assert "annulé." not in played.said


def test_a_commitment_nobody_knows_the_end_of_is_neither_promised_nor_denied():
    world = World(Commit=lambda effect: WorldFailed(NOW, effect, "down"))
    played = Played(world=world).starts().means(BOOK, YES, SOON, SECOND)

    assert "Je ne peux pas encore vous dire" in played.said
    assert "à vérifier" in played.last.brief


def test_hanging_up_while_it_is_under_way_withdraws_nothing():
    played = Played().starts().means(BOOK, YES, SOON)
    turn = decide(played.call, Spoke(NOW, "words", None, SECOND), SCRIPT)
    waiting = decide(turn.call, StillWorking(NOW), SCRIPT)
    over = decide(waiting.call, HungUp(NOW), SCRIPT)

    assert over.effect is None
    assert (Hangup(),) == over.actions


def test_offers_that_were_turned_down_are_told_to_the_planning():
    world = World()
    played = Played(world=world).starts().means(BOOK, YES, SOON, NONE)

    assert [(), OFFERS] == [asked.refused for asked in proposals(world)]
    assert played.call.state is State.COLLECT_CONSTRAINTS
    assert "pas d'autre créneau" in played.said


def test_a_new_wish_over_the_offers_is_asked_for_at_once():
    friday = Wish(any_of=(Clause(days=("FR",)),))
    world = World()
    Played(world=world).starts().means(BOOK, YES, SOON, Meaning(pick=Heard(Pick.NONE), when=Heard(friday)))

    assert [Wish(asap=True), friday] == [asked.wish for asked in proposals(world)]


def test_a_day_that_fits_one_offer_alone_picks_it():
    played = Played().starts().means(BOOK, YES, SOON, Meaning(when=Heard(Wish(any_of=(Clause(days=("TU",)),)))))

    assert played.call.appointment.slot == OFFERS[0]


@pytest.mark.parametrize("reason", [reason for reason in NoSlot if reason is not NoSlot.HELD])
def test_no_slot_at_all_says_why_and_hands_over(reason):
    world = World(ProposeSlots=SlotsProposed(NOW, reason=reason))
    played = Played(world=world).starts().means(BOOK, YES, SOON)

    assert isinstance(played.last, Transfer)
    assert ("plus de créneau libre" in played.said) == (reason is NoSlot.FULLY_BOOKED)


@pytest.mark.parametrize(
    ("meaning", "offsets"),
    [
        (YES, ("P1D", "PT1H")),
        (Meaning(reminder=ReminderChoice.ALL), ("P1D", "PT1H")),
        (Meaning(reminder=ReminderChoice.DAY_BEFORE), ("P1D",)),
        (Meaning(yes_no=Heard(YesNo.YES), reminder=ReminderChoice.HOUR_BEFORE), ("PT1H",)),
        (Meaning(intent=Heard(Intent.AGENT), reminder=ReminderChoice.DAY_BEFORE), ("P1D",)),
    ],
)
def test_the_reminders_agreed_to_are_set(meaning, offsets):
    world = World()
    played = Played(world=world).starts().means(BOOK, YES, SOON, SECOND, meaning)

    assert world.asked[-1] == SetReminders(999, offsets)
    assert "C'est noté." in played.said


def test_a_tenant_without_reminders_does_not_ask_about_them():
    played = Played(settings(reminder_offsets=())).starts().means(BOOK, YES, SOON, SECOND)

    assert "pris pour le jeudi 8 janvier à 15 heures" in played.said
    assert isinstance(played.last, Hangup)


@pytest.mark.parametrize("answer", [YES, Meaning(pick=Heard(Pick.UNCLEAR))])
def test_a_nod_over_three_offers_picks_none_and_is_no_failure(answer):
    """Callers say "oui, d'accord" while they listen."""
    played = Played().starts().means(BOOK, YES, SOON, answer)

    assert (State.SLOTS_READOUT, 0) == (played.call.state, played.call.counters.no_match)
    assert "Lequel" in played.said
    assert played.means(answer).call.counters.no_match == 1


@pytest.mark.parametrize("meaning", [NO, Meaning(reminder=ReminderChoice.NONE)])
def test_no_reminder_is_set_without_a_yes(meaning):
    world = World()
    Played(world=world).starts().means(BOOK, YES, SOON, SECOND, meaning)

    assert not any(isinstance(effect, SetReminders) for effect in world.asked)


def test_a_move_keeps_the_reminders_that_were_agreed_to():
    world = World(FindAppointments=AppointmentsFound(NOW, (MONDAY,), (MONDAY.id,)), Commit=recorded_move)
    played = Played(world=world).starts().means(MOVE, YES, SOON, SECOND)

    assert "Vos rappels suivent ce nouvel horaire." in played.said
    assert isinstance(played.last, Hangup)
    assert not any(isinstance(effect, SetReminders) for effect in world.asked)


def recorded_move(effect):
    return CommitmentEnded(NOW, CommitOutcome.RECORDED, replace(MONDAY, slot=effect.slot))


def test_appointments_are_asked_for_only_once_the_caller_has_confirmed_who_it_is():
    world = World()
    played = Played(world=world).starts().means(CANCEL)
    assert not any(isinstance(effect, FindAppointments) for effect in world.asked)
    played.means(YES)

    assert isinstance(world.asked[-1], FindAppointments)


@pytest.mark.parametrize(
    ("policy", "line", "third_party", "born", "intent", "asked"),
    [
        (VerifyPolicy.AUTO, True, False, True, Intent.CANCEL, False),
        (VerifyPolicy.AUTO, True, True, True, Intent.CANCEL, True),
        (VerifyPolicy.AUTO, True, True, False, Intent.CANCEL, False),
        (VerifyPolicy.AUTO, False, False, True, Intent.CANCEL, True),
        (VerifyPolicy.AUTO, False, False, False, Intent.CANCEL, True),
        (VerifyPolicy.AUTO, False, False, True, Intent.BOOK, True),
        (VerifyPolicy.AUTO, False, False, False, Intent.BOOK, False),
        (VerifyPolicy.NONE, False, True, True, Intent.CANCEL, False),
        (VerifyPolicy.BIRTH_DATE, True, False, True, Intent.RESCHEDULE, True),
        (VerifyPolicy.BIRTH_DATE, True, False, True, Intent.BOOK, True),
    ],
)
def test_who_must_give_a_second_factor_before_an_appointment_is_told(policy, line, third_party, born, intent, asked):
    call = replace(
        Played().call,
        patient=JEAN if born else replace(JEAN, birth_date=None),
        appointments=(MONDAY,),
        line_matched=line,
        third_party=third_party,
        intent=intent,
    )

    assert asked is must_verify(call, settings(verify=policy))


def test_a_stranger_who_books_does_not_hear_of_appointments_that_cannot_be_verified():
    call = replace(Played().call, patient=replace(JEAN, birth_date=None), appointments=(MONDAY, FRIDAY))

    assert discreet(call, SCRIPT)


def test_a_reminder_call_that_ends_otherwise_is_noted_as_unclear():
    world = World()
    Played(world=world, direction="outbound", reminder_id="r1").starts().means(YES).then(HungUp(NOW))

    assert [NoteOutcome] == [type(effect) for effect in world.asked if isinstance(effect, NoteOutcome)]


def test_a_reminder_call_that_became_an_emergency_is_noted_when_somebody_takes_it():
    world = World()
    played = Played(world=world, direction="outbound", reminder_id="r1").starts().means(Meaning(emergency=True))
    played.then(TransferEnded(NOW, TransferStatus.ANSWERED))

    assert NoteOutcome("r1", ReminderOutcome.UNCLEAR) == world.asked[-1]
    assert (Hangup(),) == tuple(played.actions)
