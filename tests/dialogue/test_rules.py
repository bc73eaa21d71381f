"""Rules that hold in every state: emergency, a person, repeat, the ladders, limits, odd orders."""

from datetime import timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace
from tests.dialogue.stage import JEAN, MONDAY, NOW, SCRIPT, Played, World, settings
from tests.dialogue.standing import BOOK, EMERGENCY, MOVE, NO, SOON, WAYS, YES, standing_in

from pupitre.dialogue.actions import Continue, Hangup, Listen, Say, Transfer
from pupitre.dialogue.call import State, TransferReason
from pupitre.dialogue.decide import decide, rescue
from pupitre.dialogue.effects import LeaveTask, LookUpPatient, TaskKind
from pupitre.dialogue.events import (
    AppointmentsFound,
    CallStarted,
    Continued,
    HungUp,
    Keyed,
    MachineDetected,
    Silent,
    Spoke,
    StillWorking,
    Strange,
    TransferEnded,
    TransferStatus,
    WorldFailed,
)
from pupitre.dialogue.saying import values_of
from pupitre.nlu.meaning import Command, Meaning


def said(command):
    return Meaning(command=command)


ASKING = list(WAYS)
in_every_state = pytest.mark.parametrize("state", ASKING)


@in_every_state
def test_the_stage_reaches_the_state(state):
    played = standing_in(state)

    assert state is played.call.state
    assert isinstance(played.last, Listen)


@in_every_state
@pytest.mark.parametrize("confidence", [None, 0.01])
def test_an_emergency_goes_before_everything(state, confidence):
    played = standing_in(state).means(EMERGENCY, confidence=confidence)

    say, transfer = played.actions
    assert isinstance(say, Say)
    assert (transfer.priority, transfer.target) == ("emergency", "EMERGENCY_QUEUE")
    assert played.call.transfer_reason is TransferReason.EMERGENCY
    assert played.call.counters.low_confidence == standing_in(state).call.counters.low_confidence


@in_every_state
@pytest.mark.parametrize("confidence", [None, 0.01])
def test_a_person_may_be_asked_for_anywhere_at_any_confidence(state, confidence):
    played = standing_in(state).means(said(Command.AGENT), confidence=confidence)

    assert isinstance(played.last, Transfer)
    assert (played.last.target, played.last.priority) == ("AGENT_QUEUE", None)


@in_every_state
def test_the_key_0_is_a_person(state):
    assert isinstance(standing_in(state).keys("0").last, Transfer)


@in_every_state
@pytest.mark.parametrize("how", ["said", "keyed"])
def test_repeat_says_it_again_then_slower_and_shorter(state, how):
    played = standing_in(state)
    asked = played.call.asked

    def repeat():
        return played.keys("*") if how == "keyed" else played.means(said(Command.REPEAT), confidence=0.1)

    first = repeat().actions
    assert played.call.asked == asked
    assert first[-2].text == question(played, "ask")
    assert first[-2].rate is None
    second = repeat().actions
    assert (second[-2].text, second[-2].rate) == (question(played, "short"), "slow")
    assert played.call.counters.retries_total == standing_in(state).call.counters.retries_total


def question(played, variant):
    return SCRIPT.text(f"{played.call.asked}.{variant}", values_of(played.call, NOW, SCRIPT))


@in_every_state
def test_silence_asks_more_directly_then_gives_up(state):
    played = standing_in(state).then(Silent(NOW))

    assert state is played.call.state
    assert played.actions[0].text == question(played, "silence")
    played.then(Silent(NOW))
    if state is State.TRANSFER_AGENT:
        assert played.call.state is State.END_CONFIRMATION
        assert isinstance(played.world.asked[-1], LeaveTask)
    else:
        assert isinstance(played.last, Transfer)
        assert played.call.transfer_reason is TransferReason.SILENCE


