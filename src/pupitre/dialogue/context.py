"""The canonical context of a call: the seed's §1.1, field for field, with extensions beside its fields.

Times are local wall time in the call's zone, `YYYY-MM-DD HH:MM:SS`. What is unknown is absent, never null.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from pupitre.dialogue.call import Call
from pupitre.dialogue.script import Script
from pupitre.dialogue.settings import DialogueSettings
from pupitre.model import Appointment, Slot
from pupitre.wish import WEEKDAYS, Clause, Wish

Json = dict[str, object]

_DAY_NAMES = dict(zip(WEEKDAYS, ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"), strict=True))


def context_of(call: Call, script: Script) -> Json:
    """The context as contract §1 serves it. Its 17 top-level keys are there but `intent_confidence` until heard."""
    settings = script.settings
    context: Json = {
        "call_id": call.call_id,
        "tenant_id": call.tenant_id,
        "flow_version": call.flow_version,
        "language": call.language,
        "timezone": call.timezone,
        "intent": call.intent.value,
        "caller": known(from_e164=call.from_e164, from_raw=call.from_raw, channel=call.channel),
        "patient": _patient(call),
        "appointment": appointment_values(call.appointment, script) if call.appointment else {},
        "constraints": _constraints(call, settings),
        "routing": {
            "agent_queue": settings.agent_queue,
            "eligible_user_ids": list(call.eligible),
            "warm_transfer": True,
        },
        "slots": [slot_values(slot, rank, script) for rank, slot in enumerate(call.slots, 1)],
        "picked_slot": {} if call.picked is None else {"rank": call.picked},
        "reminders": _reminders(call.offsets),
        "counters": {
            "no_speech": call.counters.no_speech,
            "low_confidence": call.counters.low_confidence,
            "retries_total": call.counters.retries_total,
            "no_match": call.counters.no_match,
            "turns": call.counters.turns,
        },
        "telemetry": known(
            state=call.state.value,
            last_event=call.telemetry.last_event,
            last_stt=call.telemetry.last_stt,
            last_stt_conf=call.telemetry.last_stt_conf,
            transfer_reason=call.transfer_reason and call.transfer_reason.value,
            direction=call.direction,
            reminder_id=call.reminder_id,
        ),
    }
    if call.intent_confidence is not None:
        context["intent_confidence"] = call.intent_confidence
    return context


def slot_values(slot: Slot, rank: int, script: Script) -> Json:
    """One of the seed's `slots`."""
    return {
        "rank": rank,
        "start": _wall(slot.start, script.settings),
        "stop": _wall(slot.end, script.settings),
        "owner_user_id": slot.agent_id,
        "label_tts": script.moment(slot.start),
    }


def appointment_values(appointment: Appointment, script: Script) -> Json:
    """The seed's `appointment`."""
    slot, ref = appointment.slot, appointment.ref
    return known(
        event_id=appointment.id,
        status=appointment.status.value,
        start=_wall(slot.start, script.settings),
        stop=_wall(slot.end, script.settings),
        duration_min=int((slot.end - slot.start) / timedelta(minutes=1)),
        owner_user_id=slot.agent_id,
        location=appointment.location,
        gcal_calendar_id=ref and ref.calendar_id,
        gcal_event_id=ref and ref.event_id,
        gcal_etag=ref and ref.etag,
        label_tts=script.moment(slot.start),
        sync_state=appointment.sync_state.value,
    )


def wish_values(wish: Wish) -> Json:
    """The canonical constraint, its absent fields left out."""
    values: Json = {
        "any_of": [_clause(clause) for clause in wish.any_of],
        "none_of": [_clause(clause) for clause in wish.none_of],
        "asap": wish.asap,
        "any": wish.any,
    }
    if wish.conflict:
        values["conflict"] = True
    return values


def _patient(call: Call) -> Json:
    if call.patient is None:
        return {"needs_disambiguation": True} if len(call.candidates) > 1 else {}
    return known(
        partner_id=call.patient.id,
        display_name=call.patient.name,
        phone_e164=call.patient.phone_e164,
        match_mode=call.match_mode and call.match_mode.value,
        match_confidence=call.match_confidence,
        needs_disambiguation=False,
        identified=call.identified,
        verified=call.verified,
    )


def _constraints(call: Call, settings: DialogueSettings) -> Json:
    first = settings.local(call.started).date() + timedelta(days=1)
    last = first + timedelta(days=settings.window_days)
    hours = dict.fromkeys((span.start, span.end) for span in settings.work_hours)
    clauses = call.wish.any_of
    values = known(
        raw_text=call.raw_text,
        agent=call.agent_name,
        window_start=f"{first} 00:00:00",
        window_end=f"{last} 00:00:00",
        work_hours=[{"start": _hhmm(start), "end": _hhmm(end)} for start, end in hours],
        slot_step_min=settings.slot_step_min,
        duration_min=settings.duration_min,
        preferred_days=list(dict.fromkeys(_DAY_NAMES[day] for clause in clauses for day in clause.days)),
        preferred_periods=list(dict.fromkeys(period.value for clause in clauses for period in clause.periods)),
    )
    if call.wish or call.wish.conflict:
        values["when"] = wish_values(call.wish)
    return values


def _clause(clause: Clause) -> Json:
    values: Json = {}
    if clause.days:
        values["days"] = list(clause.days)
    if clause.dates:
        values["dates"] = [day.isoformat() for day in clause.dates]
    if clause.periods:
        values["periods"] = [period.value for period in clause.periods]
    if clause.at is not None:
        values["at"] = _hhmm(clause.at)
    if clause.approx:
        values["approx"] = True
    if clause.not_before is not None:
        values["not_before"] = _hhmm(clause.not_before)
    if clause.not_after is not None:
        values["not_after"] = _hhmm(clause.not_after)
    if clause.window_start is not None:
        values["window_start"] = clause.window_start.isoformat()
    if clause.window_end is not None:
        values["window_end"] = clause.window_end.isoformat()
    return values


def _reminders(offsets: tuple[str, ...] | None) -> Json:
    if offsets is None:
        return {}
    return {
        "opt_in": bool(offsets),
        "jobs": [
            {"type": "CALL", "offset": offset, "when": _short_offset(offset), "status": "scheduled"}
            for offset in offsets
        ],
    }


def _short_offset(offset: str) -> str:
    """As the seed writes them: "P1D" is "J-1", "PT1H" is "H-1"; anything else stays as it is."""
    if offset.startswith("PT") and offset.endswith("H"):
        return f"H-{offset[2:-1]}"
    if offset.startswith("P") and offset.endswith("D"):
        return f"J-{offset[1:-1]}"
    return offset


def _wall(at: datetime, settings: DialogueSettings) -> str:
    return settings.local(at).strftime("%Y-%m-%d %H:%M:%S")


def _hhmm(clock: time) -> str:
    return clock.strftime("%H:%M")


def known(**values: object) -> Json:
    """What is known of these."""
    return {key: value for key, value in values.items() if value is not None}
