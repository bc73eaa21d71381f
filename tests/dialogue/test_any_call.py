"""Properties of every call: whatever the caller does and the world answers, in whatever order."""

from contextlib import suppress
from datetime import date, timedelta
from functools import cache

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.dialogue.stage import FRIDAY, JEAN, MARIE, MONDAY, NOW, OFFERS, slot
from tests.dialogue.stage import settings as tenant
from tests.scenarios.core import CoreDriver
from tests.scenarios.play import every, play

from pupitre.dialogue.actions import Continue, Hangup, Listen, Say, Transfer
from pupitre.dialogue.call import Call, State, new_call
from pupitre.dialogue.context import context_of
from pupitre.dialogue.decide import ANSWERS as WANTED
from pupitre.dialogue.decide import decide, hear, rescue
from pupitre.dialogue.effects import Commit
from pupitre.dialogue.events import (
    AgentsFound,
    AppointmentsFound,
    CallStarted,
    CommitmentEnded,
    CommitOutcome,
    Continued,
    Done,
    HungUp,
    Keyed,
    MachineDetected,
    NoSlot,
    PatientsFound,
    ReminderFound,
    RemindersSet,
    Silent,
    SlotsProposed,
    Spoke,
    StillWorking,
    Strange,
    TransferEnded,
    TransferStatus,
    WorldFailed,
)
from pupitre.dialogue.hear import listened_for
from pupitre.dialogue.settings import AfterTransfer, OpenHours, VerifyPolicy
from pupitre.model import Agent, Intent
from pupitre.nlu.meaning import (
    Attendance,
    Called,
    Command,
    Heard,
    Hears,
    Meaning,
    Pick,
    ReminderChoice,
    SpokenName,
    Whom,
    YesNo,
)
from pupitre.wish import Clause, Wish

ENDINGS = (Listen, Transfer, Hangup, Continue)
LUC = replace(JEAN, id=125, name="Luc Dupont", birth_date=None)
NAMESAKE = replace(JEAN, id=126, birth_date=date(1970, 1, 1))


def often(strategy):
    return st.none() | strategy


def heard(values):
    return st.builds(Heard, values)


wishes = st.sampled_from([Wish(asap=True), Wish(any_of=(Clause(days=("TU",)),)), Wish(conflict=True), Wish()])
names = st.sampled_from([SpokenName("DUPONT", "JEAN"), SpokenName("DUPONT"), SpokenName("X", spelled=True)])
WHOM = [Whom(SpokenName("MOREL")), Whom(SpokenName("X"), sure=False), Whom(same=True), Whom(other=True), Whom()]
intents = st.sampled_from([Intent.BOOK, Intent.RESCHEDULE, Intent.CANCEL] * 3 + [Intent.AGENT])
meanings = st.builds(
    Meaning,
    emergency=st.sampled_from([False] * 60 + [True]),
    command=st.sampled_from([None] * 30 + list(Command)),
    intent=often(heard(intents) | st.builds(Heard, intents, st.floats(0, 1), st.lists(intents, max_size=2).map(tuple))),
    yes_no=often(heard(st.sampled_from(YesNo))),
    pick=often(heard(st.sampled_from(Pick))),
    when=often(heard(wishes)),
    phone=often(st.just("+33639980001")),
    name=often(heard(names)),
    birth_date=often(st.sampled_from([JEAN.birth_date, date(1999, 1, 1)])),
    reminder=often(st.sampled_from(ReminderChoice)),
    attendance=often(st.sampled_from(Attendance)),
    called=often(st.sampled_from(Called)),
    whom=often(st.sampled_from(WHOM)),
)
keys = st.sampled_from(["1", "2", "3", "1", "2", "0", "*", "#", "", "0639980001#", "12031950", "9", "éé"])
ODD = [Silent(NOW)] * 4 + [Continued(NOW), CallStarted(NOW), MachineDetected(NOW), Strange(NOW, "hold"), HungUp(NOW)]
anything = (
    st.builds(lambda meaning, sure: Spoke(NOW, "words", sure, meaning), meanings, often(st.floats(0, 1)))
    | st.builds(lambda digits: Keyed(NOW, digits), keys)
    | st.sampled_from(ODD)
    | st.builds(lambda status: TransferEnded(NOW, status), st.sampled_from(TransferStatus))
)
TO_THE_POINT = {
    Hears.INTENT: [
        *(Meaning(intent=Heard(intent)) for intent in (Intent.BOOK, Intent.RESCHEDULE, Intent.CANCEL)),
        Meaning(intent=Heard(Intent.CANCEL, 0.5, (Intent.RESCHEDULE,))),
    ],
    Hears.YES_NO: [Meaning(yes_no=Heard(answer)) for answer in (YesNo.YES, YesNo.YES, YesNo.NO)],
    Hears.PICK: [Meaning(pick=Heard(pick)) for pick in (Pick.FIRST, Pick.SECOND, Pick.NONE)],
    Hears.WHEN: [Meaning(when=Heard(Wish(any_of=(Clause(days=("TH",)),))))],
    Hears.PHONE: [Meaning(phone="+33639980001")],
    Hears.NAME: [Meaning(name=Heard(SpokenName("DUPONT", "JEAN")))],
    Hears.BIRTH_DATE: [Meaning(birth_date=JEAN.birth_date), Meaning(birth_date=date(1999, 1, 1))],
    Hears.REMINDER: [Meaning(reminder=ReminderChoice.DAY_BEFORE)],
    Hears.WHOM: [Meaning(whom=one) for one in WHOM[:2]],
    Hears.ATTENDANCE: [Meaning(attendance=one) for one in Attendance],
    Hears.CALLED: [Meaning(called=one) for one in Called] + [Meaning(command=Command.LATER, delay=60)],
}


