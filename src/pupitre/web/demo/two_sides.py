"""Whether record and planning say the same of an appointment. Pure: it is given both as they are."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from pupitre.model import Agent, AppointmentStatus, SyncState
from pupitre.web.demo.reading import Planned, Recorded


class Agreement(StrEnum):
    """How the two stand to each other."""

    ALONE = "alone"
    """Record and planning are one."""
    AGREE = "agree"
    BOTH_GONE = "both_gone"
    """Cancelled in the record, and off the calendar."""
    UNDER_WAY = "under_way"
    """Not written into the planning yet, and the record says so."""
    MOVED = "moved"
    """They give another time, or another agent."""
    PLANNING_GONE = "planning_gone"
    RECORD_GONE = "record_gone"
    """Cancelled in the record; the event stands."""


AT_ODDS = frozenset({Agreement.MOVED, Agreement.PLANNING_GONE, Agreement.RECORD_GONE})


def agreement(record: Recorded, event: Planned | None, agents: Sequence[Agent], *, apart: bool) -> Agreement:
    """`apart`: whether this tenant's planning is another system than its record."""
    if not apart:
        return Agreement.ALONE
    stands = event is not None and event.stands
    if record.status == AppointmentStatus.CANCELED:
        return Agreement.RECORD_GONE if stands else Agreement.BOTH_GONE
    if event is None and record.sync_state == SyncState.PENDING:
        return Agreement.UNDER_WAY
    if event is None or not stands:
        return Agreement.PLANNING_GONE
    if (record.start, record.end) == (event.start, event.end) and same_agent(record, event, agents):
        return Agreement.AGREE
    return Agreement.UNDER_WAY if record.sync_state == SyncState.PENDING else Agreement.MOVED


def same_agent(record: Recorded, event: Planned, agents: Sequence[Agent]) -> bool:
    """Whether the event stands in the calendar of the record's agent."""
    return any(agent.id == record.agent and agent.calendar == event.calendar for agent in agents)
