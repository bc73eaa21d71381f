"""The only loop: load the call, decide, perform the effect, decide again, save, reply.

Whatever happens, the caller gets actions: the one catch-all of the house stands here, and hands over to a person.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial

import msgspec
import structlog
from msgspec import Struct

from pupitre.dialogue.actions import Action, Hangup, Say, Transfer
from pupitre.dialogue.call import Call, State, new_call
from pupitre.dialogue.context import context_of
from pupitre.dialogue.decide import decide, rescue
from pupitre.dialogue.effects import Effect
from pupitre.dialogue.events import (
    CallerEvent,
    CallStarted,
    Spoke,
    StillWorking,
    WorldEvent,
    WorldFailed,
)
from pupitre.dialogue.hear import hear
from pupitre.dialogue.script import Script
from pupitre.merge_patch import difference
from pupitre.ports import Clock, DeskError
from pupitre.ports.calls import CallStore, JournalTurn, Performed, Reply, Step

log = structlog.get_logger()

MAX_STEPS = 16
"""Effects one turn may ask for; more is a loop in the conversation, and a bug."""


class Caller(Struct, frozen=True):
    """Who is on the line, as far as the gateway knows. `from_e164` is valid or None."""

    from_e164: str | None = None
    from_raw: str | None = None
    channel: str | None = None


class Incoming(Struct, frozen=True):
    """One request of a gateway, understood."""

    call_id: str
    event: CallerEvent
    event_id: str | None = None
    outbound: bool = False
    reminder_id: str | None = None
    caller: Caller = Caller()


Perform = Callable[[Call, Effect], Coroutine[None, None, Performed]]
"""Does what an effect asks, within the caller's patience; raises DeskError when it cannot.

Asked again for the same effect it joins what is under way, or repeats it safely: it may outlast the turn, and the call
go on in another process meanwhile.
"""


class Desk(Struct, frozen=True):
    """One tenant's desk: everything a turn needs."""

    tenant: str
    calls: CallStore
    clock: Clock
    script: Script
    """What new calls start with, pinned as `configuration`."""
    configuration: str
    pinned_script: Callable[[str], Awaitable[Script]]
    """What a call started with, when that is another configuration."""
    perform: Perform
    begun: Callable[[Call], None]
    """Told of each new call, before anything is said: returns at once."""
    line_of: Callable[[str], Sequence[str]]
    """The names on file for a call's number, where they are at hand: returns at once."""
    renew: Callable[[str], Awaitable[None]]
    """Keeps longer what is being read out to a call."""
    release: Callable[[str], Awaitable[None]]
    """Frees what an ended call still holds."""
    screen_pop: Callable[[Call], str | None]
    """Address of the caller's file, for the person who takes a transfer."""
    told: Callable[[Call, Call, float, Sequence[Action]], None]
    """Told of each turn: the call before and after, seconds, actions."""
    turn_budget: float = 2.5
    """Seconds of real time after which the reply is a filler, and the work goes on."""
    work: dict[str, tuple[Effect, asyncio.Task[Performed]]] = msgspec.field(default_factory=dict)
    """What is under way for a call whose turn was answered with a filler, by call id."""
    running: set[asyncio.Task[Performed]] = msgspec.field(default_factory=set)
    """Everything under way: also what no call waits for any more goes on to its end."""


class Decided(Struct, frozen=True):
    """One event, decided to its end."""

    call: Call
    event: CallerEvent
    actions: tuple[Action, ...]
    steps: tuple[Step, ...] = ()
    trouble: str | None = None


async def take_turn(desk: Desk, incoming: Incoming) -> Reply:
    """Handle one event of one call. Never raises: the caller always gets actions."""
    started = time.monotonic()
    try:
        async with desk.calls.turn(incoming.call_id):
            return await _turn(desk, incoming, started)
    except Exception as error:  # noqa: BLE001 -- a dead store or a bug must not leave a caller in silence
        _report(desk, incoming.call_id, error)
        return handed_over(desk.script)


