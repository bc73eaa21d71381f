"""A wrong setting is refused at start, in one sentence that names file, key and fix."""

import pytest
from tests.servers.desk import made, pupitre


def refused(home):
    """What `pupitre serve` says of these settings."""
    result = pupitre("serve", "--config", home / "pupitre.toml", "--port", "0")
    assert 2 == result.returncode, result.stdout
    assert "Traceback" not in result.stderr
    [sentence] = result.stderr.strip().splitlines()
    return sentence


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('language = "fr-FR"', 'language = "xx-XX"', "language"),
        ('timezone = "Europe/Paris"', 'timezone = "Europe/Lutece"', "timezone"),
        ('mode = "local"', 'mode = "paper"', "mode"),
        ('mode = "local"', 'mode = "hybrid"', "odoo"),
        ("step_min = 15", "step_min = 0", "slots.step_min"),
        ("step_min = 15", 'step_min = "15"', "slots.step_min"),
        ("step_min = 15", "steps = 15", "slots"),
        ('monday = ["09:00-12:30"', 'monday = ["9h-12h"', "hours.monday"),
        ('monday = ["09:00-12:30", "14:00-18:00"]', 'monday = ["14:00-18:00", "09:00-12:30"]', "hours.monday"),
        ('{ file = "gateway.token" }', '{ file = "nowhere.token" }', "tokens.gateway"),
        ('{ file = "gateway.token" }', '{ env = "PUPITRE_NOWHERE" }', "tokens.gateway"),
        ('{ file = "gateway.token" }', '{ file = "admin.token" }', "tokens"),
        ("[phrases]", '[phrases]\n"welcome_intent.asks" = "Bonjour"', "welcome_intent.asks"),
        ("[phrases]", '[phrases]\n"welcome_intent.ask" = "Bonjour {{patient.nom}}"', "patient.nom"),
        ('id = "demo"', 'id = "demo', "TOML"),
    ],
)
def test_a_wrong_setting_of_a_tenant_is_named(tmp_path, old, new, key):
    home = made(tmp_path / "home")
    tenant = home / "demo.toml"
    text = tenant.read_text()
    assert old in text
    tenant.write_text(text.replace(old, new))
    sentence = refused(home)

    assert "demo.toml" in sentence
    assert key in sentence


def test_a_sandbox_reaches_nothing_beyond_this_machine(tmp_path):
    home = tmp_path / "home"
    assert 0 == pupitre("init", home, "--sandbox", "--mode", "hybrid").returncode
    tenant = home / "demo.toml"
    tenant.write_text(tenant.read_text().replace("http://127.0.0.1:8090/odoo", "https://odoo.example"))
    sentence = refused(home)

    assert "odoo.url" in sentence
    assert "not on this machine" in sentence


def test_settings_that_are_there_are_not_written_over(tmp_path):
    home = made(tmp_path / "home")
    again = pupitre("init", home)

    assert (2, 1) == (again.returncode, len(again.stderr.strip().splitlines()))


def test_secrets_are_readable_by_their_owner_alone(tmp_path):
    home = made(tmp_path / "home")

    assert {0o600} == {path.stat().st_mode & 0o777 for path in home.glob("*.token")}


def test_an_unknown_command_is_wrong_usage():
    assert 2 == pupitre("frobnicate").returncode


def test_a_missing_configuration_is_advice(tmp_path):
    result = pupitre("serve", "--config", tmp_path / "nowhere.toml")

    assert 2 == result.returncode
    assert "pupitre init" in result.stderr


@pytest.mark.parametrize(
    ("reminders", "key", "said"),
    [
        ('gateway = { url = "http://127.0.0.1:9/", caller_id = "+33612345678" }', "caller_id", "mobile number"),
        ('gateway = { url = "http://127.0.0.1:9/", caller_id = "12" }', "caller_id", "no valid number"),
        ('gateway = { url = "http://far.example/", caller_id = "+33123456789" }', "gateway.url", "not on this machine"),
        ("dials = 6", "reminders.dials", "<= 5"),
    ],
)
def test_reminders_that_may_not_be_dialled_so_are_refused(tmp_path, reminders, key, said):
    home = made(tmp_path / "home")
    tenant = home / "demo.toml"
    secret = reminders.replace(" }", ', secret = { file = "gateway.token" } }')
    tenant.write_text(tenant.read_text().replace("[reminders]\n", f"[reminders]\n{secret}\n"))
    sentence = refused(home)

    assert key in sentence
    assert said in sentence
