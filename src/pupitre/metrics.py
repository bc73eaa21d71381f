"""Figures for Prometheus. Labels hold tenants, states and kinds, never callers."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from pupitre.dialogue.actions import Action, Transfer
from pupitre.dialogue.call import Call

REGISTRY = CollectorRegistry()

TURNS = Counter("pupitre_turns", "Turns answered, by the state they began in.", ["tenant", "state"], registry=REGISTRY)
TURN_SECONDS = Histogram(
    "pupitre_turn_seconds",
    "Time from a gateway's event to its reply, by the state the turn began in.",
    ["tenant", "state"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=REGISTRY,
)
TRANSFERS = Counter(
    "pupitre_transfers", "Callers handed to a person, by reason.", ["tenant", "reason"], registry=REGISTRY
)
COMMITMENTS = Counter("pupitre_commitments", "Commitments, by outcome.", ["tenant", "outcome"], registry=REGISTRY)
REMINDERS = Counter("pupitre_reminders", "Reminder calls, by outcome.", ["tenant", "outcome"], registry=REGISTRY)
CALLS_CLOSED = Counter(
    "pupitre_calls_closed_silent", "Calls closed because nothing came for 15 minutes.", ["tenant"], registry=REGISTRY
)
SYNC_LAG = Gauge(
    "pupitre_sync_lag_seconds",
    "Age of the oldest appointment that record and planning do not agree on yet.",
    ["tenant"],
    registry=REGISTRY,
)


def count_turn(tenant: str, before: Call, after: Call, seconds: float, actions: Sequence[Action]) -> None:
    """One turn: the call before and after it, and how it was answered."""
    TURNS.labels(tenant, before.state).inc()
    TURN_SECONDS.labels(tenant, before.state).observe(seconds)
    if isinstance(actions[-1], Transfer):
        TRANSFERS.labels(tenant, after.transfer_reason or "unknown").inc()


def count_reminder(tenant: str, outcome: str) -> None:
    """How one reminder call ended."""
    REMINDERS.labels(tenant, outcome).inc()


def page() -> bytes:
    """All figures in Prometheus' text format."""
    return generate_latest(REGISTRY)