def handed_over(script: Script) -> Reply:
    """What is answered when nothing else can be: one sentence, and a person. Touches no call."""
    transfer = Transfer(target=script.settings.agent_queue, timeout_ms=script.settings.transfer_timeout_ms)
    return Reply((Say(script.text("transfer_agent.say", {})), transfer), State.TRANSFER_AGENT, {})


def forget(desk: Desk) -> None:
    """Let go of what is under way for calls that are no more: the sandbox was emptied."""
    desk.work.clear()


async def _turn(desk: Desk, incoming: Incoming, started: float) -> Reply:
    known = await desk.calls.load(incoming.call_id)
    if known is None:
        return await _first_turn(desk, incoming, started)
    if incoming.event_id and (reply := await desk.calls.reply_to(incoming.call_id, incoming.event_id)):
        return reply
    if isinstance(incoming.event, CallStarted) and (reply := await desk.calls.first_reply(incoming.call_id)):
        return reply
    call, version = known
    script = desk.script if call.config_id == desk.configuration else await desk.pinned_script(call.config_id)
    decided = await _decide(desk, call, _heard(desk, call, incoming.event, script), script, started)
    turn = _journalled(call, decided, context_of(call, script), script, incoming.event_id)
    await _keep(desk, decided, (turn,), version)
    desk.told(call, decided.call, time.monotonic() - started, decided.actions)
    return turn.reply


async def _first_turn(desk: Desk, incoming: Incoming, started: float) -> Reply:
    """An event for an unknown call is handled as its start, then as itself: who calls is told all the same."""
    caller = incoming.caller
    fresh = new_call(
        desk.script.settings,
        tenant_id=desk.tenant,
        call_id=incoming.call_id,
        at=incoming.event.at,
        direction="outbound" if incoming.outbound else "inbound",
        reminder_id=incoming.reminder_id,
        from_e164=caller.from_e164,
        from_raw=caller.from_raw,
        channel=caller.channel,
        config_id=desk.configuration,
    )
    if incoming.outbound and not incoming.reminder_id:
        log.warning("outbound_without_reminder", call_id=incoming.call_id, tenant=desk.tenant)
    desk.begun(fresh)
    turns: tuple[JournalTurn, ...]
    if isinstance(incoming.event, CallStarted):
        decided = await _decide(desk, fresh, incoming.event, desk.script, started)
        turns = (_journalled(fresh, decided, {}, desk.script, incoming.event_id),)
    else:
        begun = await _decide(desk, fresh, CallStarted(incoming.event.at), desk.script, started)
        first = _journalled(fresh, begun, {}, desk.script, None)
        event = _heard(desk, begun.call, incoming.event, desk.script)
        decided = await _decide(desk, begun.call, event, desk.script, started)
        decided = msgspec.structs.replace(decided, actions=opened(begun.actions, decided.actions))
        second = _journalled(begun.call, decided, {}, desk.script, incoming.event_id)
        second = msgspec.structs.replace(second, opening=True)
        turns = (first, second)
    await _keep(desk, decided, turns, 0)
    desk.told(fresh, decided.call, time.monotonic() - started, decided.actions)
    return turns[-1].reply


def _heard(desk: Desk, call: Call, event: CallerEvent, script: Script) -> CallerEvent:
    """The event with its meaning; an emergency also with who has the line, for whoever takes it."""
    heard = hear(call, event, script)
    if isinstance(heard, Spoke) and heard.meaning.emergency:
        return msgspec.structs.replace(heard, line_of=tuple(desk.line_of(call.call_id)))
    return heard


