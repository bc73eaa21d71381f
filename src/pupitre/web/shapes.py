"""JSON of the three functions and of what the administrator reads: the seed's shapes, local wall time inside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from pupitre.dialogue.script import Script
from pupitre.model import MatchMode, Patient, Slot
from pupitre.nlu.meaning import Hears, SpokenName
from pupitre.nlu.understand import understand
from pupitre.ports import Commitment, HistoryLine, JournalTurn, Task
from pupitre.web.problems import Problem
from pupitre.wish import Wish

Id = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
Text = Annotated[str, Meta(max_length=10_000)]
When = dict[str, Any]
"""The canonical constraint, read by `wish_from`."""
WallTime = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")]
"""`YYYY-MM-DD HH:MM:SS`, the tenant's wall time (seed §1.1)."""
BackendIdJson = Annotated[int, Meta(ge=1, le=2**63 - 1)] | Id


class LookupJson(Struct):
    """By `phone`, or by `name` and perhaps `birth_date`."""

    phone: Text | None = None
    name: Text | None = None
    birth_date: date | None = None


class ConstraintsJson(Struct):
    """The seed's `constraints`, as far as it wishes for something; `when` says it better than the flat lists."""

    raw_text: Text | None = None
    when: When | None = None
    preferred_days: list[Literal["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]] = []
    preferred_periods: list[str] = []


class ComputeJson(Struct):
    """One of `constraints`, `when` (the canonical constraint) or `text` (as a caller says it); none: anything suits."""

    call_id: Id | None = None
    """Offers are held for this call; without it nothing is held."""
    constraints: ConstraintsJson | None = None
    when: When | None = None
    text: Text | None = None
    eligible_user_ids: list[BackendIdJson] | None = None
    duration_min: Annotated[int, Meta(ge=1, le=24 * 60)] | None = None


class SlotJson(Struct):
    start: WallTime
    stop: WallTime
    owner_user_id: BackendIdJson


class CommitJson(Struct):
    intent: Literal["BOOK", "RESCHEDULE", "CANCEL"]
    call_id: Id
    partner_id: BackendIdJson | None = None
    event_id: BackendIdJson | None = None
    slot: SlotJson | None = None
    reason: Text | None = None


def wish_of(asked: ComputeJson, script: Script, now: datetime) -> Wish:
    """What is wished for. Raises Problem 422 when it cannot be read."""
    constraints = asked.constraints
    text = asked.text if asked.text is not None or constraints is None else constraints.raw_text
    when = asked.when if asked.when is not None or constraints is None else constraints.when
    if when is not None:
        return wish_from(when)
    if constraints and (constraints.preferred_days or constraints.preferred_periods):
        days = [day[:2] for day in constraints.preferred_days]
        return wish_from({"any_of": [{"days": days, "periods": constraints.preferred_periods}]})
    if text:
        heard = understand(text, (Hears.WHEN,), script.language.grammar, script.settings.local(now)).when
        if heard is None:
            raise Problem(422, "invalid", "No wish was understood in the text.")
        return heard.value
    return Wish(any=True)


def wish_from(when: dict[str, object]) -> Wish:
    """The canonical constraint as a value. Raises Problem 422."""
    try:
        return msgspec.convert(_with_seconds(when), Wish, strict=True)
    except msgspec.ValidationError as error:
        raise Problem(422, "invalid", f"when: {error}") from error


def _with_seconds(value: object) -> object:
    """Times of day are HH:MM in the constraint, HH:MM:SS for the decoder."""
    if isinstance(value, dict):
        clocks = ("at", "not_before", "not_after")
        return {
            key: f"{inner}:00" if key in clocks and isinstance(inner, str) else _with_seconds(inner)
            for key, inner in value.items()
            if inner is not None
        }
    return [_with_seconds(inner) for inner in value] if isinstance(value, list) else value


def name_of(text: str, script: Script, now: datetime) -> SpokenName | None:
    """A name as it was typed or said; None when there is none in it."""
    heard = understand(text, (Hears.NAME,), script.language.grammar, script.settings.local(now)).name
    return heard.value if heard else None


def slot_of(slot: SlotJson, timezone: str) -> Slot:
    """The slot as instants. Raises Problem 422 for a time that does not exist."""
    try:
        start, end = (
            datetime.strptime(wall, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZoneInfo(timezone))
            for wall in (slot.start, slot.stop)
        )
    except ValueError as error:
        raise Problem(422, "invalid", f"slot: {error}") from error
    if start >= end:
        raise Problem(422, "invalid", "slot: start must be before stop.")
    return Slot(start, end, slot.owner_user_id)


def patient_values(patient: Patient, mode: MatchMode, *, alone: bool) -> dict[str, object]:
    """The seed's `patient`."""
    values = {
        "partner_id": patient.id,
        "display_name": patient.name,
        "phone_e164": patient.phone_e164,
        "match_mode": mode,
        "match_confidence": 1.0 if alone else 0.5,
        "needs_disambiguation": not alone,
    }
    return {name: value for name, value in values.items() if value is not None}


def task_values(task: Task, timezone: str) -> dict[str, object]:
    """A task as a person's list shows it."""
    values = {
        "id": task.id,
        "kind": task.kind,
        "reason": task.reason,
        "due": local(task.due, timezone),
        "status": task.status,
        "patient_phone": task.patient_phone,
        "call_id": task.call_id,
        "appointment_id": task.appointment_id,
        "closed_by": task.closed_by,
        "closed_at": task.closed_at and local(task.closed_at, timezone),
    }
    if task.slot:
        values["slot"] = {
            "start": local(task.slot.start, timezone),
            "end": local(task.slot.end, timezone),
            "agent": task.slot.agent_id,
        }
    return {name: value for name, value in values.items() if value is not None}


def commitment_values(
    commitment: Commitment, timezone: str, history: Sequence[HistoryLine] | None = None
) -> dict[str, object]:
    """A commitment as a person sees it, with its history where that was asked for."""
    values: dict[str, object] = {
        "id": commitment.id,
        "call_id": commitment.call_id,
        "intent": commitment.intent,
        "status": commitment.status,
        "outcome": commitment.outcome,
        "error": commitment.error,
        "appointment_id": commitment.appointment_id,
        "asked_at": local(commitment.asked_at, timezone),
        "attempt": commitment.attempt,
        "closed_by": commitment.closed_by,
        "closed_at": commitment.closed_at and local(commitment.closed_at, timezone),
    }
    if history is not None:
        values["history"] = [
            {"at": local(line.at, timezone), "what": line.what, "detail": line.detail, "by": line.by}
            for line in history
        ]
    return {name: value for name, value in values.items() if value is not None}


def turn_values(turn: JournalTurn, timezone: str) -> dict[str, object]:
    """A journalled turn, as the administrator reads it."""
    return {
        "at": local(turn.event.at, timezone),
        "event_id": turn.event_id,
        "event": msgspec.to_builtins(turn.event),
        "before": turn.before,
        "after": turn.after,
        "steps": msgspec.to_builtins(turn.steps),
        "actions": msgspec.to_builtins(turn.reply.actions),
        "trouble": turn.trouble,
    }


def local(at: datetime, timezone: str) -> str:
    """RFC 3339 in the tenant's zone, never Z."""
    return at.astimezone(ZoneInfo(timezone)).isoformat()
