"""With whom: the agents a caller means, among those there are."""

from __future__ import annotations

from msgspec.structs import replace

from pupitre.dialogue.call import Call
from pupitre.dialogue.events import AgentsFound
from pupitre.dialogue.people import ALIKE
from pupitre.dialogue.route import discreet
from pupitre.dialogue.script import Script
from pupitre.model import Agent, BackendId
from pupitre.nlu.meaning import Meaning
from pupitre.nlu.names import match

CLOSE = 0.02
"""Agents whose names are so nearly as like what was heard as the likest are meant as well: there are namesakes."""


def asks_for_others(call: Call, meaning: Meaning) -> bool:
    """Whether offers are wanted with somebody else than those that are read out."""
    whom = meaning.whom
    if whom is None or not whom.sure or (meaning.intent and meaning.intent.value is not call.intent):
        return False
    return bool(whom) or whom.other or (call.whom is not None and meaning.pick is None)


def with_agents(call: Call, event: AgentsFound, script: Script) -> tuple[Call, tuple[str, ...]]:
    """The call with the agents that its caller means, and what to say of it; with anybody, when nobody is meant."""
    assert call.whom is not None
    whom = call.whom
    meant = _same(call, event, script) if whom.same else _named(call, event.agents, script)
    if not meant:
        unknown = "slots_readout.same_unknown" if whom.same else "slots_readout.agent_unknown"
        return replace(call, whom=None, agents=None), (unknown,) if whom.sure and not whom.other else ()
    chosen = [agent for agent in event.agents if (agent in meant) is not whom.other]
    name = None if whom.same else script.language.spoken.either([agent.name for agent in meant])
    call = replace(call, agents=tuple(agent.id for agent in chosen), agent_name=name)
    if not chosen:
        return replace(call, whom=None, agents=None), ("slots_readout.only_agent",)
    if whom.other:
        return call, ("slots_readout.another",)
    return call, ("slots_readout.same" if whom.same else "slots_readout.agent",)


def colleagues(call: Call) -> tuple[Call, tuple[str, ...]]:
    """The call with anybody, where those who were meant have no time, and what is said of it then."""
    if call.whom is None or call.agents:
        return call, ()
    anybody = replace(call, whom=None, agents=None)
    if call.whom.other:
        return anybody, ("slots_readout.only_agent",)
    return anybody, ("slots_readout.same_full" if call.whom.same else "slots_readout.agent_full",)


def _named(call: Call, agents: tuple[Agent, ...], script: Script) -> list[Agent]:
    """Those whose name is likest to the one that was heard."""
    if call.whom is None or call.whom.name is None:
        return []
    alike = match(call.whom.name, [agent.name for agent in agents], script.language.grammar.lexicon.sound)
    likest = alike[0][1] if alike else 0.0
    return [agents[at] for at, likeness in alike if likeness >= max(ALIKE, likest - CLOSE)]


def _same(call: Call, event: AgentsFound, script: Script) -> list[Agent]:
    """Who had the appointment that is moved, or else the last one; not told to somebody who may not hear of it."""
    last: BackendId | None = event.last
    if call.moving is not None and call.appointment is not None:
        last = call.appointment.slot.agent_id
    elif discreet(call, script):
        last = None
    return [agent for agent in event.agents if agent.id == last]
