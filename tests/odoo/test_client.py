"""One client, two ways: who logs in and when, and what Odoo's errors mean to the desk."""

import asyncio

import msgspec
import pytest
import requests
from tests.odoo.places import REAL, WAYS

from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.faults import NoSuchModel
from pupitre.backends.odoo.session import Login
from pupitre.backends.odoo.settings import OdooSettings, Wire
from pupitre.ports import ConfigError, NotFound, Refused, Unavailable

pytestmark = pytest.mark.xdist_group("odoo")


def ways(*names):
    marks = {name: [pytest.mark.real] if name in REAL else [] for name in WAYS}
    return pytest.mark.parametrize("place", [pytest.param(name, marks=marks[name]) for name in names], indirect=True)


async def count(client):
    return await client.call("res.partner", "search_count", int, {"domain": []})


class Lab:
    """A database of its own on the emulator, its faults and its sessions, and a client for it."""

    def __init__(self, url, *, with_key=False):
        self.url = url
        self.order("world", db="lab")
        settings = OdooSettings(url=url, database="lab", login="ivr", password="ivr", timeout_s=1)
        if with_key:
            key = self.order("key", db="lab", login="ivr")["key"]
            settings = msgspec.structs.replace(settings, password="", api_key=key)
        self.login = Login("lab", "ivr", "ivr")
        self.client = Client(settings, self.login)

    def order(self, path, **body):
        answer = requests.post(f"{self.url}/_emu/{path}", json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, respond, times=1, when="before", **match):
        body = {"backend": "odoo", "match": match, "times": times, "respond": respond, "when": when}
        answer = requests.post(self.url.removesuffix("/odoo") + "/_emu/fault", json=body, timeout=10)
        assert answer.status_code == 200, answer.text

    def clear(self):
        requests.delete(self.url.removesuffix("/odoo") + "/_emu/fault", timeout=10)

    def no_more_logins(self):
        self.fault({"status": 500}, times=100, path_regex="authenticate")


@pytest.fixture
async def lab(odoo_emulator):
    lab = Lab(odoo_emulator)
    await count(lab.client)
    yield lab
    await lab.client.close()
    lab.clear()
    lab.order("sessions", forgive=True)
    lab.order("two_factor", db="lab", enforced=False)


async def test_all_calls_share_one_login(odoo_emulator):
    lab = Lab(odoo_emulator)
    lab.fault({"status": 500}, times=100, path_regex="authenticate", nth=2)
    try:
        await asyncio.gather(*[count(lab.client) for _ in range(8)])
    finally:
        lab.clear()
        await lab.client.close()


async def test_an_expired_session_is_renewed_once_for_everybody_who_noticed(lab):
    lab.order("sessions", db="lab", expire=True)
    lab.fault({"status": 500}, times=100, path_regex="authenticate", nth=2)

    assert len(set(await asyncio.gather(*[count(lab.client) for _ in range(8)]))) == 1


async def test_a_rotated_session_id_is_taken_over(lab):
    lab.no_more_logins()
    before = lab.login.session_id
    lab.order("sessions", rotate=True)
    await count(lab.client)

    assert await count(lab.client)
    assert lab.login.session_id != before


async def test_a_session_that_ends_at_once_again_and_again_is_no_endless_loop(lab):
    expired = {"code": 100, "name": "odoo.http.SessionExpiredException", "message": "Session expired"}
    lab.fault({"rpc_error": expired}, times=50, path_regex="call_kw")

    with pytest.raises(Unavailable, match="two-factor"):
        await count(lab.client)


async def test_a_second_factor_is_understood_and_said(lab):
    lab.order("two_factor", db="lab", enforced=True)

    with pytest.raises(Unavailable, match="second factor"):
        await count(lab.client)


@ways("19 session", "14 session", "emulator session")
async def test_a_wrong_password_never_shuts_everybody_out(place):
    """Odoo refuses everybody at our address after ten refused logins."""
    client = Client(msgspec.structs.replace(place.settings, password="wrong"))
    try:
        for _ in range(15):
            with pytest.raises(Unavailable, match="Check the login and password"):
                await count(client)
    finally:
        await client.close()

    assert place.person("ivr").uid is not None


@ways("19 session", "14 session", "emulator session")
async def test_a_database_that_is_not_there_is_said(place):
    client = Client(msgspec.structs.replace(place.settings, database="pupitre_nowhere"))
    try:
        with pytest.raises(Unavailable, match="pupitre_nowhere"):
            await count(client)
    finally:
        await client.close()