@in_every_state
def test_words_without_meaning_get_help_then_a_person(state):
    played = standing_in(state).means(Meaning())

    assert state is played.call.state
    assert played.actions[0].text == question(played, "help")
    played.means(Meaning())
    assert state is State.TRANSFER_AGENT or played.call.transfer_reason is TransferReason.NO_MATCH


@in_every_state
def test_doubt_without_meaning_is_a_no_match(state):
    played = standing_in(state).means(Meaning(), confidence=0.2)

    assert (state, 1) == (played.call.state, played.call.counters.no_match)


@pytest.mark.parametrize("state", [state for state in ASKING if state is not State.LOWCONFIRM])
def test_doubt_is_asked_about_and_the_second_time_in_a_row_a_person_takes_over(state):
    played = standing_in(state).means(YES, confidence=0.5)

    assert played.call.state is State.LOWCONFIRM
    assert played.said == "J'ai compris : oui. C'est bien cela ?"
    played.means(NO)
    assert state is played.call.state
    played.means(YES, confidence=0.74)
    assert State.LOWCONFIRM is not played.call.state
    assert played.call.transfer_reason is TransferReason.LOW_CONFIDENCE or state is State.TRANSFER_AGENT


@pytest.mark.parametrize(("confidence", "doubted"), [(0.749, True), (0.75, False), (None, False), (0.0, True)])
def test_the_threshold_itself_is_sufficient_and_unknown_is_sufficient(confidence, doubted):
    played = Played().starts().means(BOOK, confidence=confidence)

    assert doubted == (played.call.state is State.LOWCONFIRM)


def test_an_answer_about_a_doubt_is_never_itself_doubted():
    played = Played().starts().means(BOOK, confidence=0.5).means(YES, confidence=0.1)

    assert played.call.state is State.CONFIRM_IDENTITY
    assert played.call.counters.low_confidence == 0


def test_counters_are_consecutive_and_retries_are_not():
    played = Played().starts().then(Silent(NOW)).means(BOOK).then(Silent(NOW)).means(YES).then(Silent(NOW))

    assert played.call.state is State.COLLECT_CONSTRAINTS
    assert (played.call.counters.no_speech, played.call.counters.retries_total) == (1, 3)


def test_the_tenant_sets_how_often():
    patient = settings(max_no_speech=3)
    played = Played(patient).starts().then(Silent(NOW), Silent(NOW))

    assert played.call.state is State.WELCOME_INTENT
    assert Played(patient).starts().then(*[Silent(NOW)] * 3).call.state is State.TRANSFER_AGENT


@pytest.mark.parametrize("command", [Command.WAIT, Command.HELP, Command.SLOWER])
def test_not_answering_yet_is_no_failure(command):
    played = Played().starts().means(said(command), said(command), said(command))

    assert played.call.state is State.WELCOME_INTENT
    assert played.call.counters.retries_total == 0


def test_slower_stays_slower():
    played = Played().starts().means(said(Command.SLOWER)).means(BOOK)

    assert all(action.rate == "slow" for action in played.actions if isinstance(action, Say))


def test_waiting_listens_longer_without_asking_again():
    played = Played().starts().means(said(Command.WAIT))

    assert played.actions[-1].timeout_ms == SCRIPT.settings.listen_timeout_ms_long
    assert "?" not in played.said


def test_a_command_beside_an_answer_does_not_hide_it():
    """ "Pardon, mardi", "non merci, au revoir": what was asked is answered."""
    repeated = standing_in(State.COLLECT_CONSTRAINTS).means(replace(SOON, command=Command.REPEAT))
    goodbye = standing_in(State.REMINDER_OPTIN).means(replace(NO, command=Command.GOODBYE))

    assert repeated.call.state is State.SLOTS_READOUT
    assert "C'est noté" in goodbye.said


@pytest.mark.parametrize("command", [Command.GOODBYE, Command.WRONG_NUMBER])
@pytest.mark.parametrize("state", [state for state in ASKING if state is not State.REMINDER_CALL])
def test_goodbye_ends_the_call_anywhere(command, state):
    played = standing_in(state).means(said(command))

    assert isinstance(played.last, Hangup)
    assert ("C'est noté" in played.said) == (state is State.REMINDER_OPTIN)


