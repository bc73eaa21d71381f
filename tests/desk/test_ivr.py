"""`POST /ivr` from outside (contract §1)."""

import json

import pytest
from tests.servers.desk import JEAN, ODETTE, made, serving

from pupitre.merge_patch import apply

ENDINGS = {"listen", "transfer", "hangup", "continue"}


def greeted(desk, call_id="c1", caller=JEAN):
    return desk.event(call_id, "call_start", caller=caller)


def offered(desk, call_id="c1", caller=JEAN, wish="mardi matin"):
    greeted(desk, call_id, caller)
    desk.says(call_id, "je voudrais prendre rendez-vous")
    desk.says(call_id, "oui")
    return desk.says(call_id, wish)


def test_a_call_begins_with_who_answers_and_that_it_is_automatic(desk):
    answer = greeted(desk)
    first, second, last = answer.json["actions"]

    assert "automatique" in first["text"]
    assert "Bonjour. Dites simplement : prendre rendez-vous, déplacer, annuler, ou parler à un agent." == second["text"]
    assert ("listen", "stt", 7000, True) == tuple(last[key] for key in ("type", "mode", "timeout_ms", "barge_in"))


def test_a_booking_is_recorded_before_it_is_said_to_be(desk):
    offered(desk)
    booked = desk.says("c1", "le premier")
    [appointment] = [one for one in desk.state["appointments"] if one["call_id"] == "c1"]

    assert "REMINDER_OPTIN" == booked.state
    assert ("confirmed", "+33612345678", "2026-01-06T09:00:00+01:00") == tuple(
        appointment[key] for key in ("status", "patient_phone", "start")
    )
    assert "mardi 6 janvier à 9 heures" in booked.said


def test_every_reply_ends_in_exactly_one_ending(desk):
    replies = [offered(desk), desk.says("c1", "le premier"), desk.says("c1", "non"), desk.event("c1", "hangup")]

    for reply in replies:
        assert [kind in ENDINGS for kind in reply.kinds] == [*[False] * (len(reply.kinds) - 1), True]


def test_the_same_event_again_gets_the_same_reply_and_changes_nothing(desk):
    offered(desk)
    first = desk.event("c1", "dtmf", dtmf={"digits": "1"}, event_id="pick")
    before = desk.state
    again = desk.event("c1", "dtmf", dtmf={"digits": "1"}, event_id="pick")

    assert first.json == again.json
    assert before == desk.state


def test_the_call_start_again_gets_the_same_reply(desk):
    first = greeted(desk)
    desk.says("c1", "je voudrais prendre rendez-vous")

    assert first.json == desk.event("c1", "call_start", caller=JEAN).json


def test_folding_all_deltas_gives_the_context(desk):
    context = {}
    turns = [greeted(desk), desk.says("c1", "je voudrais un rendez-vous mardi matin"), desk.says("c1", "oui")]
    turns += [desk.event("c1", "dtmf", dtmf={"digits": "1"}), desk.says("c1", "oui juste la veille")]
    for turn in turns:
        context = apply(context, turn.json["context_delta"])

    assert context == desk.get("/v1/calls/c1").json


def test_an_unknown_call_is_greeted_and_its_event_handled(desk):
    answer = desk.event("new", "stt_final", stt={"text": "je voudrais parler à quelqu'un"})

    assert "automatique" in answer.json["actions"][0]["text"]
    assert "transfer" == answer.kinds[-1]
    assert answer.json["context_delta"] == desk.get("/v1/calls/new").json


def test_an_unknown_calls_hangup_is_answered_with_hangup(desk):
    assert ["hangup"] == desk.event("new", "hangup").kinds


def test_an_ended_call_hangs_up(desk):
    greeted(desk)
    assert ["hangup"] == desk.event("c1", "hangup").kinds
    assert ["hangup"] == desk.says("c1", "allô").kinds


def test_blank_text_is_silence(desk):
    greeted(desk)
    desk.event("c1", "stt_final", stt={"text": "  "})

    assert 1 == desk.get("/v1/calls/c1").json["counters"]["no_speech"]


def test_an_unknown_event_hands_over(desk):
    greeted(desk)
    answer = desk.event("c1", "surprise")

    assert (200, "transfer") == (answer.status, answer.kinds[-1])


def test_a_number_that_is_none_is_asked_for(desk):
    greeted(desk, caller={"from_e164": "anonymous"})

    assert "IDENTIFY" == desk.says("c1", "je voudrais prendre rendez-vous").state


def test_hanging_up_frees_what_was_held(desk):
    offered(desk)
    assert desk.state["holds"]
    desk.event("c1", "hangup")

    assert [] == desk.state["holds"]


