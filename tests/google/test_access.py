"""Keys as the settings name them, and what is asked of the token endpoint with them."""

import json
import pathlib
import re
import tomllib
from urllib.parse import parse_qs

import msgspec
import pytest
from google.auth import jwt

from pupitre.backends.google.credentials import SCOPES, Bearer, Consent, Keys, ServiceAccount, keys_of, token_request
from pupitre.backends.google.settings import Access, GoogleSettings, SecretRef
from pupitre.ports import ConfigError

GUIDE = (pathlib.Path(__file__).parents[2] / "docs" / "google.md").read_text()
ENV = SecretRef(env="SECRET")
CONSENT = Access(client_id="id", client_secret=SecretRef(env="CLIENT"), refresh_token=SecretRef(env="REFRESH"))


@pytest.fixture(scope="session")
def info(emulator):
    return emulator.service_account()


def keys(access, secret="secret", **calendars):
    settings = GoogleSettings(access=access, calendars=calendars)
    return keys_of(settings, lambda _key, ref: secret if ref == ENV else ref.env)


def test_a_service_account_is_named_by_its_key_file(info):
    found = keys(Access(service_account=ENV, subject="alice@clinique.test"), json.dumps(info))

    assert Keys(ServiceAccount(info, "alice@clinique.test")) == found


def test_consent_is_named_by_its_client_and_refresh_token():
    assert Keys(Consent("id", "CLIENT", "REFRESH")) == keys(CONSENT)


def test_a_calendar_may_have_a_key_of_its_own():
    found = keys(Access(bearer=ENV), **{"alice@clinique.test": CONSENT})

    assert Keys(Bearer("secret"), {"alice@clinique.test": Consent("id", "CLIENT", "REFRESH")}) == found


def test_secrets_are_looked_up_under_the_name_of_their_setting():
    asked = []
    settings = GoogleSettings(access=Access(bearer=ENV), calendars={"a@b": CONSENT})
    keys_of(settings, lambda key, _ref: asked.append(key) or "x")

    assert ["google.access.bearer", "google.calendars.a@b.client_secret", "google.calendars.a@b.refresh_token"] == asked


@pytest.mark.parametrize(
    "wrong",
    [
        Access(),
        Access(subject="alice@clinique.test"),
        Access(client_id="id", client_secret=ENV),
        Access(client_id="id", refresh_token=ENV),
        Access(service_account=ENV, bearer=ENV),
        Access(service_account=ENV, refresh_token=ENV),
        Access(bearer=ENV, subject="alice@clinique.test"),
    ],
    ids=str,
)
def test_half_an_access_is_a_wrong_setting(wrong):
    with pytest.raises(ConfigError, match=r"google\.access: give service_account"):
        keys(wrong)


@pytest.mark.parametrize("broken", ["", "{", "[]", "{}", '{"client_email": 5}'])
def test_a_broken_key_file_is_a_wrong_setting(broken):
    with pytest.raises(ConfigError, match="new"):
        keys(Access(service_account=ENV), broken)


def test_a_key_that_cannot_sign_is_a_wrong_setting(info):
    with pytest.raises(ConfigError, match="broken"):
        keys(Access(service_account=ENV), json.dumps({**info, "private_key": "-----BEGIN PRIVATE KEY-----\nx\n"}))


@pytest.mark.parametrize(
    "wrong", [{"api_root": "http://calendar.example/v3"}, {"token_uri": "ftp://127.0.0.1/"}], ids=str
)
def test_no_secret_travels_in_the_clear(open_agenda, wrong):
    with pytest.raises(ConfigError, match="https"):
        open_agenda(**wrong)


def test_no_secret_is_ever_shown(info):
    shown = repr([ServiceAccount(info), Consent("id", "hidden", "hidden"), Bearer("hidden"), Keys(Bearer("hidden"))])

    assert "hidden" not in shown
    assert "PRIVATE" not in shown


def test_a_service_account_asks_for_two_scopes_and_for_whom_it_acts(info):
    request = token_request(ServiceAccount(info, "alice@clinique.test"), "https://token.test/token")
    form = parse_qs(request.body.decode())
    claims = jwt.decode(form["assertion"][0], verify=False)

    assert ("POST", "https://token.test/token") == (request.method, request.url)
    assert (info["client_email"], "alice@clinique.test", set(SCOPES)) == (
        claims["iss"],
        claims["sub"],
        set(claims["scope"].split()),
    )


def test_consent_is_renewed_without_naming_scopes():
    """Those of the consent hold; naming others is refused."""
    request = token_request(Consent("id", "secret", "refresh"), "https://token.test/token")

    assert {
        "grant_type": ["refresh_token"],
        "client_id": ["id"],
        "client_secret": ["secret"],
        "refresh_token": ["refresh"],
    } == parse_qs(request.body.decode())


def test_the_guide_shows_settings_that_are_taken():
    blocks = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)

    assert len(blocks) == 4
    for block in blocks:
        table = tomllib.loads(block)["google"]
        msgspec.convert({"access": {}, **table}, GoogleSettings)


def test_the_guide_lists_every_setting():
    assert set(GoogleSettings.__struct_fields__) == set(
        re.findall(
            r"`(\w+)`",
            "".join(re.findall(r"^\| (`.*?) \|", GUIDE.partition("## What the desk writes")[0], re.MULTILINE)),
        )
    )