def caller(call):
    """Mostly an answer to the question that is open, sometimes anything at all."""
    if call.transferring:
        return st.builds(lambda status: TransferEnded(NOW, status), st.sampled_from(TransferStatus)) | anything
    if call.pending:
        return st.just(Continued(NOW)) | anything
    hears = [hears for ask in listened_for(call) for hears in ask.hears]
    fitting = [meaning for one in hears for meaning in TO_THE_POINT[one]]
    back = [Meaning(command=Command.BACK)]
    sure = st.sampled_from([None, 0.9, 0.9, 0.9, 0.5])
    said = st.builds(
        lambda meaning, sure: Spoke(NOW, "words", sure, meaning), st.sampled_from(fitting * 3 + back), sure
    )
    return st.one_of(*[said] * 8, anything) if fitting else anything


patients = st.lists(st.sampled_from([JEAN, MARIE, LUC, NAMESAKE]), max_size=4, unique=True).map(tuple)
known = st.sampled_from([(JEAN,), (JEAN,), (JEAN, MARIE), (JEAN, MARIE, LUC)])
offers = st.lists(st.sampled_from([*OFFERS, slot(9, 9)]), max_size=3, unique=True).map(tuple)
appointments = st.sampled_from([(), (MONDAY,), (MONDAY, FRIDAY), (MONDAY, FRIDAY) * 2])
ANSWERS = {
    PatientsFound: st.builds(lambda found, sure: PatientsFound(NOW, found, sure), known | patients, st.floats(0, 1)),
    AppointmentsFound: st.builds(
        lambda found, agreed: AppointmentsFound(NOW, found, agreed), appointments, st.sampled_from([(), (MONDAY.id,)])
    ),
    ReminderFound: st.builds(lambda who: ReminderFound(NOW, MONDAY, who), st.sampled_from([JEAN, JEAN, LUC, None])),
    AgentsFound: st.sampled_from([AgentsFound(NOW, (Agent(1, "Anne Morel"),), 1), AgentsFound(NOW, ())]),
    SlotsProposed: st.builds(
        lambda slots, near, why: SlotsProposed(NOW, slots, near, None if slots else why),
        st.just(OFFERS) | offers,
        st.booleans(),
        st.sampled_from(NoSlot),
    ),
    CommitmentEnded: st.builds(
        lambda how: CommitmentEnded(NOW, how, MONDAY), st.sampled_from([CommitOutcome.RECORDED, *CommitOutcome])
    ),
    RemindersSet: st.sampled_from([RemindersSet(NOW, ("P1D", "PT1H")), RemindersSet(NOW, ())]),
    Done: st.just(Done(NOW)),
}
answers = st.one_of(*ANSWERS.values())
scripts = st.builds(
    lambda verify, after, new, born, hours: tenant(
        verify=verify, after_transfer=after, allow_new_patients=new, ask_birth_date=born, queue_hours=hours
    ),
    st.sampled_from(VerifyPolicy),
    st.sampled_from(AfterTransfer),
    st.booleans(),
    st.booleans(),
    st.sampled_from([(), (OpenHours(("SU",), NOW.time(), NOW.replace(hour=23).time()),)]),
)
calls = st.builds(
    lambda script, number, reminder: (
        script,
        new_call(
            script.settings,
            tenant_id="demo",
            call_id="c1",
            at=NOW,
            direction="outbound" if reminder else "inbound",
            reminder_id=reminder,
            from_e164=number,
        ),
    ),
    scripts,
    often(st.just("+33639980001")),
    st.sampled_from([None, None, "r1"]),
)


class Remembering(CoreDriver):
    """Keeps every call as it stood between two turns of a scenario."""

    def __init__(self):
        super().__init__()
        self.stood = []

    def post(self, event):
        reply = super().post(event)
        self.stood.append((self.script, self.calls[event["call_id"]]))
        return reply


