"""Learned weights are sound data: up to date, well formed, the same every time, and silent about noise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.nlu import lessons

from pupitre.languages import load
from pupitre.nlu import weighing
from pupitre.nlu.intents import intent
from pupitre.nlu.labels import emergency
from pupitre.nlu.weighing import BadWeights, contributions, evidence, grams, likelihoods, read
from pupitre.nlu.words import words as words_of

GRAMMAR = load("fr-FR").grammar
SAMPLE = "lessons\tabc\nlabels\tA\tB\nstart\t-10\t0\n|non|\t5\t-20\nje veux\t30\t7\n"
MOST_ROWS = 25_000


@pytest.mark.parametrize("topic", lessons.TOPICS)
def test_weights_are_up_to_date(topic):
    assert GRAMMAR.weights[topic].lessons == lessons.digest(topic), "run scripts/learn"


@pytest.mark.parametrize("topic", lessons.TOPICS)
def test_every_row_is_an_n_gram_that_words_can_have(topic):
    """One to three words between single blanks, or three to five letters of one word; all plain."""
    odd = [gram for gram in GRAMMAR.weights[topic].rows if not well_formed(gram)]

    assert (odd, len(GRAMMAR.weights[topic].rows) < MOST_ROWS) == ([], True)


def well_formed(gram: str) -> bool:
    if " " in gram:
        return 1 < len(gram.split(" ")) <= weighing.MOST_WORDS and set(gram) <= set(
            "abcdefghijklmnopqrstuvwxyz0+/: _^$"
        )
    whole = gram.startswith("|") and gram.endswith("|") and len(gram) > 2
    return "|" not in gram[1:-1] and (whole or len(gram) in weighing.PIECE)


def test_a_word_weighs_by_itself_by_its_neighbours_and_by_its_letters():
    phrases, pieces = grams(["non", "12"])

    assert phrases == {"|non|", "|0|", "^ non", "non 0", "0 $", "^ non 0", "^ _ 0", "non 0 $", "non _ $"}
    assert pieces == {"|no", "non", "on|", "|non", "non|"}


def test_weights_add_up_to_log_odds_and_those_to_probabilities():
    weights = read(SAMPLE, "sample.tsv")

    assert evidence(["non"], weights) == {"A": -1 + 0.5 / 5**0.5, "B": -2 / 5**0.5}
    assert contributions(["non"], weights) == {"A": {"|non|": 0.5 / 5**0.5}, "B": {"|non|": -2 / 5**0.5}}
    assert likelihoods({"A": 0.0, "B": 0.0}) == {"A": 1 / 3, "B": 1 / 3}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("labels\tA\n", "x.tsv: the first lines are not lessons, labels, start"),
        (SAMPLE + "oui\t1\n", "x.tsv: 'oui' has not one weight for each of A, B"),
        (SAMPLE + "oui\t1\tviel\n", "x.tsv: invalid literal"),
    ],
)
def test_a_fault_in_a_file_is_named(text, complaint):
    with pytest.raises(BadWeights, match=complaint):
        read(text, "x.tsv")


@given(st.lists(st.text("bcdfghjklmnpqrstvwxz", min_size=3, max_size=9), max_size=30))
def test_babble_raises_no_alarm(words):
    assert not emergency(words, GRAMMAR)


@given(st.lists(st.sampled_from(sorted(GRAMMAR.lexicon.known)), max_size=20))
def test_probabilities_are_those_of_exclusive_readings(words):
    likely = likelihoods(evidence(words, GRAMMAR.weights["intent"]))

    assert all(0 <= one <= 1 for one in likely.values())
    assert sum(likely.values()) <= 1 + 1e-9


def test_the_same_words_are_always_heard_alike():
    said = ["je", "peux", "pas", "venir", "jeudi", "il", "faut", "trouver", "autre", "chose"]

    assert intent(said, GRAMMAR) == intent(said, load.__wrapped__("fr-FR").grammar)


def test_what_is_ordinary_raises_the_alarm_less_than_once_in_a_thousand_lines():
    """Of lines that were learned from; what others are worth is measured by `scripts/learn --folds`."""
    ordinary = lessons.ordinary()
    taken = [one.text for one in ordinary if emergency(words_of(one.text, GRAMMAR.lexicon), GRAMMAR)]

    assert len(taken) <= len(ordinary) / 1000, taken
