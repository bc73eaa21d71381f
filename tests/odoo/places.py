"""Where tests on Odoo run: a database of a real server or of the emulator, spoken to in each way there is."""

import asyncio
import dataclasses
import itertools
from datetime import UTC, datetime

import msgspec
import pytest
import requests
from tests.servers.emulators import Emulators
from tests.servers.odoo import Person, odoo14, odoo19  # noqa: F401 -- fixtures

from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.directory import OdooDirectory
from pupitre.backends.odoo.install import install
from pupitre.backends.odoo.records import OdooRecords
from pupitre.backends.odoo.session import Login
from pupitre.backends.odoo.settings import OdooSettings
from pupitre.backends.odoo.users import Users

WAYS = {
    "19 session": "place19",
    "19 json2": "place19_with_key",
    "14 session": "place14",
    "emulator session": "emulated_place",
    "emulator json2": "emulated_place_with_key",
}
REAL = tuple(way for way in WAYS if not way.startswith("emulator"))
LOOK = {"title": "RDV Synergia – Téléassistance", "location": "Téléphone", "description": "Créé via IVR"}
NOW = datetime(2027, 1, 4, 8, tzinfo=UTC)


class StoppedClock:
    """Always the same instant."""

    def now(self):
        return NOW


@dataclasses.dataclass
class Place:
    """One database, its administrator, and how the desk gets in."""

    admin: Person
    settings: OdooSettings
    login: Login
    secret: str = "{}-secret"
    """How a login makes its password."""
    numbers: "itertools.count" = dataclasses.field(default_factory=lambda: itertools.count(1))

    @property
    def version(self):
        return int(self.admin.version)

    def client(self, **changes):
        return Client(msgspec.structs.replace(self.settings, **changes), None if changes else self.login)

    def patient(self, name="Jean Dupont", **values):
        return self.admin.call("res.partner", "create", {"name": name, **values})

    def new_number(self):
        """An E.164 mobile number nobody in this database has."""
        return f"+3361234{next(self.numbers):04}"

    def person(self, login):
        return Person(self.settings.url, self.settings.database, login, self.secret.format(login))

    def user(self, login):
        return self.admin.call("res.users", "search", [["login", "=", login]])[0]

    def partner_of(self, user):
        return self.admin.one("res.users", user, "partner_id")["partner_id"][0]


class Desk:
    """The adapters under test, on one client."""

    def __init__(self, place, client):
        self.place, self.client = place, client
        self.users = Users(client)
        self.directory = OdooDirectory(client)
        self.records = OdooRecords(client, self.users, StoppedClock())


def installed(database):
    """A place in this database, with the desk's fields made by an administrator."""
    admin = database.login()
    settings = OdooSettings(
        url=database.url,
        database=database.name,
        login="admin",
        password="admin",
        **LOOK,
    )

    async def run():
        client = Client(settings)
        try:
            await install(client)
        finally:
            await client.close()

    asyncio.run(run())
    admin.version = database.version
    for n in (1, 2, 3):
        agent = admin.call("res.users", "search", [["login", "=", f"agent{n}@demo.test"]])
        admin.call("res.users", "write", agent, {"x_gcal_calendar_id": f"agent{n}@demo.test"})
    settings = msgspec.structs.replace(settings, login="ivr", password="ivr-secret")
    return Place(admin, settings, Login(database.name, "ivr", "ivr-secret"))


@pytest.fixture(scope="session")
def place19(odoo19):  # noqa: F811 -- the fixture
    return installed(odoo19.new_database())


@pytest.fixture(scope="session")
def place19_with_key(odoo19, place19):  # noqa: F811 -- the fixture
    key = msgspec.structs.replace(place19.settings, password="", api_key=place19.person("ivr").api_key())
    return dataclasses.replace(place19, settings=key)


@pytest.fixture(scope="session")
def place14(odoo14):  # noqa: F811 -- the fixture
    return installed(odoo14.new_database())


@pytest.fixture(scope="session")
def odoo_emulator():
    running = Emulators()
    yield f"{running.base}/odoo"
    running.stop()


@pytest.fixture(scope="session")
def emulated_place(odoo_emulator):
    agents = [("Claire Martin", 1), ("Hugo Petit", 2), ("Inès Roy", 3)]
    people = [{"id": n, "name": name, "calendar": f"agent{n}@demo.test"} for name, n in agents]
    world = requests.post(f"{odoo_emulator}/_emu/world", json={"db": "tests", "agents": people}, timeout=10)
    assert world.status_code == 200, world.text
    admin = Person(odoo_emulator, "tests", "admin", "admin")
    admin.version = 19
    settings = OdooSettings(url=odoo_emulator, database="tests", login="ivr", password="ivr", **LOOK)
    return Place(admin, settings, Login("tests", "ivr", "ivr"), secret="{}")


@pytest.fixture(scope="session")
def emulated_place_with_key(emulated_place):
    order = {"db": "tests", "login": "ivr", "days": 30}
    made = requests.post(f"{emulated_place.settings.url}/_emu/key", json=order, timeout=10).json()
    key = msgspec.structs.replace(emulated_place.settings, password="", api_key=made["key"])
    return dataclasses.replace(emulated_place, settings=key)


@pytest.fixture(params=[pytest.param(way, marks=[pytest.mark.real] if way in REAL else [], id=way) for way in WAYS])
def place(request):
    return request.getfixturevalue(WAYS[request.param])


@pytest.fixture
async def desk(place):
    client = place.client()
    yield Desk(place, client)
    await client.close()
