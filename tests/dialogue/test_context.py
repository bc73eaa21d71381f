"""The canonical context: the seed's example, field for field, and what is absent."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from tests.dialogue.stage import NOW, OFFERS, SCRIPT, Played, slot

from pupitre.dialogue.call import Counters, State, Telemetry, new_call
from pupitre.dialogue.context import context_of, wish_values
from pupitre.merge_patch import difference
from pupitre.model import Appointment, AppointmentStatus, CalendarRef, Intent, MatchMode, Patient
from pupitre.nlu.meaning import Heard, Meaning, Pick, YesNo
from pupitre.wish import Clause, Period, Wish

SEED = json.loads("""
{ "call_id": "b6a1c9b0-5c47-4db0-9d50-2b0b7b6d6c2a", "tenant_id": "synergia-prod", "flow_version": "rdv_v1",
  "language": "fr-FR", "timezone": "Europe/Paris", "intent": "BOOK", "intent_confidence": 0.86,
  "caller": { "from_e164": "+33612345678", "from_raw": "06 12 34 56 78", "channel": "pstn" },
  "patient": { "partner_id": 123, "display_name": "Jean Dupont", "phone_e164": "+33612345678", "match_mode": "PHONE",
               "match_confidence": 0.92, "needs_disambiguation": false },
  "appointment": { "event_id": 987, "status": "confirmed", "start": "2026-01-05 09:00:00",
                   "stop": "2026-01-05 09:30:00", "duration_min": 30, "owner_user_id": 45, "location": "Téléphone" },
  "constraints": { "raw_text": "mardi matin ou jeudi après-midi", "window_start": "2026-01-03 00:00:00",
                   "window_end": "2026-01-17 00:00:00",
                   "work_hours": [ { "start": "09:00", "end": "12:30" }, { "start": "14:00", "end": "18:00" } ],
                   "slot_step_min": 15, "preferred_days": ["TUE", "THU"], "preferred_periods": ["AM", "PM"] },
  "routing": { "agent_queue": "AGENT_QUEUE", "eligible_user_ids": [45, 46, 47], "warm_transfer": true },
  "slots": [
    { "rank": 1, "start": "2026-01-06 09:00:00", "stop": "2026-01-06 09:30:00", "owner_user_id": 45,
      "label_tts": "mardi 6 janvier à 9 heures" },
    { "rank": 2, "start": "2026-01-08 15:00:00", "stop": "2026-01-08 15:30:00", "owner_user_id": 46,
      "label_tts": "jeudi 8 janvier à 15 heures" },
    { "rank": 3, "start": "2026-01-08 16:15:00", "stop": "2026-01-08 16:45:00", "owner_user_id": 47,
      "label_tts": "jeudi 8 janvier à 16 heures 15" } ],
  "picked_slot": { "rank": 2 },
  "reminders": { "opt_in": true, "jobs": [
    { "type": "CALL", "offset": "P1D", "when": "J-1", "status": "scheduled" },
    { "type": "CALL", "offset": "PT1H", "when": "H-1", "status": "scheduled" } ] },
  "counters": { "no_speech": 0, "low_confidence": 0, "retries_total": 0 },
  "telemetry": { "state": "WELCOME_INTENT", "last_event": "stt_final", "last_stt": "je veux déplacer mon rendez-vous",
                 "last_stt_conf": 0.86 } }
""")
"""Seed §1.1, as it stands there."""

MORNING_OR_AFTERNOON = Wish(
    any_of=(Clause(days=("TU",), periods=(Period.AM,)), Clause(days=("TH",), periods=(Period.PM,)))
)


@pytest.fixture
def example():
    """The call that the seed's example is the context of."""
    call = new_call(
        SCRIPT.settings,
        tenant_id="synergia-prod",
        call_id="b6a1c9b0-5c47-4db0-9d50-2b0b7b6d6c2a",
        at=NOW,
        from_e164="+33612345678",
        from_raw="06 12 34 56 78",
        channel="pstn",
    )
    return replace(
        call,
        state=State.WELCOME_INTENT,
        intent=Intent.BOOK,
        intent_confidence=0.86,
        patient=Patient(123, "Jean Dupont", "+33612345678"),
        match_mode=MatchMode.PHONE,
        match_confidence=0.92,
        appointment=Appointment(987, 123, slot(5, 9), location="Téléphone"),
        wish=MORNING_OR_AFTERNOON,
        raw_text="mardi matin ou jeudi après-midi",
        eligible=(45, 46, 47),
        slots=OFFERS,
        picked=2,
        offsets=("P1D", "PT1H"),
        counters=Counters(),
        telemetry=Telemetry("stt_final", "je veux déplacer mon rendez-vous", 0.86),
    )


def within(found, expected):
    """`found` cut down to the fields of `expected`: extensions may stand beside the seed's, never in their place."""
    if isinstance(expected, dict):
        return {key: within(found[key], value) for key, value in expected.items()}
    if isinstance(expected, list):
        return [within(one, value) for one, value in zip(found, expected, strict=True)]
    return found


def test_the_example_of_the_seed_comes_out_field_for_field(example):
    context = context_of(example, SCRIPT)

    assert SEED == within(context, SEED)
    assert set(SEED) == set(context)


