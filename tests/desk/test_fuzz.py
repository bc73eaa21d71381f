"""Whatever is sent, the desk answers: a caller always gets actions, nobody gets a traceback."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance
from tests.servers.desk import EVENTS, JEAN

ENDINGS = {"listen", "transfer", "hangup", "continue"}
NAMES = ("call_start", "stt_final", "no_speech", "dtmf", "transfer_result", "continue", "machine_detected", "hangup")
SAYINGS = (
    "je voudrais prendre rendez-vous",
    "déplacer",
    "annuler mon rendez-vous",
    "oui",
    "non",
    "mardi matin ou jeudi après-midi",
    "le premier",
    "aucun",
    "pardon ?",
    "zéro six douze trente-quatre cinquante-six soixante-dix-huit",
    "Jean Dupont",
    "le 3 février 1950",
    "au secours",
    "un agent",
    "au revoir",
)
texts = st.sampled_from(SAYINGS) | st.text(max_size=60) | st.text("\x00\x07\u200b\U0001f600\ud7ff", max_size=8)
events = st.fixed_dictionaries(
    {"event": st.sampled_from(NAMES) | st.text(max_size=10)},
    optional={
        "stt": st.fixed_dictionaries({"text": texts}, optional={"confidence": st.none() | st.floats(0, 1)}),
        "dtmf": st.fixed_dictionaries({"digits": st.text("0123456789*#", max_size=12)}),
        "transfer": st.fixed_dictionaries(
            {"status": st.sampled_from(("answered", "no_answer", "busy", "declined", "voicemail", "failed"))}
        ),
        "caller": st.just(JEAN) | st.fixed_dictionaries({"from_e164": st.text(max_size=20)}),
        "event_id": st.sampled_from(("1", "2", "3")),
        "direction": st.sampled_from(("inbound", "outbound")),
        "reminder_id": st.text(min_size=1, max_size=8).filter(str.isprintable),
    },
)
FUZZ = settings(deadline=None, suppress_health_check=list(HealthCheck))


@settings(FUZZ, max_examples=60)
@given(calls=st.lists(events, min_size=1, max_size=15))
def test_any_sequence_of_events_is_answered_with_actions(running_desk, calls):
    call_id = f"fuzz-{next(EVENTS)}"
    for event in calls:
        answer = running_desk.post("/ivr", {"call_id": call_id, **event}, token=running_desk.gateway)

        assert 200 == answer.status, answer.body
        assert [kind in ENDINGS for kind in answer.kinds] == [*[False] * (len(answer.kinds) - 1), True]
        assert all(action["text"].strip() for action in answer.json["actions"] if action["type"] == "say")
    assert '"level":"error"' not in running_desk.log().replace(" ", "")


@settings(FUZZ, max_examples=60)
@given(
    body=st.binary(max_size=200)
    | st.recursive(st.none() | st.text(max_size=5) | st.integers(), st.lists).map(json.dumps)
)
def test_garbage_is_refused_with_actions(running_desk, body):
    data = body if isinstance(body, bytes) else body.encode()
    answer = running_desk.post("/ivr", data, token=running_desk.gateway)

    assert 400 <= answer.status < 500
    assert "transfer" == answer.kinds[-1]


def test_the_api_is_as_its_openapi_document_says(openapi, running_desk):
    """Statuses, types and shapes are those documented; nothing is answered with a server error."""
    operations = [found.ok() for found in openapi.get_all_operations()]
    assert len(operations) > 12

    @settings(FUZZ, max_examples=200)
    @given(data=st.data())
    def check(data):
        operation = data.draw(st.sampled_from(operations))
        case = data.draw(operation.as_strategy())
        token = running_desk.gateway if operation.path == "/ivr" else running_desk.admin
        # A form cannot say which fields an intent needs, so what it allows may still be refused.
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=[positive_data_acceptance])

    check()
