"""`pupitre replay` decides a journalled call again, with the conversation as it is now."""

import os
import pathlib
import shutil

from tests.servers.desk import JEAN, made, pupitre, serving

import pupitre as package


def called(desk):
    desk.event("c1", "stt_final", stt={"text": "bonjour je voudrais un rendez-vous mardi matin"}, caller=JEAN)
    desk.says("c1", "oui")
    desk.says("c1", "pardon ?")
    desk.says("c1", "le premier")
    desk.says("c1", "oui juste la veille")
    desk.event("c1", "hangup")


def test_a_call_is_decided_again_as_it_was_and_a_mutated_transition_is_noticed(tmp_path):
    home = made(tmp_path / "home")
    with serving(home) as desk:
        desk.load()
        called(desk)
    settings = home / "pupitre.toml"
    same = pupitre("replay", "c1", "--config", settings)
    mutant = tmp_path / "mutant" / "pupitre"
    shutil.copytree(pathlib.Path(package.__file__).parent, mutant)
    state = mutant / "dialogue" / "states" / "reminder_optin.py"
    text = state.read_text()
    assert "State.END_CONFIRMATION" in text
    state.write_text(text.replace("State.END_CONFIRMATION", "State.TRANSFER_AGENT"))
    changed = pupitre("replay", "c1", "--config", settings, env=os.environ | {"PYTHONPATH": str(mutant.parent)})

    assert 0 == same.returncode, same.stdout + same.stderr
    assert "REMINDER_OPTIN -> END_CONFIRMATION" in same.stdout
    assert 1 == changed.returncode, changed.stdout + changed.stderr
    assert "DIFFERS" in changed.stdout


def test_a_call_nobody_made_is_wrong_usage(tmp_path):
    result = pupitre("replay", "nobody", "--config", made(tmp_path / "home") / "pupitre.toml")

    assert 2 == result.returncode
    assert "no call" in result.stderr
