"""What a person types wrongly is refused in one sentence, and changes nothing."""

import re

import pytest
from tests.servers.desk import made, pupitre


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    """Settings of a small practice: agent 1, patient 1."""
    settings = made(tmp_path_factory.mktemp("practice") / "home") / "pupitre.toml"
    assert "1  Claire Morel\n" == pupitre("agents", "add", " Claire  Morel ", "--config", settings).stdout
    assert "1  Jean Dupont\n" == pupitre("patients", "add", "Jean Dupont", "--config", settings).stdout
    return settings


@pytest.mark.parametrize(
    ("words", "status", "advice"),
    [
        (["agents", "add", "  "], 2, "nobody's name"),
        (["patients", "add", ""], 2, "nobody's name"),
        (["patients", "add", "Jean", "--birth-date", "2150-02-03"], 2, "still to come"),
        (["appointments", "book", "1", "1", "2020-12-07T10:00"], 2, "past already"),
        (["appointments", "book", "77", "1", "2090-12-04T10:00"], 1, "no patient 77"),
        (["appointments", "book", "1", "77", "2090-12-04T10:00"], 1, "no agent 77"),
        (["appointments", "book", "1", "1", "soon"], 2, "is no time"),
        (["appointments", "cancel", "77"], 1, "77"),
        (["backup", "pupitre.db"], 2, "the store itself"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(practice, words, status, advice):
    result = pupitre(*words, "--config", practice, cwd=practice.parent)

    assert (status, True) == (result.returncode, advice in result.stderr), result.stderr
    assert "Traceback" not in result.stderr
    assert "Nothing is booked." in pupitre("appointments", "list", "--config", practice).stdout
    assert "No commitment." in pupitre("commitments", "list", "--config", practice).stdout


def test_a_port_that_is_none_is_refused_by_the_emulators_too():
    result = pupitre("emulate", "--port", "99999")

    assert 2 == result.returncode
    assert "65535" in result.stderr


def test_what_is_understood_on_a_given_day_is_so_line_by_line_too():
    line = '{"id": "1", "hears": "when", "text": "demain"}'
    result = pupitre("understand", "--jsonl", "--now", "2026-01-05T10:00", input=line)

    assert "2026-01-06" in result.stdout


def test_how_sure_it_is_of_what_is_wanted_is_shown():
    result = pupitre("understand", "je ne viens plus mardi il faut voir pour vendredi")

    assert re.search(r'^"RESCHEDULE"\nconfidence: 0\.\d+, perhaps CANCEL', result.stdout, re.MULTILINE), result.stdout


def test_a_time_told_by_the_appointment_to_be_moved_is_shown():
    result = pupitre("understand", "d'une semaine plus tard", "--hears", "when", "--now", "2026-01-05T10:00")

    assert 'by the appointment to be moved: {"days": 7}' in result.stdout
