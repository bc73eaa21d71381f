"""Where the words may want two things, the caller is asked which, once, and nothing that was said with it is lost."""

import pytest
from msgspec.structs import replace
from tests.dialogue.stage import NOW, Played, settings
from tests.dialogue.standing import NO, SOON, YES, standing_in

from pupitre.dialogue.call import State, TransferReason
from pupitre.dialogue.events import Keyed
from pupitre.model import Intent
from pupitre.nlu.meaning import Attendance, Heard, Meaning, SpokenName, Whom
from pupitre.wish import Clause, Wish

EITHER = Meaning(intent=Heard(Intent.CANCEL, 0.5, (Intent.RESCHEDULE, Intent.BOOK)))
TUESDAY, FRIDAY = (Heard(Wish(any_of=(Clause(days=(day,)),))) for day in ("TU", "FR"))
WITH_MORE = replace(EITHER, when=TUESDAY, name=Heard(SpokenName("DUPONT", "JEAN")), whom=Whom(SpokenName("MOREL")))


def asked():
    return Played().starts().means(WITH_MORE)


def kept(call):
    return (call.wish, call.heard_name, call.whom)


def test_the_likelier_intent_is_asked_about():
    played = asked()

    assert (State.LOWCONFIRM, Intent.UNKNOWN) == (played.call.state, played.call.intent)
    assert played.said == "Vous souhaitez annuler un rendez-vous, c'est bien cela ?"


def test_a_yes_takes_it_with_all_that_was_said():
    call = asked().means(YES, confidence=0.1).call

    assert (State.CONFIRM_IDENTITY, Intent.CANCEL, 1.0) == (call.state, call.intent, call.intent_confidence)
    assert kept(call) == (TUESDAY.value, SpokenName("DUPONT", "JEAN"), Whom(SpokenName("MOREL")))
    assert call.counters.low_confidence == 0


def test_a_no_asks_about_the_other_and_a_second_no_what_is_wanted():
    played = asked().means(NO)
    assert played.said == "D'accord. Vous souhaitez plutôt déplacer un rendez-vous ?"
    moved = replace_call(played).means(YES).call
    assert (Intent.RESCHEDULE, TUESDAY.value) == (moved.intent, moved.wish)

    played.means(NO)
    assert (State.WELCOME_INTENT, Intent.UNKNOWN) == (played.call.state, played.call.intent)
    assert "D'accord, reprenons." in played.said
    call = played.means(Meaning(intent=Heard(Intent.BOOK))).call
    assert (Intent.BOOK, *kept(call)) == (
        *(Intent.BOOK, TUESDAY.value, SpokenName("DUPONT", "JEAN")),
        Whom(SpokenName("MOREL")),
    )


def replace_call(played):
    """The same call, to be played on in another way."""
    other = Played(played.script, played.world)
    other.call = played.call
    return other


@pytest.mark.parametrize("answer", [YES, NO, Meaning()], ids=["yes", "no", "neither"])
def test_another_intent_said_at_once_is_taken_and_not_doubted(answer):
    said = replace(answer, intent=Heard(Intent.BOOK, 0.3, (Intent.CANCEL,)))
    call = asked().means(said).call

    assert (State.CONFIRM_IDENTITY, Intent.BOOK, TUESDAY.value) == (call.state, call.intent, call.wish)


@pytest.mark.parametrize("answer", [YES, replace(YES, intent=Heard(Intent.CANCEL))])
def test_another_day_said_with_the_yes_replaces_the_first(answer):
    played = asked().means(replace(answer, when=FRIDAY))

    assert (Intent.CANCEL, FRIDAY.value) == (played.call.intent, played.call.wish)


def test_a_day_alone_is_kept_and_the_question_stands():
    played = asked().means(Meaning(when=FRIDAY))

    assert (State.LOWCONFIRM, 1) == (played.call.state, played.call.counters.no_match)
    assert played.means(YES).call.wish == FRIDAY.value


def test_twice_in_a_row_a_person_hears_that_it_was_not_understood():
    played = asked().means(NO, NO, EITHER)

    assert (State.TRANSFER_AGENT, TransferReason.NO_MATCH) == (played.call.state, played.call.transfer_reason)


def test_the_counter_starts_again_when_the_caller_gets_on():
    assert asked().means(YES, YES).call.counters.low_confidence == 0


@pytest.mark.parametrize(
    "clear",
    [
        replace(EITHER, intent=Heard(Intent.CANCEL, 0.6, (Intent.RESCHEDULE,))),
        replace(EITHER, intent=Heard(Intent.CANCEL, 0.4)),
    ],
    ids=["sure enough", "nothing else is meant"],
)
def test_what_is_clear_is_not_asked_about(clear):
    assert Played().starts().means(clear).call.state is State.CONFIRM_IDENTITY


def test_a_person_is_fetched_without_a_question():
    played = Played().starts().means(Meaning(intent=Heard(Intent.AGENT, 0.35, (Intent.CANCEL,))))

    assert played.call.transfer_reason is TransferReason.ASKED


def test_a_key_is_never_ambiguous():
    played = Played().starts().then(Keyed(NOW, "3", EITHER))

    assert (State.CONFIRM_IDENTITY, Intent.CANCEL) == (played.call.state, played.call.intent)


def test_only_where_it_was_asked_what_is_wanted():
    """Elsewhere another intent is said beside an answer, and the grammar alone hears it."""
    played = standing_in(State.COLLECT_CONSTRAINTS).means(replace(EITHER, when=SOON.when))

    assert played.call.state is not State.LOWCONFIRM


def test_moving_or_cancelling_is_asked_about_in_a_reminder_call_too():
    played = standing_in(State.REMINDER_CALL).means(YES, NO)
    assert played.call.asked == "reminder_call.move_or_cancel"

    assert played.means(EITHER).call.state is State.LOWCONFIRM
    assert played.means(YES).call.state is State.CANCEL_CONFIRM


def test_grave_news_is_not_kept_waiting():
    played = standing_in(State.REMINDER_CALL).means(YES, NO, replace(EITHER, attendance=Attendance.DECEASED))

    assert played.call.state is State.END_CONFIRMATION


def test_the_tenant_sets_from_what_confidence():
    never = Played(settings(intent_confidence_threshold=0.0)).starts().means(EITHER)
    always = Played(settings(intent_confidence_threshold=1.0)).starts()

    assert never.call.state is State.CONFIRM_IDENTITY
    assert (
        always.means(replace(EITHER, intent=Heard(Intent.BOOK, 0.99, (Intent.CANCEL,)))).call.state is State.LOWCONFIRM
    )


def test_a_bad_line_and_ambiguous_words_are_one_question():
    played = Played().starts().means(EITHER, confidence=0.5)
    assert played.said == "J'ai compris : annuler un rendez-vous. C'est bien cela ?"

    assert played.means(YES).call.state is State.CONFIRM_IDENTITY