@pytest.mark.parametrize(
    "respond",
    [{"status": 502}, {"status": 503, "retry_after": 7}, {"drop": True}, {"delay_ms": 3000}, {"status": 200}],
    ids=["bad gateway", "maintenance", "dropped", "silence", "a page instead of Odoo"],
)
@pytest.mark.parametrize("with_key", [False, True], ids=["session", "json2"])
async def test_trouble_on_the_way_is_unavailable(respond, with_key, odoo_emulator):
    lab = Lab(odoo_emulator, with_key=with_key)
    lab.fault(respond, path_regex="search_count|call_kw")
    try:
        with pytest.raises(Unavailable) as caught:
            await count(lab.client)
    finally:
        await lab.client.close()
        lab.clear()
    assert caught.value.retry_after == respond.get("retry_after")


async def test_a_server_that_is_not_there_is_unavailable(emulated_place):
    client = Client(msgspec.structs.replace(emulated_place.settings, url="http://127.0.0.1:9"))
    with pytest.raises(Unavailable, match="cannot be reached"):
        await count(client)
    await client.close()


async def test_what_odoo_says_is_told_apart_by_name(desk):
    call = desk.client.call
    with pytest.raises(Refused, match="AccessError"):
        await call("ir.model.fields", "create", object, {"vals_list": [{"name": "x_a", "model_id": 1}]})
    with pytest.raises(NotFound, match="MissingError"):
        await call("res.partner", "write", object, {"vals": {"name": "x"}}, ids=[987654])
    with pytest.raises(NoSuchModel):
        await call("no.such.model", "search", object, {"domain": []})
    with pytest.raises(Refused, match="pupitre odoo install"):
        await call("res.partner", "search", object, {"domain": [["x_nope", "=", 1]]})
    with pytest.raises(Refused, match="ValidationError"):
        vals = {"name": "x", "start": "2027-01-01 10:00:00", "stop": "2027-01-01 09:00:00"}
        await call("calendar.event", "create", object, {"vals_list": [vals]})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("psycopg2.OperationalError", Unavailable),
        ("psycopg2.errors.SerializationFailure", Unavailable),
        ("odoo.exceptions.AccessDenied", Refused),
        ("odoo.exceptions.UserError", Refused),
        ("odoo.exceptions.MissingError", NotFound),
    ],
)
async def test_an_error_means_the_same_whatever_the_language_of_its_text(lab, name, meant):
    lab.fault({"rpc_error": {"code": 0, "name": name, "message": "Ça ne va pas du tout"}}, path_regex="call_kw")

    with pytest.raises(meant, match="Ça ne va pas du tout"):
        await count(lab.client)


@ways("19 json2", "emulator json2")
async def test_a_key_chooses_json2_where_the_server_knows_it(place):
    """Row 41: both ways to speak to Odoo; the other tests of this folder run on each."""
    client = place.client()
    assert (await client.wire(), await count(client) > 0) == (Wire.JSON2, True)
    await client.close()


@ways("14 session")
async def test_a_key_is_no_use_on_14_where_a_password_is_wanted(place):
    both = place.client(api_key="0" * 40)
    key_only = place.client(api_key="0" * 40, password="")
    assert await both.wire() is Wire.SESSION
    with pytest.raises(ConfigError, match="login and password"):
        await count(key_only)
    await both.close()
    await key_only.close()


@ways("19 session", "emulator session")
async def test_the_way_can_be_chosen_by_hand(place):
    client = place.client(api_key="0" * 40, wire=Wire.SESSION)
    assert await client.wire() is Wire.SESSION
    assert await count(client) > 0
    await client.close()


@ways("19 json2", "emulator json2")
async def test_a_wrong_key_and_a_wrong_database_are_said(place):
    for changes, error, said in (
        ({"api_key": "0" * 40}, Unavailable, "API key"),
        ({"database": "pupitre_nowhere"}, ConfigError, "pupitre_nowhere"),
    ):
        client = place.client(**changes)
        with pytest.raises(error, match=said):
            await count(client)
        await client.close()


@pytest.mark.real
async def test_a_second_factor_on_a_real_server(odoo19):
    database = odoo19.new_database()
    database.login().call("ir.config_parameter", "set_param", "auth_totp.policy", "all_required")
    client = Client(OdooSettings(url=database.url, database=database.name, login="ivr", password="ivr-secret"))
    with pytest.raises(Unavailable, match="second factor"):
        await count(client)
    await client.close()


def test_secrets_are_not_shown():
    shown = repr(OdooSettings(url="u", database="d", login="l", password="hush", api_key="hush"))
    assert "hush" not in shown