def test_thirty_turns_are_enough():
    played = Played().starts()
    for _ in range(28):
        played.means(said(Command.WAIT))
        assert played.call.state is State.WELCOME_INTENT
    played.means(BOOK)

    assert played.call.transfer_reason is TransferReason.TOO_LONG


def test_continue_is_not_a_turn():
    played = Played().starts().then(*[Continued(NOW)] * 50)

    assert (played.call.state, played.call.counters.turns) == (State.WELCOME_INTENT, 1)


def test_ten_minutes_are_enough():
    played = Played().starts()
    played.then(Spoke(NOW + timedelta(minutes=9, seconds=59), "words", None, said(Command.WAIT)))
    assert played.call.state is State.WELCOME_INTENT
    played.then(Spoke(NOW + timedelta(minutes=10), "words", None, BOOK))

    assert played.call.transfer_reason is TransferReason.TOO_LONG


@in_every_state
def test_hanging_up_is_answered_with_hanging_up(state):
    played = standing_in(state).then(HungUp(NOW))

    assert [Hangup()] == played.actions
    assert [Hangup()] == played.means(BOOK).actions
    assert [Hangup()] == played.means(EMERGENCY).actions
    assert [Hangup()] == played.then(CallStarted(NOW)).actions


@in_every_state
@pytest.mark.parametrize(
    "event", [CallStarted(NOW), Continued(NOW), TransferEnded(NOW, TransferStatus.BUSY), StillWorking(NOW)], ids=repr
)
def test_an_event_out_of_place_changes_nothing_and_asks_again(state, event):
    before = standing_in(state)
    asked, counters = before.call.asked, before.call.counters
    played = before.then(event)

    assert (state, asked) == (played.call.state, played.call.asked)
    assert isinstance(played.last, Listen)
    assert replace(counters, turns=0) == replace(played.call.counters, turns=0)


@in_every_state
def test_an_unknown_event_hands_over(state):
    played = standing_in(state).then(Strange(NOW, "hold_music"))

    assert isinstance(played.last, Transfer)
    assert played.call.telemetry.last_event == "hold_music"


@in_every_state
def test_a_fault_hands_over(state):
    turn = rescue(standing_in(state).call, NOW, SCRIPT)

    assert turn.call.state is State.TRANSFER_AGENT
    assert turn.effect or isinstance(turn.actions[-1], Transfer)


def test_a_fault_before_the_first_question_hands_over():
    turn = rescue(Played().call, NOW, SCRIPT)

    assert [Say, Say, Transfer] == [type(action) for action in turn.actions]


def test_a_machine_is_no_matter_once_a_person_has_spoken():
    played = standing_in(State.REMINDER_CALL).means(YES).then(MachineDetected(NOW))

    assert played.call.state is State.REMINDER_CALL
    assert isinstance(played.last, Listen)


def test_an_emergency_is_tried_again_and_told_to_a_person_once():
    played = Played().starts().means(EMERGENCY)
    for _ in range(5):
        played.then(TransferEnded(NOW, TransferStatus.NO_ANSWER))
        assert "15" in played.said
        assert "112" in played.said
        assert played.last.priority == "emergency"

    tasks = [effect for effect in played.world.asked if isinstance(effect, LeaveTask)]
    assert [TaskKind.EMERGENCY_UNANSWERED] == [task.kind for task in tasks]
    assert [Hangup()] == played.then(TransferEnded(NOW, TransferStatus.ANSWERED)).actions


def test_an_emergency_does_not_wait_for_the_task():
    played = Played().starts().means(EMERGENCY)
    turn = decide(played.call, TransferEnded(NOW, TransferStatus.FAILED), SCRIPT)
    assert isinstance(turn.effect, LeaveTask)
    for answer in (StillWorking(NOW), WorldFailed(NOW, turn.effect, "down")):
        assert decide(turn.call, answer, SCRIPT).actions[-1].priority == "emergency"