def test_the_order_of_the_call_does_not_matter_to_json(example):
    assert json.loads(json.dumps(context_of(example, SCRIPT))) == context_of(example, SCRIPT)


def test_a_call_that_has_just_begun_knows_little_and_says_no_null():
    context = context_of(Played(from_e164=None).starts().call, SCRIPT)

    assert set(SEED) - {"intent_confidence"} == set(context)
    assert context["intent"] == "UNKNOWN"
    assert [{}, {}, {}, {}, []] == [context[key] for key in ("caller", "patient", "appointment", "reminders", "slots")]
    assert {"no_speech": 0, "low_confidence": 0, "retries_total": 0}.items() <= context["counters"].items()
    assert "null" not in json.dumps(context)


def test_the_window_of_offers_is_there_from_the_start():
    """Seed, Fn_InitContextDefaults: J+1 00:00 to J+15 00:00, half-open."""
    constraints = context_of(Played().starts().call, SCRIPT)["constraints"]

    assert ("2026-01-03 00:00:00", "2026-01-17 00:00:00") == (constraints["window_start"], constraints["window_end"])
    assert "when" not in constraints


def test_the_window_counts_local_days_near_midnight():
    """At 23:30 UTC it is the next day in Paris."""
    call = new_call(SCRIPT.settings, tenant_id="t", call_id="c", at=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))

    assert context_of(call, SCRIPT)["constraints"]["window_start"] == "2026-07-02 00:00:00"


@pytest.mark.parametrize(
    ("utc", "wall"),
    [
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "2026-03-29 01:30:00"),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "2026-03-29 03:30:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25 02:30:00"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25 02:30:00"),
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), "2026-07-01 09:00:00"),
    ],
)
def test_times_are_local_wall_time_on_both_sides_of_a_clock_change(example, utc, wall):
    offer = replace(slot(6, 9), start=utc, end=utc + timedelta(minutes=30))
    moved = replace(example, slots=(offer,))

    assert wall == context_of(moved, SCRIPT)["slots"][0]["start"]


def test_the_planning_reference_stands_beside_the_appointment(example):
    ref = CalendarRef("anne@demo.test", "abc", '"1"')
    appointment = replace(example.appointment, ref=ref, status=AppointmentStatus.PENDING)
    context = context_of(replace(example, appointment=appointment), SCRIPT)["appointment"]

    assert {
        "gcal_calendar_id": "anne@demo.test",
        "gcal_event_id": "abc",
        "gcal_etag": '"1"',
        "status": "pending",
    }.items() <= context.items()


def test_a_wish_is_the_canonical_constraint(example):
    assert context_of(example, SCRIPT)["constraints"]["when"] == {
        "any_of": [{"days": ["TU"], "periods": ["AM"]}, {"days": ["TH"], "periods": ["PM"]}],
        "none_of": [],
        "asap": False,
        "any": False,
    }


def test_every_field_of_a_clause_is_written_and_none_that_was_not_said():
    day = NOW.date()
    full = Clause(
        days=("MO",),
        dates=(day,),
        periods=(Period.LATE_AM,),
        at=NOW.time(),
        approx=True,
        not_before=NOW.time(),
        not_after=NOW.time(),
        window_start=day,
        window_end=day,
    )

    assert {
        "days": ["MO"],
        "dates": ["2026-01-02"],
        "periods": ["LATE_AM"],
        "at": "10:00",
        "approx": True,
        "not_before": "10:00",
        "not_after": "10:00",
        "window_start": "2026-01-02",
        "window_end": "2026-01-02",
    } == wish_values(Wish(any_of=(full,), conflict=True))["any_of"][0]
    assert wish_values(Wish(none_of=(Clause(),), asap=True)) == {
        "any_of": [],
        "none_of": [{}],
        "asap": True,
        "any": False,
    }


def test_the_confidence_of_an_intent_is_that_of_the_words():
    played = Played().starts().means(Meaning(intent=Heard(Intent.BOOK, 0.95)), confidence=0.86)

    assert context_of(played.call, SCRIPT)["intent_confidence"] == 0.86


def test_a_confidence_nobody_knows_leaves_the_reading_its_own():
    played = Played().starts().means(Meaning(intent=Heard(Intent.BOOK, 0.95)))
    context = context_of(played.call, SCRIPT)

    assert context["intent_confidence"] == 0.95
    assert "last_stt_conf" not in context["telemetry"]


def test_folding_all_deltas_gives_the_context():
    """Contract §1, RFC 7396: a null removes; nothing in a context is ever null."""
    played = Played()
    folded, before = {}, {}
    yes = Meaning(yes_no=Heard(YesNo.YES))
    wish = Meaning(when=Heard(MORNING_OR_AFTERNOON))
    for meaning in (None, Meaning(intent=Heard(Intent.BOOK)), yes, wish, Meaning(pick=Heard(Pick.SECOND)), yes):
        played = played.starts() if meaning is None else played.means(meaning)
        after = context_of(played.call, SCRIPT)
        folded = patched(folded, difference(before, after))
        before = after

    assert before == folded
    assert folded["picked_slot"] == {"rank": 2}
    assert folded["reminders"] == SEED["reminders"]


def patched(target, patch):
    """RFC 7396 §2, as it is written there."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = patched(result.get(key), value)
    return result
