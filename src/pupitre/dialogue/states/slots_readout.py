"""One, two or three offers are read out; a pick begins the commitment (seed 2.3, booking.md)."""

from msgspec.structs import replace

from pupitre.dialogue.actions import Continue
from pupitre.dialogue.call import Call, State, TransferReason
from pupitre.dialogue.effects import Commit, FindAgents, ProposeSlots
from pupitre.dialogue.events import (
    AgentsFound,
    CommitmentEnded,
    CommitOutcome,
    Keyed,
    NoSlot,
    SlotsProposed,
    Spoke,
    WorldFailed,
)
from pupitre.dialogue.move import Entered, Move, StateEvent, go, hand_over, miss, stay, want
from pupitre.dialogue.people import by_appointment, with_words
from pupitre.dialogue.route import after_identity
from pupitre.dialogue.script import Script
from pupitre.dialogue.whom import asks_for_others, colleagues, with_agents
from pupitre.model import Slot
from pupitre.nlu.clauses import followed
from pupitre.nlu.meaning import Meaning, Pick, YesNo
from pupitre.wish import Wish

QUESTIONS = {1: "slots_readout.one", 2: "slots_readout.two", 3: "slots_readout.three"}
WHICH, OTHER, CALLBACK = "slots_readout.which", "collect_constraints.other", "transfer_agent.callback"
MAX_ROUNDS = 3
"""Readouts a caller may turn down before a person takes over."""


def slots_readout(call: Call, event: StateEvent, script: Script) -> Move:
    match event:
        case Entered():
            return _propose(call)
        case AgentsFound():
            known, tell = with_agents(call, event, script)
            return _propose(known, *tell)
        case Spoke() | Keyed():
            return _heard(call, event, script)
        case SlotsProposed():
            return _proposed(call, event, script)
        case CommitmentEnded():
            return _ended(call, event)
        case WorldFailed(effect=Commit()):
            return hand_over(call, TransferReason.BACKEND_DOWN, "commit.unknown")
        case WorldFailed():
            return hand_over(call, TransferReason.BACKEND_DOWN, "slots_readout.unavailable")
        case _:
            return _ask(call)


def _ask(call: Call, *tell: str) -> Move:
    return stay(call, *tell, ask=QUESTIONS.get(len(call.slots)))


def _propose(call: Call, *tell: str) -> Move:
    if call.whom is not None and call.agents is None:
        last_of = call.patient.id if call.patient and call.whom.same else None
        return want(replace(call, slots=(), picked=None), FindAgents(last_of), *tell)
    engaged = tuple(one.slot.interval for one in call.appointments or () if one.id != call.moving)
    wanted = ProposeSlots(call.wish, call.refused, call.moving, engaged, call.agents or ())
    return want(replace(call, slots=(), picked=None), wanted, *tell)


def _proposed(call: Call, event: SlotsProposed, script: Script) -> Move:
    slots = tuple(sorted(event.slots, key=lambda slot: slot.start)) if event.beyond else event.slots
    call = replace(call, slots=slots, nearest=event.nearest, eligible=event.eligible or call.eligible)
    if call.agents and not event.slots:
        return _propose(replace(call, agents=()))
    call, tell = colleagues(call)
    if event.slots and set(event.slots) <= set(call.refused):
        return go(replace(call, slots=()), State.COLLECT_CONSTRAINTS, "slots_readout.no_others", ask=OTHER)
    if event.slots and event.nearest:
        return _ask(call, *tell, "slots_readout.beyond" if event.beyond else "slots_readout.nearest")
    if event.slots:
        return _ask(call, *tell)
    match event.reason:
        case NoSlot.HELD if call.waits < script.settings.max_held_waits:
            waiting = replace(call, waits=call.waits + 1)
            tell = () if call.waits else ("slots_readout.held",)
            pause = Continue(script.settings.held_after_ms)
            return Move(waiting, tell=tell, effect=call.pending, ending=pause)
        case NoSlot.HELD:
            return hand_over(call, TransferReason.NO_SLOT, "slots_readout.still_held", ask=CALLBACK)
        case NoSlot.UNAVAILABLE:
            return hand_over(call, TransferReason.BACKEND_DOWN, "slots_readout.unavailable")
        case NoSlot.CLOSED:
            return hand_over(call, TransferReason.NO_SLOT, "slots_readout.closed")
        case NoSlot.NO_AGENT:
            return hand_over(call, TransferReason.NO_SLOT, "slots_readout.no_agent")
        case _:
            return hand_over(call, TransferReason.NO_SLOT, "slots_readout.fully_booked")