def opened(start: tuple[Action, ...], actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """A first reply to something else than a start: who answers is said all the same, unless nobody is there."""
    return actions if isinstance(actions[0], Hangup) else (*start[:1], *actions)


async def _decide(desk: Desk, call: Call, event: CallerEvent, script: Script, started: float) -> Decided:
    """Decide, ask the world, decide again, until the reply stands."""
    steps: list[Step] = []
    actions: list[Action] = []
    try:
        turn = decide(call, event, script)
        actions += turn.actions
        while turn.effect:
            _refuse_loops(call, steps)
            outcome = await _ask(desk, turn.call, turn.effect, started)
            steps.append(Step(turn.effect, outcome))
            turn = decide(turn.call, outcome, script)
            actions += turn.actions
    except Exception as error:  # noqa: BLE001 -- a bug hands the caller to a person, with what is known so far
        _report(desk, call.call_id, error)
        turn = rescue(call, event.at, script)
        return Decided(turn.call, event, turn.actions, tuple(steps), trouble=type(error).__name__)
    return Decided(turn.call, event, tuple(_with_file(desk, turn.call, action) for action in actions), tuple(steps))


def _refuse_loops(call: Call, steps: Sequence[Step]) -> None:
    if len(steps) == MAX_STEPS:
        raise RuntimeError(f"{call.state} asked the world {MAX_STEPS} things in one turn")


def _with_file(desk: Desk, call: Call, action: Action) -> Action:
    """A transfer opens the caller's file for the person who takes it."""
    if isinstance(action, Transfer) and action.url is None:
        return msgspec.structs.replace(action, url=desk.screen_pop(call))
    return action


async def _ask(desk: Desk, call: Call, effect: Effect, started: float) -> WorldEvent:
    """Perform the effect, or join it where it is under way; a filler when it outlasts the turn."""
    under_way = desk.work.pop(call.call_id, None)
    if under_way and under_way[0] == effect:
        task = under_way[1]
    else:
        task = asyncio.create_task(desk.perform(call, effect))
        desk.running.add(task)
        task.add_done_callback(partial(_ended, desk))
    left = desk.turn_budget - (time.monotonic() - started)
    await asyncio.wait({task}, timeout=max(left, 0.01))
    now = desk.clock.now()
    if not task.done():
        desk.work[call.call_id] = (effect, task)
        return StillWorking(now)
    try:
        found = task.result()
        return await found() if callable(found) else found
    except DeskError as error:
        log.warning("effect_failed", call_id=call.call_id, tenant=desk.tenant, effect=type(effect).__name__)
        return WorldFailed(now, effect, f"{type(error).__name__}: {error}")


def _ended(desk: Desk, task: asyncio.Task[Performed]) -> None:
    """Its outcome is looked at even when nobody asks again, so that no failure goes unseen."""
    desk.running.discard(task)
    if not task.cancelled() and (error := task.exception()) and not isinstance(error, DeskError):
        log.error("effect_broke", tenant=desk.tenant, reason=type(error).__name__)


def _journalled(
    before: Call, decided: Decided, context: dict[str, object], script: Script, event_id: str | None
) -> JournalTurn:
    delta = difference(context, context_of(decided.call, script))
    return JournalTurn(
        event=decided.event,
        before=before.state,
        after=decided.call.state,
        steps=decided.steps,
        reply=Reply(decided.actions, decided.call.state, delta),
        event_id=event_id,
        trouble=decided.trouble,
    )


async def _keep(desk: Desk, decided: Decided, turns: Sequence[JournalTurn], version: int) -> None:
    """The turn on disk, and beside it what the call holds freed or renewed: the store may write both at once."""
    await asyncio.gather(desk.calls.save(decided.call, turns, version), _hold(desk, decided))


async def _hold(desk: Desk, decided: Decided) -> None:
    """Nothing here may change the reply."""
    call = decided.call
    try:
        if isinstance(decided.actions[-1], Hangup):
            if under_way := desk.work.pop(call.call_id, None):
                under_way[1].cancel()  # nobody waits any more; a commitment that has begun goes on in the engine
            await desk.release(call.call_id)
        elif call.slots:
            await desk.renew(call.call_id)
    except DeskError as error:
        _report(desk, call.call_id, error)


def _report(desk: Desk, call_id: str, error: Exception) -> None:
    """A traceback only where the desk had no plan; messages of our own errors hold no caller's name or number."""
    planned = isinstance(error, DeskError)
    log.error(
        "turn_failed",
        call_id=call_id,
        tenant=desk.tenant,
        reason=f"{type(error).__name__}: {error}" if planned else type(error).__name__,
        exc_info=None if planned else error,
    )
