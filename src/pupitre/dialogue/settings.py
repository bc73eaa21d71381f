"""What a tenant decides about the conversation. The defaults are the seed's (§1.2 and its context example)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from pupitre.wish import WEEKDAYS

WEEK = ("MO", "TU", "WE", "TH", "FR")


class VerifyPolicy(StrEnum):
    """Which second factor is asked before an existing appointment is disclosed, moved or cancelled."""

    AUTO = "auto"
    """None when the calling line matched and the patient calls; the birth date otherwise."""
    NONE = "none"
    BIRTH_DATE = "birth_date"


class AfterTransfer(StrEnum):
    """What the desk does once a person has answered."""

    HANGUP = "hangup"
    END_CONFIRMATION = "end_confirmation"


class OpenHours(Struct, frozen=True):
    """Hours [start, end) of local wall time on these days (MO..SU)."""

    days: tuple[str, ...]
    start: time
    end: time


WORK_HOURS = (OpenHours(WEEK, time(9), time(12, 30)), OpenHours(WEEK, time(14), time(18)))


class DialogueSettings(Struct, frozen=True):
    """One tenant's conversation. Times of day are local wall time in `timezone`."""

    tenant_name: str = "Pupitre"
    """Said in the first sentence of every call, which also says that this is an automatic assistant."""
    language: str = "fr-FR"
    timezone: str = "Europe/Paris"
    region: str = "FR"
    """Where a national telephone number belongs (ISO 3166)."""
    flow_version: str = "rdv_v1"

    stt_confidence_threshold: float = 0.75
    intent_confidence_threshold: float = 0.6
    """An intent understood with less is confirmed where another may be meant, too. Of what a new author says
    that is one line in seventy, and most of these were understood wrongly (docs/understanding.md).
    """
    max_no_speech: int = 2
    max_low_confidence: int = 2
    max_no_match: int = 2
    listen_timeout_ms_short: int = 7000
    listen_timeout_ms_long: int = 9500
    transfer_timeout_ms: int = 30000
    max_turns: int = 30
    max_minutes: int = 10

    agent_queue: str = "AGENT_QUEUE"
    emergency_queue: str = "EMERGENCY_QUEUE"
    """Open day and night."""
    queue_hours: tuple[OpenHours, ...] = ()
    """When people answer the agent queue; empty: day and night."""
    queue_closed_on: tuple[date, ...] = ()
    """Holidays of the agent queue."""
    after_transfer: AfterTransfer = AfterTransfer.HANGUP

    verify: VerifyPolicy = VerifyPolicy.AUTO
    ask_birth_date: bool = False
    """Whether somebody who is found by name must also give a date of birth."""
    allow_new_patients: bool = False

    work_hours: tuple[OpenHours, ...] = WORK_HOURS
    slot_step_min: int = 15
    duration_min: int = 30
    window_days: int = 14
    """Offers lie in [J+1 00:00, J+1+window_days 00:00) local."""

    reminder_offsets: tuple[str, ...] = ("P1D", "PT1H")
    """ISO 8601 durations before the appointment, the longest first."""
    machine_message: bool = False
    """Whether an answering machine that picks up a reminder call hears who called (never why)."""

    filler_after_ms: int = 1000
    max_fillers: int = 5
    """After this many fillers for one request that is not a commitment, the caller is handed to a person."""
    held_after_ms: int = 2500
    max_held_waits: int = 4
    """Times that free slots which are all being read to others are asked for again: 10 s with the pause above."""

    def local(self, at: datetime) -> datetime:
        """The instant as wall time in the tenant's zone, aware."""
        return at.astimezone(ZoneInfo(self.timezone))

    def queue_is_open(self, at: datetime) -> bool:
        """Whether a person may answer the agent queue at this instant."""
        if not self.queue_hours:
            return True
        local = self.local(at)
        return any(
            local.date() not in self.queue_closed_on
            and WEEKDAYS[local.weekday()] in hours.days
            and hours.start <= local.time() < hours.end
            for hours in self.queue_hours
        )

    def queue_opens(self, at: datetime) -> datetime | None:
        """The next instant after `at` at which the agent queue opens, None when it never does within a month."""
        local = self.local(at)
        for ahead in range(32):
            day = local.date() + timedelta(days=ahead)
            if day in self.queue_closed_on:
                continue
            openings = sorted(hours.start for hours in self.queue_hours if WEEKDAYS[day.weekday()] in hours.days)
            for opening in openings:
                start = datetime.combine(day, opening, local.tzinfo)
                if start > local:
                    return start
        return None
