"""Phrases: overridden by a tenant, checked when the script is made, rendered over the call."""

import pytest
from msgspec.structs import replace
from tests.dialogue.stage import FRENCH, Played, settings

from pupitre.dialogue.script import UnknownPhrase, script_of
from pupitre.dialogue.settings import DialogueSettings

DEFAULTS = DialogueSettings(tenant_name="Synergia")


def test_a_tenant_may_say_it_otherwise():
    script = script_of(DEFAULTS, FRENCH, {"disclosure": "Ici {{tenant.name}}, le robot."})

    assert Played(script).starts().said.startswith("Ici Synergia, le robot. Bonjour.")


def test_overrides_may_be_nested_as_in_the_file():
    script = script_of(DEFAULTS, FRENCH, {"welcome_intent": {"ask": "Que puis-je faire ?"}})

    assert "Que puis-je faire ?" in Played(script).starts().said


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"welcome": "Bonjour"}, "phrase 'welcome' does not exist"),
        ({"disclosure": "Ici {{tenant.nmae}}"}, r"phrase 'disclosure': {{tenant.nmae}} is not a value of the call"),
        ({"disclosure": "{{slots.label_tts}}"}, "'disclosure': {{slots.label_tts}}"),
        ({"disclosure": "Ici {{tenant.name"}, "'disclosure': a placeholder is not closed"),
        ({"disclosure": "Ici tenant.name}}"}, "'disclosure': a placeholder is not closed"),
        ({"disclosure": 3}, "phrase disclosure is not a text"),
        ({"disclosure": "{{}}"}, "'disclosure': {{}}"),
    ],
)
def test_what_cannot_be_said_is_refused_when_the_script_is_made(overrides, message):
    with pytest.raises(UnknownPhrase, match=message.replace("{", r"\{").replace("}", r"\}").replace("[", r"\[")):
        script_of(DEFAULTS, FRENCH, overrides)


def test_every_value_of_the_seeds_context_may_be_named():
    everything = " ".join(
        f"{{{{{path}}}}}"
        for path in [
            "call_id",
            "tenant_id",
            "intent",
            "intent_confidence",
            "caller.from_e164",
            "patient.display_name",
            "appointment.start",
            "constraints.work_hours[1].start",
            "routing.eligible_user_ids[0]",
            "slots[2].label_tts",
            "picked_slot.rank",
            "reminders.jobs[0].when",
            "counters.retries_total",
            "telemetry.last_stt",
            "appointment.gcal_event_id",
        ]
    )

    script_of(DEFAULTS, FRENCH, {"disclosure": everything})


def test_a_value_that_is_absent_falls_back_on_the_languages_own_phrase():
    """A tenant's phrase that names a value nobody knows yet is not said with a hole in it."""
    script = script_of(DEFAULTS, FRENCH, {"disclosure": "Bonjour {{patient.display_name}} !"})

    assert Played(script).starts().said.startswith("Synergia, assistant vocal automatique.")


def test_the_first_sentence_says_who_answers_and_that_it_is_automatic():
    """EU AI Act, article 50."""
    played = Played(settings(tenant_name="Maison Bleue")).starts()

    assert played.actions[0].text == "Maison Bleue, assistant vocal automatique."
    assert played.actions[0].barge_in is False
    assert (
        played.actions[1].text
        == "Bonjour. Dites simplement : prendre rendez-vous, déplacer, annuler, ou parler à un agent."
    )


def test_a_script_is_a_value():
    assert settings() == replace(settings())