def _heard(call: Call, event: Spoke | Keyed, script: Script) -> Move:
    meaning = event.meaning
    pick = meaning.pick.value if meaning.pick else None
    answer = meaning.yes_no.value if meaning.yes_no else None
    wish = _when(meaning)
    if asks_for_others(call, meaning):
        return _propose(_wishing(call, event, wish))
    if pick in (Pick.FIRST, Pick.SECOND, Pick.THIRD) and int(pick) <= len(call.slots):
        return _commit(call, int(pick))
    if meaning.intent and meaning.intent.value is not call.intent:
        return after_identity(with_words(call, event), script)
    if meaning.shift and call.moving:
        told = by_appointment(with_words(call, event), script)
        fits = _fitting(told.wish, call, script)
        return _commit(call, fits[0]) if len(fits) == 1 else _propose(replace(told, refused=_refused(call)))
    if pick is Pick.NONE and meaning.pick and meaning.pick.others:
        return _spared(call, event, {int(rank) for rank in meaning.pick.others})
    fits = _fitting(wish, call, script) if wish else []
    if pick is None and len(fits) == 1:
        return _commit(call, fits[0])
    if wish and (pick is Pick.NONE or not fits):
        return _propose(replace(_wishing(call, event, wish), refused=_refused(call)))
    if answer is YesNo.YES and len(call.slots) == 1:
        return _commit(call, 1)
    undecided = len(call.slots) > 1 and (pick is Pick.UNCLEAR or answer is YesNo.YES)
    if pick is Pick.NONE or (answer is YesNo.NO and not undecided):
        return _others(call)
    return stay(call, ask=WHICH) if undecided and call.asked != WHICH else miss(call)


def _when(meaning: Meaning) -> Wish | None:
    """When would suit instead; "n'importe lequel" beside a refusal says nothing of that."""
    wish = meaning.when.value if meaning.when else None
    refused = meaning.pick is not None and meaning.pick.value is Pick.NONE
    return None if refused and wish and wish.any else wish


def _wishing(call: Call, event: Spoke | Keyed, wish: Wish | None) -> Call:
    """The call with what was said, and the wish as it follows the one before."""
    heard = with_words(call, event)
    return replace(heard, wish=followed(call.wish, wish), readings=()) if wish else replace(heard, wish=call.wish)


def _spared(call: Call, event: Spoke | Keyed, ranks: set[int]) -> Move:
    """Some were refused ("pas la première"): the others are read out again; a reason given ("le mardi je travaille")
    stays part of the wish.
    """
    left = tuple(slot for rank, slot in enumerate(call.slots, 1) if rank in ranks)
    wish = event.meaning.when.value if event.meaning.when else None
    heard = _wishing(call, event, wish) if wish else call
    return _ask(replace(heard, slots=left, refused=_refused(call, left)), "slots_readout.left")


def _fitting(wish: Wish, call: Call, script: Script) -> list[int]:
    """Ranks of the offers that this wish allows."""
    return [rank for rank, slot in enumerate(call.slots, 1) if wish.allows(script.settings.local(slot.start))]


def _others(call: Call) -> Move:
    """None of these: what else the wish may have meant, others for the same, then another wish, then a person."""
    call = replace(call, rounds_refused=call.rounds_refused + 1, refused=_refused(call))
    if call.rounds_refused >= MAX_ROUNDS:
        return hand_over(replace(call, slots=()), TransferReason.REFUSED_ALL)
    if call.readings:
        return _propose(replace(call, wish=call.readings[0], readings=call.readings[1:]))
    if call.rounds_refused > 1:
        return go(replace(call, slots=()), State.COLLECT_CONSTRAINTS, ask=OTHER)
    return _propose(call)


def _commit(call: Call, rank: int) -> Move:
    assert call.patient is not None
    n = call.commits + 1
    slot = call.slots[rank - 1]
    commit = Commit(call.intent, n, call.patient.id, slot, call.moving)
    return want(replace(call, picked=rank, commits=n), commit)


def _ended(call: Call, event: CommitmentEnded) -> Move:
    picked = call.slots[call.picked - 1] if call.picked and call.picked <= len(call.slots) else None
    turned_down = replace(call, refused=(*call.refused, picked) if picked else call.refused)
    match event.outcome:
        case CommitOutcome.RECORDED:
            moved = call.moving is not None
            appointment = event.appointment or call.appointment
            call = replace(call, noted=True, appointment=appointment, refused=(), whom=None, agents=None)
            if moved and appointment and appointment.id in call.reminded:
                return go(call, State.END_CONFIRMATION, "reminder_optin.moved", "reminder_optin.kept")
            return go(call, State.REMINDER_OPTIN, "reminder_optin.moved" if moved else "reminder_optin.booked")
        case CommitOutcome.SLOT_TAKEN:
            return _propose(turned_down, "slots_readout.taken")
        case CommitOutcome.REFUSED if not call.commits_refused:
            return _propose(replace(turned_down, commits_refused=1), "slots_readout.taken")
        case CommitOutcome.REFUSED:
            return hand_over(call, TransferReason.REFUSED, "commit.refused")
        case CommitOutcome.CONFLICT:
            return hand_over(call, TransferReason.CONFLICT, "commit.conflict")
        case CommitOutcome.WITHDRAWN:
            return hand_over(call, TransferReason.WITHDRAWN, "commit.withdrawn", ask=CALLBACK)


def _refused(call: Call, but: tuple[Slot, ...] = ()) -> tuple[Slot, ...]:
    """What was turned down so far, and what is read out now."""
    return tuple(slot for slot in dict.fromkeys((*call.refused, *call.slots)) if slot not in but)