def test_fillers_are_never_the_same_twice_running_and_come_to_an_end():
    turn = decide(Played().starts().call, Spoke(NOW, "words", None, BOOK), SCRIPT)
    said_, asked = [], set()
    while True:
        asked.add(turn.effect)
        turn = decide(turn.call, StillWorking(NOW), SCRIPT)
        if not isinstance(turn.actions[-1], Continue):
            break
        said_.append(turn.actions[0].text)
        turn = decide(turn.call, Continued(NOW), SCRIPT)

    assert asked == {LookUpPatient(phone=JEAN.phone_e164)}
    assert all(one != another for one, another in pairwise(said_))
    assert len(said_) == SCRIPT.settings.max_fillers
    assert turn.call.transfer_reason is TransferReason.BACKEND_DOWN


@pytest.mark.parametrize(
    "event", [Silent(NOW), Keyed(NOW, "1"), Spoke(NOW, "allô", None, YES), CallStarted(NOW)], ids=repr
)
def test_what_the_caller_does_while_the_world_works_joins_what_is_under_way(event):
    turn = decide(Played().starts().call, Spoke(NOW, "words", None, BOOK), SCRIPT)
    waiting = decide(turn.call, StillWorking(NOW), SCRIPT).call
    joined = decide(waiting, event, SCRIPT)

    assert turn.effect == joined.effect
    assert joined.call.counters.retries_total == 0


def test_the_brief_says_who_what_how_far_and_why():
    world = World(FindAppointments=AppointmentsFound(NOW, (MONDAY,)))
    played = Played(world=world).starts().means(MOVE, YES).hears(Spoke(NOW, "jeudi après-midi"))
    played.keys("0")

    assert played.last.brief == (
        "Jean Dupont souhaite déplacer son rendez-vous du lundi 5 janvier à 9 heures, "
        "de préférence : « jeudi après-midi ». Motif : demande à parler à quelqu'un."
    )
    assert played.last.caller_id == JEAN.phone_e164


@pytest.mark.parametrize("reason", TransferReason)
def test_every_reason_is_told_in_the_brief(reason):
    assert SCRIPT.text(f"brief.why.{reason.value}", {})


def test_a_key_that_was_named_may_be_said():
    played = Played().starts().then(Silent(NOW)).says("un")

    assert played.call.state is State.CONFIRM_IDENTITY


@pytest.mark.parametrize("text", ["bonjour", "allô", "vous m'entendez ?"])
def test_a_greeting_is_no_failed_attempt(text):
    played = Played().starts().says(text, text, text)

    assert played.call.counters.no_match == 0
    assert isinstance(played.last, Listen)


def test_the_brief_of_an_emergency_says_what_was_heard_and_from_which_line():
    played = Played().starts().says("au secours je suis tombée")

    assert isinstance(played.last, Transfer)
    assert "« au secours je suis tombée »" in played.last.brief
    assert JEAN.phone_e164 in played.last.brief


def test_the_brief_of_an_emergency_names_whose_line_it_is_when_that_is_at_hand():
    started = Played().starts().call
    words = Spoke(NOW, "au secours", meaning=Meaning(emergency=True), line_of=("Jean Dupont", "Marie Dupont"))
    transfer = decide(started, words, SCRIPT).actions[-1]

    assert isinstance(transfer, Transfer)
    assert transfer.brief == (
        f"Une personne qui appelle du {JEAN.phone_e164}, numéro connu (Jean Dupont ou Marie Dupont), appelle à l'aide"
        " ; entendu : « au secours ». Motif : urgence."
    )


def test_the_brief_of_an_emergency_says_its_words_whatever_was_wanted_before():
    brief = Played().starts().says("je voudrais un rendez-vous", "je suis tombée").last.brief

    assert (
        brief == "Une personne qui serait Jean Dupont appelle à l'aide ; entendu : « je suis tombée ». Motif : urgence."
    )
