"""What the desk needs from the world, in its own words; adapters in `backends/` and `store/` provide it.

Everything is async; instants are aware. What goes wrong is one of the errors of `errors.py`.
"""

from pupitre.ports.calls import CallStore, JournalTurn, Reply, Step
from pupitre.ports.errors import ConfigError, Conflict, DeskError, NotFound, Refused, SlotTaken, Stale, Unavailable
from pupitre.ports.keeping import (
    Claims,
    Commitment,
    Commitments,
    CommitmentStatus,
    Due,
    DueWork,
    HistoryLine,
    Reminder,
    Reminders,
    ReminderStatus,
    Reservations,
    Task,
    Tasks,
)
from pupitre.ports.world import Agenda, Busy, Clock, Directory, Draft, FreeBusy, PlanningEvent, Records, Who

__all__ = [
    "Agenda",
    "Busy",
    "CallStore",
    "Claims",
    "Clock",
    "Commitment",
    "CommitmentStatus",
    "Commitments",
    "ConfigError",
    "Conflict",
    "DeskError",
    "Directory",
    "Draft",
    "Due",
    "DueWork",
    "FreeBusy",
    "HistoryLine",
    "JournalTurn",
    "NotFound",
    "PlanningEvent",
    "Records",
    "Refused",
    "Reminder",
    "ReminderStatus",
    "Reminders",
    "Reply",
    "Reservations",
    "SlotTaken",
    "Stale",
    "Step",
    "Task",
    "Tasks",
    "Unavailable",
    "Who",
]