def standing():
    """Calls as they stand at every point of every scenario: a walk from there is deep from its first step."""
    stood = {}
    for scenario in every():
        driver = Remembering()
        with suppress(AssertionError):  # a scenario that is not as written has its own failing test
            play(scenario, driver)
        for script, call in driver.stood:
            stood[call.state, call.asked, call.intent, call.emergency, type(call.pending)] = (script, call)
    return list(stood.values())


class Walk:
    """Plays events on a call and checks each reply."""

    def __init__(self, script, call, data):
        self.script, self.call, self.data = script, call, data
        self.begun, self.recorded = {}, call.noted

    def take(self, event):
        before = self.call
        actions, steps = [], 0
        turn = decide(self.call, event, self.script)
        while True:
            actions += turn.actions
            self.check_step(turn)
            if turn.effect is None:
                break
            steps += 1
            assert steps < 30, "a turn comes to its end"
            turn = decide(turn.call, self.answer(turn.effect, steps), self.script)
        self.call = turn.call
        self.check_reply(before, event, actions)

    def answer(self, effect, steps):
        fitting = ANSWERS[WANTED[type(effect)]]
        trouble = st.sampled_from([StillWorking(NOW), WorldFailed(NOW, effect, "down")]) | answers
        patient = steps < 10  # a world that never answers what it is asked is ended by the desk, not by the call
        drawn = self.data.draw(st.one_of(*[fitting] * 6, trouble) if patient else fitting)
        if isinstance(effect, Commit):
            assert self.begun.setdefault((effect.intent, effect.n), effect) == effect, "joined, never begun twice"
            self.recorded |= isinstance(drawn, CommitmentEnded) and drawn.outcome is CommitOutcome.RECORDED
        return drawn

    def check_step(self, turn):
        assert turn.call.pending == turn.effect or isinstance(turn.actions[-1], Continue)
        assert turn.call == msgspec.json.decode(msgspec.json.encode(turn.call), type=Call)

    def check_reply(self, before, event, actions):
        assert isinstance(actions[-1], ENDINGS)
        assert not any(isinstance(action, ENDINGS) for action in actions[:-1])
        said = [action.text for action in actions if isinstance(action, Say)]
        assert all(text.strip() and "{{" not in text for text in said)
        assert not any("noté" in text for text in said) or self.recorded, "nothing is said that is not so"
        assert self.call.ended == isinstance(actions[-1], Hangup)
        if before.ended or isinstance(event, HungUp):
            assert [Hangup()] == actions
        elif isinstance(event, Spoke) and event.meaning.emergency:
            assert isinstance(actions[-1], Transfer)
            assert actions[-1].priority == "emergency"
        elif before.emergency and isinstance(actions[-1], Hangup):
            assert isinstance(event, TransferEnded), "an emergency is never hung up on"
        self.check_context()

    def check_context(self):
        context = context_of(self.call, self.script)
        assert len(context) == 17 - ("intent_confidence" not in context)
        assert b"null" not in msgspec.json.encode(context)


@cache
def starts():
    """Where a walk may begin. Built whole before anything is drawn from it: what is drawn must not depend on when."""
    return calls | st.sampled_from(standing())


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_sequence_of_events_is_answered(data):
    """No sequence raises; every reply ends in exactly one of listen, transfer, hangup, continue."""
    script, call = data.draw(starts())
    walk = Walk(script, call, data)
    walk.take(CallStarted(call.started))
    at = call.started
    for _ in range(data.draw(st.integers(1, 25))):
        at += data.draw(st.sampled_from([timedelta(seconds=5)] * 9 + [timedelta(minutes=1)]))
        event = replace(data.draw(caller(walk.call)), at=at)
        walk.take(hear(walk.call, event, script) if isinstance(event, Keyed) else event)


@given(st.data(), st.lists(st.one_of(anything, answers), max_size=30))
@settings(max_examples=100, deadline=None)
def test_answers_nobody_asked_for_do_no_harm(data, events):
    """World answers in any order, late or never asked for, are answered like anything else."""
    script, call = data.draw(starts())
    for event in events:
        turn = decide(call, event, script)
        call = turn.call
        assert turn.effect is not None or isinstance(turn.actions[-1], ENDINGS)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_fault_at_any_point_hands_the_caller_to_a_person(data):
    script, call = data.draw(starts())
    walk = Walk(script, call, data)
    walk.take(CallStarted(NOW))
    for _ in range(data.draw(st.integers(0, 10))):
        event = data.draw(caller(walk.call))
        walk.take(hear(walk.call, event, script) if isinstance(event, Keyed) else event)
    turn = rescue(walk.call, NOW, script)

    assert turn.call.state is State.TRANSFER_AGENT
    assert turn.effect is not None or isinstance(turn.actions[-1], Transfer | Listen)
