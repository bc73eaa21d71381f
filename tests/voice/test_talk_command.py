"""`pupitre talk` as it is run: with a desk of its own, in this process, and nothing else started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

KEYED = """
- scenario: booked with keys alone
  turns:
    - {keys: 1, state: CONFIRM_IDENTITY, hears: Jean Dupont}
    - {keys: 1, state: COLLECT_CONSTRAINTS}
    - {keys: 1, state: SLOTS_READOUT, hears: lundi 5 janvier}
    - {keys: 1, state: REMINDER_OPTIN, hears: est pris pour le lundi 5 janvier à 9 heures}
    - {keys: 2, ends: hangup, hears: C'est noté.}

- scenario: the next one finds an empty desk again
  from: anonymous
  turns:
    - {keys: 1, state: IDENTIFY}
    - {hangs_up: yes}

- scenario: a world that answers as told is the core's to play
  outcomes: {LookUpPatient: [down]}
  turns:
    - {keys: 1, state: TRANSFER_AGENT}
"""


def talk(*words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pupitre", "talk", *words]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=100, check=False)


def test_a_scenario_is_played_on_the_real_desk_in_its_own_world(tmp_path: Path):
    file = tmp_path / "calls.yaml"
    file.write_text(KEYED, encoding="utf-8")

    done = talk("--scenario", str(file))

    assert "✗" not in done.stdout
    assert "non joué" in done.stdout
    assert done.stdout.rstrip().endswith("9 tours joués, tout est comme écrit")
    assert done.returncode == 0, done.stderr


def test_what_is_not_as_written_is_said_and_fails(tmp_path: Path):
    file = tmp_path / "calls.yaml"
    file.write_text(KEYED.replace("lundi 5 janvier}", "mardi 6 janvier et rien d'autre}"), encoding="utf-8")

    done = talk("--scenario", str(file))

    assert "✗ attendu : « mardi 6 janvier et rien d'autre »" in done.stdout
    assert done.returncode == 1


def test_a_typed_call_reaches_the_demo_and_its_end_hangs_up():
    done = talk(typed="#1\n#1\n#1\n#2\n")

    assert "Jeanne Rousseau" in done.stdout
    assert "REMINDER_OPTIN" in done.stdout
    assert "\x1b" not in done.stdout, "no colours where nobody sees them"
    assert done.returncode == 0, done.stderr


def test_a_file_that_cannot_be_played_is_wrong_usage_in_one_sentence(tmp_path: Path):
    file = tmp_path / "calls.yaml"
    file.write_text("- {scenario: x, turns: [{shouts: oui}]}")

    for done in (talk("--scenario", str(file)), talk("--scenario", str(tmp_path / "none.yaml"))):
        assert done.returncode == 2
        assert done.stderr.startswith("pupitre: ")
        assert "Traceback" not in done.stderr
    assert "there is no file" in done.stderr


def test_a_desk_that_is_not_there_is_told():
    done = talk("--url", "http://127.0.0.1:9", typed="")

    assert done.returncode == 1
    assert "no desk answers at http://127.0.0.1:9; start one with `pupitre demo`" in done.stderr
