"""The conversation, drawn from its table: as text for a terminal, or as a Mermaid diagram for a page."""

from __future__ import annotations

from pupitre.dialogue.call import State
from pupitre.dialogue.flow import ALWAYS, FLOW, Step, leads


def draw(*, mermaid: bool = False) -> str:
    """Every state, its questions and where it leads."""
    return _diagram() if mermaid else _text()


def _diagram() -> str:
    """Syntax: https://mermaid.js.org/syntax/stateDiagram.html. What every state leads to hangs from one node."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.START}"]
    for state, step in FLOW.items():
        back = () if step.back is None else (step.back,)
        ways = [to for to in dict.fromkeys((*step.to, *back)) if to in leads(state)]
        lines += [f"    {state} --> {to}" for to in ways]
    lines += [f"    {state} --> [*]" for state in ALWAYS]
    lines += [f"    everywhere --> {state}" for state in (*ALWAYS, State.LOWCONFIRM)]
    return "\n".join(lines)


def _text() -> str:
    return "\n\n".join(_paragraph(state, step) for state, step in FLOW.items())


def _paragraph(state: State, step: Step) -> str:
    lines = [state.value]
    for ask in step.asks:
        heard = ", ".join(ask.hears)
        keys = f"; {''.join(sorted(ask.keys))}" if ask.keys else ""
        digits = f"; {ask.max_digits} {ask.finish_on}" if ask.finish_on else ""
        lines.append(f"    ? {ask.key} ({heard}{keys}{digits})")
    lines += [f"    → {to}" for to in leads(state)]
    return "\n".join(lines)
