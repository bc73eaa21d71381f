"""What tests on Odoo share: a database of a real server with the desk's fields, spoken to in each way there is."""

import asyncio
import dataclasses
import itertools
from datetime import UTC, datetime

import msgspec
import pytest
from tests.servers.odoo import Person, odoo14, odoo19  # noqa: F401 -- fixtures

from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.directory import OdooDirectory
from pupitre.backends.odoo.install import install
from pupitre.backends.odoo.records import OdooRecords
from pupitre.backends.odoo.session import Login
from pupitre.backends.odoo.settings import OdooSettings, Wire
from pupitre.backends.odoo.users import Users

WAYS = ("19 session", "19 json2", "14 session")
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
        title="RDV Synergia – Téléassistance",
        location="Téléphone",
        description="Créé via IVR",
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
    person = Person(place19.settings.url, place19.settings.database, "ivr", "ivr-secret")
    key = msgspec.structs.replace(place19.settings, password="", api_key=person.api_key(), wire=Wire.AUTO)
    return dataclasses.replace(place19, settings=key)


@pytest.fixture(scope="session")
def place14(odoo14):  # noqa: F811 -- the fixture
    return installed(odoo14.new_database())


@pytest.fixture(params=WAYS)
def place(request):
    fixture = {"19 session": "place19", "19 json2": "place19_with_key", "14 session": "place14"}[request.param]
    return request.getfixturevalue(fixture)


@pytest.fixture
async def desk(place):
    client = place.client()
    yield Desk(place, client)
    await client.close()
