"""The flow table: complete, reachable, spoken for, drawn."""

import re
from pathlib import Path

import pytest
from tests.dialogue.stage import FRENCH, SCRIPT

from pupitre.dialogue import drawing
from pupitre.dialogue.call import State
from pupitre.dialogue.flow import ASKS, FLOW, Undeclared, check, leads
from pupitre.dialogue.settings import DialogueSettings

VARIANTS = ("ask", "silence", "help", "short", "hints")
OFFERS = (
    "Je peux vous proposer : 1) {{slots[0].label_tts}}, 2) {{slots[1].label_tts}}, 3) {{slots[2].label_tts}}. "
    "Dites 1, 2, 3, ou agent."
)
SOURCES = "\n".join(path.read_text("utf-8") for path in Path(drawing.__file__).parent.rglob("*.py"))


def test_every_state_has_its_row():
    assert set(State) == set(FLOW)


def test_every_state_can_be_reached():
    reached, left = set(), [State.START]
    while left:
        state = left.pop()
        if state not in reached:
            reached.add(state)
            left += leads(state)

    assert set(State) == reached


@pytest.mark.parametrize("key", ASKS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_question_has_its_five_texts(key, variant):
    assert f"{key}.{variant}" in FRENCH.phrases


@pytest.mark.parametrize("key", ASKS)
def test_the_help_of_a_question_names_the_keys(key):
    """Callers who are not understood learn what to key: at least the one for a person, or a number's end."""
    assert re.search(r"tape[rz]", FRENCH.phrases[f"{key}.help"])


def test_every_question_is_asked_by_one_state():
    asked = [ask.key for step in FLOW.values() for ask in step.asks]

    assert len(asked) == len(set(asked))


def test_every_phrase_is_said_somewhere():
    """A phrase is a variant of a question, or its key stands in the code, whole or as the family it is chosen from."""
    families = ("filler.", "heard.", "brief.who.", "brief.want.", "brief.far.", "brief.why.")
    variants = {f"{key}.{variant}" for key in ASKS for variant in VARIANTS}
    unused = [
        key
        for key in FRENCH.phrases
        if key not in variants and f'"{key}"' not in SOURCES and not key.startswith(families)
    ]

    assert [] == unused


def test_every_key_named_in_the_code_has_its_phrase():
    sections = {key.split(".")[0] for key in FRENCH.phrases if "." in key}
    named = {key for key in re.findall(r'"([a-z_]+(?:\.[a-z_0-9]+)+)"', SOURCES) if key.split(".")[0] in sections}
    unknown = named - set(FRENCH.phrases) - set(ASKS)

    assert {key for key in unknown if key not in SPOKEN} == set()


SPOKEN = {"brief.who", "brief.want", "brief.far", "brief.why", "brief.line"}


@pytest.mark.parametrize(
    ("key", "milliseconds"),
    [
        ("welcome_intent", 7000),
        ("confirm_identity", 6000),
        ("slots_readout.three", 9000),
        ("cancel_confirm", 6000),
        ("reminder_optin", 7000),
        ("identify.phone", 9500),
        ("collect_constraints", 9500),
        ("verify", 7000),
    ],
)
def test_a_question_listens_as_long_as_the_seed_says(key, milliseconds):
    """Seed §2.1 to 2.5; long in IDENTIFY and COLLECT_CONSTRAINTS, short elsewhere."""
    assert milliseconds == ASKS[key][1].timeout_ms(DialogueSettings())


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (
            "welcome_intent.ask",
            "Bonjour. Dites simplement : prendre rendez-vous, déplacer, annuler, ou parler à un agent.",
        ),
        ("confirm_identity.ask", "Je vous ai identifié comme {{patient.display_name}}. Confirmez-vous ?"),
        (
            "slots_readout.three.ask",
            OFFERS,
        ),
        ("cancel_confirm.ask", "Confirmez-vous l'annulation de votre rendez-vous ?"),
        ("reminder_optin.ask", "Souhaitez-vous recevoir un rappel la veille et une heure avant ?"),
        ("transfer_agent.say", "Je vous mets en relation avec un agent."),
        ("end_confirmation.noted", "C'est noté. Merci et bonne journée."),
        ("end_confirmation.goodbye", "Merci de votre appel. Bonne journée."),
    ],
)
def test_the_phrases_of_the_seed_stand_word_for_word(key, text):
    assert text == FRENCH.phrases[key]


def test_no_question_offers_more_than_three_choices_to_read_out():
    assert all(f"{n})" not in text for text in FRENCH.phrases.values() for n in (4, 5))


def test_a_transition_that_is_not_declared_is_refused():
    with pytest.raises(Undeclared, match="VERIFY does not lead to REMINDER_OPTIN"):
        check(State.VERIFY, State.REMINDER_OPTIN)


@pytest.mark.parametrize("mermaid", [False, True])
def test_the_drawing_shows_every_state(mermaid):
    assert all(state.value in drawing.draw(mermaid=mermaid) for state in State)


def test_the_drawing_shows_every_way():
    paragraphs = {text.splitlines()[0]: text for text in drawing.draw().split("\n\n")}

    assert all(f"→ {to.value}" in paragraphs[state] for state in State for to in leads(state))


def test_the_documentation_shows_the_table_as_it_is():
    page = Path(__file__).parents[2] / "docs" / "conversation.md"

    assert drawing.draw(mermaid=True) in page.read_text("utf-8")
    assert all(f"`{state.value}`" in page.read_text("utf-8") for state in State)


def test_a_script_of_the_defaults_has_every_phrase():
    assert all(SCRIPT.has(key) for key in FRENCH.phrases)
