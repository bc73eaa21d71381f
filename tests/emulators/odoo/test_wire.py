"""What programs ask of Odoo through its two doors, asked of a real Odoo 19 and of the emulator: the same answers.

The questions are `wire.yaml`, in an order that matters: some change what later ones see.
"""

import pathlib
import re

import pytest
import requests
import yaml
from tests.odoo.places import *  # noqa: F403 -- fixtures
from tests.servers.odoo import Person

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("odoo")]

QUESTIONS = yaml.safe_load(pathlib.Path(__file__).with_name("wire.yaml").read_text("utf-8"))
PARTNER, EVENT, USER = "res.partner", "calendar.event", "res.users"
QUIET = {"no_mail_to_attendees": True, "skip_contact_description": True}
NAMES = {
    "search_read": ("domain", "fields", "offset", "limit", "order"),
    "search": ("domain", "offset", "limit", "order"),
    "search_count": ("domain", "limit"),
    "create": ("vals_list",),
    "write": ("ids", "vals"),
    "read": ("ids", "fields"),
    "unlink": ("ids",),
    "name_search": ("name",),
    "fields_get": ("allfields",),
}
"""What JSON-2 calls arguments that the web session takes by position."""


class Side:
    """One of the two servers, with the same people and events in it."""

    def __init__(self, url, database, passwords):
        self.url, self.database = url, database
        self.people = {login: Person(url, database, login, password) for login, password in passwords.items()}
        admin = self.people["admin"]
        agent = admin.call(USER, "search", [["login", "=", "agent1@demo.test"]])[0]
        self.ids = {"$agent": agent, "$agentp": admin.one(USER, agent, "partner_id")["partner_id"][0]}
        people = [("Zoé Dupont", "06 12 34 56 78", "z@x.fr"), ("Jean DUPONT", "+33612345679", False)]
        for place, (name, phone, email) in enumerate([*people, ("Éloïse Lefèvre", False, False)]):
            values = {"name": name, "phone": phone, "email": email}
            self.ids[f"$p{place}"] = admin.call(PARTNER, "create", values)
        for place, values in enumerate(self.with_ids(QUESTIONS["events"])):
            self.ids[f"$e{place}"] = admin.call(EVENT, "create", values, context=QUIET)
        self.ids["$all"] = [self.ids[f"$e{place}"] for place in range(len(QUESTIONS["events"]))]
        self.keys = {}

    def with_ids(self, value):
        if isinstance(value, str):
            return self.ids.get(value, value)
        if isinstance(value, list):
            return [self.with_ids(one) for one in value]
        if isinstance(value, dict):
            return {name: self.with_ids(one) for name, one in value.items()}
        return value

    def told(self, value, field=None):
        """Ids as names; what nobody chose (new ids, instants of writing) as nothing."""
        if isinstance(value, dict):
            return {name: self.told(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [self.told(one, field) for one in value]
        if isinstance(value, int) and not isinstance(value, bool) and field in (None, "id", "user_id", "partner_ids"):
            prefix = {"id": "$[ep]\\d", "user_id": r"\$agent", "partner_ids": r"\$(p\d|agentp)"}.get(field or "", "")
            return [name for name, one in self.ids.items() if one == value and prefix and re.fullmatch(prefix, name)]
        return None if field in ("create_date", "write_date") else value

    def by_session(self, who, model, method, args, kwargs):
        params = {"model": model, "method": method, "args": self.with_ids(args), "kwargs": self.with_ids(kwargs)}
        body = {"jsonrpc": "2.0", "method": "call", "params": params, "id": 7}
        answer = self.people[who].http.post(f"{self.url}/web/dataset/call_kw", json=body, timeout=60)
        found = answer.json()
        error = found.get("error", {})
        data = error.get("data", {})
        told = (error.get("code"), data.get("name"), sorted(data))
        return answer.status_code, found["id"], told, self.told(found.get("result", "nothing"))

    def by_key(self, who, model, method, args, kwargs):
        named = {**dict(zip(NAMES[method], self.with_ids(args), strict=False)), **self.with_ids(kwargs)}
        headers = {"Authorization": f"bearer {self.keys[who]}", "X-Odoo-Database": self.database}
        path = f"{self.url}/json/2/{model}/{method}"
        answer = requests.post(path, json=named, headers=headers, timeout=60)
        found = answer.json()
        if answer.status_code == 200:
            return 200, self.told(found)
        return answer.status_code, found["name"], sorted(found)


@pytest.fixture(scope="module")
def sides(odoo19, odoo_emulator):
    place = installed(odoo19.new_database())  # noqa: F405 -- of tests.odoo.places
    agents = [{"id": 1, "name": "Claire Martin", "calendar": "agent1@demo.test"}]
    made = requests.post(f"{odoo_emulator}/_emu/world", json={"db": "wire", "agents": agents}, timeout=10)
    assert made.status_code == 200, made.text
    real = Side(place.settings.url, place.settings.database, {"admin": "admin", "ivr": "ivr-secret"})
    emulator = Side(odoo_emulator, "wire", {"admin": "admin", "ivr": "ivr"})
    for login in ("admin", "ivr"):
        real.keys[login] = real.people[login].api_key()
        order = {"db": "wire", "login": login, "days": 1}
        emulator.keys[login] = requests.post(f"{odoo_emulator}/_emu/key", json=order, timeout=10).json()["key"]
    return real, emulator


def differing(sides, questions, asked):
    real, emulator = sides
    told = [(question, asked(real, *question), asked(emulator, *question)) for question in questions]
    return [one for one in told if one[1] != one[2]]


@pytest.mark.timeout(240)
def test_the_web_session_answers_alike(sides):
    assert differing(sides, QUESTIONS["questions"], Side.by_session) == []


@pytest.mark.timeout(240)
def test_json2_answers_alike(sides):
    questions = [one for one in QUESTIONS["questions"] if one[2] in NAMES and len(one[3]) <= len(NAMES[one[2]])]
    assert differing(sides, questions, Side.by_key) == []