def test_another_caller_is_not_offered_what_is_held(desk):
    first = offered(desk, "c1", JEAN)
    second = offered(desk, "c2", ODETTE, "mardi matin")
    held = {(hold["agent"], hold["start"]) for hold in desk.state["holds"]}

    assert ("SLOTS_READOUT", "SLOTS_READOUT") == (first.state, second.state)
    assert 6 == len(held) == len(desk.state["holds"])


def test_moving_frees_the_old_time_and_keeps_the_appointment(desk):
    greeted(desk, caller=ODETTE)
    desk.says("c1", "je voudrais déplacer mon rendez-vous")
    desk.says("c1", "oui")
    desk.says("c1", "jeudi après-midi")
    desk.says("c1", "le premier")
    [appointment] = desk.state["appointments"]

    assert ("2026-01-08T12:00:00+01:00", "confirmed") == (appointment["start"], appointment["status"])


def test_cancelling_names_the_appointment_first_and_keeps_it_as_canceled(desk):
    greeted(desk, caller=ODETTE)
    desk.says("c1", "je voudrais annuler")
    asked = desk.says("c1", "oui")
    assert "mercredi 7 janvier à 10 heures" in asked.said
    done = desk.says("c1", "oui")

    assert "canceled" == desk.state["appointments"][0]["status"]
    assert "C'est noté" in done.said


def test_an_emergency_goes_before_everything(desk):
    offered(desk)
    answer = desk.says("c1", "au secours je suis tombée", confidence=0.2)

    assert "emergency" == answer.json["actions"][-1]["priority"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[]", 422),
        (b'"call_start"', 422),
        (b'{"event": "call_start"}', 422),
        (b'{"call_id": "c1"}', 422),
        (b'{"call_id": "", "event": "call_start"}', 422),
        (b'{"call_id": 7, "event": "call_start"}', 422),
        (b'{"call_id": "c1", "event": 7}', 422),
        (b'{"call_id": "c1", "event": "stt_final", "stt": {"text": "oui", "confidence": 1.5}}', 422),
        (b'{"call_id": "c1", "event": "stt_final", "stt": {"text": "oui", "confidence": "0.9"}}', 422),
        (b'{"call_id": "c1", "event": "stt_final", "stt": {"text": 12}}', 422),
        (b'{"call_id": "c1", "event": "stt_final", "stt": "oui"}', 422),
        (b'{"call_id": "c1", "event": "dtmf", "dtmf": {"digits": 1}}', 422),
        (json.dumps({"call_id": "c" * 129, "event": "call_start"}).encode(), 422),
        (json.dumps({"call_id": "c1", "event": "stt_final", "stt": {"text": "a" * 70_000}}).encode(), 413),
    ],
)
def test_what_cannot_be_understood_is_refused_and_still_reaches_a_person(desk, body, status):
    answer = desk.post("/ivr", body, token=desk.gateway)

    assert (status, "application/problem+json") == (answer.status, answer.headers["content-type"])
    assert ["say", "transfer"] == answer.kinds, "one sentence, and a person"
    assert answer.json["type"] and answer.json["detail"]


def test_unknown_fields_are_ignored(desk):
    assert 200 == desk.event("c1", "call_start", caller=JEAN, weather={"rain": True}).status


@pytest.mark.parametrize("token", ["", "nonsense", "admin"])
def test_without_the_gateways_token_nothing_happens(desk, token):
    answer = desk.post(
        "/ivr", {"call_id": "c1", "event": "call_start"}, token=desk.admin if token == "admin" else token
    )

    assert 401 == answer.status
    assert 404 == desk.get("/v1/calls/c1").status


def test_the_schema_is_served_without_a_token_and_the_replies_are_of_it(desk):
    schema = desk.get("/ivr/schema.json", token="").json

    assert {"Say", "Listen", "Transfer", "Hangup", "Continue", "Reply", "RequestJson"} <= schema["$defs"].keys()


def test_ten_thousand_characters_are_answered(desk):
    greeted(desk)
    answer = desk.says("c1", "mardi euh " * 1_000)

    assert 200 == answer.status


@pytest.mark.faults
def test_a_call_goes_on_after_kill_minus_nine(tmp_path):
    home = made(tmp_path / "home")
    with serving(home) as desk:
        desk.load()
        offered(desk)
        desk.kill()
    with serving(home) as desk:
        booked = desk.says("c1", "le premier")

        assert "REMINDER_OPTIN" == booked.state
        assert 2 == len(desk.state["appointments"])
