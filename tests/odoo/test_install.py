"""`pupitre odoo install` and what `pupitre doctor` finds, on fresh databases of their own."""

from datetime import timedelta

import msgspec
import pytest
import requests
from click.testing import CliRunner
from tests.odoo.places import NOW, StoppedClock
from tests.servers.odoo import Person

from pupitre.backends.odoo.checks import examine
from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.fields import FIELDS
from pupitre.backends.odoo.install import install
from pupitre.backends.odoo.records import OdooRecords
from pupitre.backends.odoo.session import Login
from pupitre.backends.odoo.settings import OdooSettings, Planning
from pupitre.backends.odoo.users import Users
from pupitre.cli import main
from pupitre.dialogue.effects import ReminderOutcome
from pupitre.model import Slot, Source
from pupitre.ports import ConfigError, Draft, Refused

pytestmark = pytest.mark.xdist_group("odoo")


class Fresh:
    """A database in which the desk has never been."""

    def __init__(self, url, database, secret):
        self.url, self.database, self.secret = url, database, secret
        self.admin = Person(url, database, "admin", "admin")
        self.clients, self.logins = [], {}

    def client(self, login="admin", **changes):
        password = "admin" if login == "admin" else self.secret.format(login)
        settings = OdooSettings(url=self.url, database=self.database, login=login, password=password)
        shared = self.logins.setdefault(login, Login(database=self.database, login=login, password=password))
        self.clients.append(Client(msgspec.structs.replace(settings, **changes), shared))
        return self.clients[-1]


@pytest.fixture
async def opened():
    """Makes fresh databases, and closes their clients."""
    made = []

    def open_(url, database, secret="{}-secret"):
        made.append(Fresh(url, database, secret))
        return made[-1]

    yield open_
    for one in made:
        for client in one.clients:
            await client.close()


def order(url, path, **body):
    answer = requests.post(f"{url}/_emu/{path}", json=body, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(
    params=[
        pytest.param("19", marks=pytest.mark.real),
        pytest.param("14", marks=pytest.mark.real),
        "emulator",
    ]
)
def fresh(request, opened):
    if request.param != "emulator":
        database = request.getfixturevalue(f"odoo{request.param}").new_database()
        return opened(database.url, database.name)
    url = request.getfixturevalue("odoo_emulator")
    agents = [{"id": n, "name": f"Agent {n}", "login": f"agent{n}@demo.test"} for n in (1, 2, 3)]
    order(url, "world", db="fresh", bare=True, agents=agents)
    return opened(url, "fresh", "{}")


def said(findings, level):
    return [one.said for one in findings if one.level == level]


async def test_install_and_doctor_from_nothing_to_working(fresh):
    """One story, because a fresh database is dear: refuse, install, install again, book, and be found healthy."""
    admin, desk = fresh.client(), fresh.client("ivr")
    fields = [f"{model}.{field.name}" for model, wanted in FIELDS.items() for field in wanted]

    before = said(await examine(desk, StoppedClock()), "error")
    with pytest.raises(ConfigError, match="Settings rights"):
        await install(desk)
    first, second = await install(admin), await install(admin)
    nobody = said(await examine(fresh.client("ivr"), StoppedClock()), "error")
    agent = fresh.admin.call("res.users", "search", [["login", "=", "agent1@demo.test"]])
    fresh.admin.call("res.users", "write", agent, {"x_gcal_calendar_id": "agent1@demo.test", "tz": False})
    zoneless = said(await examine(fresh.client("ivr"), StoppedClock()), "error")
    fresh.admin.call("res.users", "write", agent, {"tz": "Europe/Paris"})
    healthy = await examine(fresh.client("ivr"), StoppedClock())
    powerful = said(await examine(fresh.client(), StoppedClock()), "warning")
    named = fresh.client("ivr", agents=("agent2@demo.test", "nobody@demo.test"), planning=Planning.GOOGLE)
    wrong = said(await examine(named, StoppedClock()), "error")

    assert any("x_status" in one and "pupitre odoo install" in one for one in before)
    assert first == [f"{name}: made" for name in fields]
    assert second == [f"{name}: already there" for name in fields]
    assert [one for one in nobody if "nobody can be booked" in one] == nobody != []
    assert len(zoneless) == 1
    assert "time zone" in zoneless[0]
    assert said(healthy, "error") == []
    assert any("can be booked" in one for one in said(healthy, "ok"))
    assert any("administrator's rights" in one for one in powerful)
    assert any("nobody@demo.test" in one for one in wrong)
    assert any("no x_gcal_calendar_id" in one for one in wrong)


async def test_a_field_of_another_type_is_not_written_over(odoo_emulator, opened):
    order(odoo_emulator, "world", db="odd", bare=True)
    fresh = opened(odoo_emulator, "odd", "{}")
    model = fresh.admin.call("ir.model", "search", [["model", "=", "calendar.event"]])[0]
    field = {"model_id": model, "name": "x_status", "field_description": "S", "ttype": "char", "state": "manual"}
    fresh.admin.call("ir.model.fields", "create", field)

    with pytest.raises(ConfigError, match=r"x_status is of type char, not selection"):
        await install(fresh.client())


@pytest.mark.real
async def test_odoos_own_google_synchronisation_is_refused_with_the_reason(odoo19, opened):
    database = odoo19.new_database()
    fresh = opened(database.url, database.name)
    await install(fresh.client())
    agent = fresh.admin.call("res.users", "search", [["login", "=", "agent1@demo.test"]])
    fresh.admin.call("res.users", "write", agent, {"x_gcal_calendar_id": "agent1@demo.test"})
    tokens = {"google_calendar_token": "ya29", "google_calendar_rtoken": "1//0"}
    settings = fresh.admin.call("res.users.settings", "search", [["user_id", "=", agent[0]]])
    fresh.admin.call("res.users.settings", "write", settings, tokens)

    errors = said(await examine(fresh.client("ivr"), StoppedClock()), "error")

    assert len(errors) == 1
    assert "synchronised with Google by Odoo itself" in errors[0]


@pytest.mark.parametrize(("days", "level"), [(3, "warning"), (300, "ok")])
async def test_a_key_that_is_about_to_end_is_told(odoo_emulator, opened, days, level):
    order(odoo_emulator, "world", db="keys")
    order(odoo_emulator, "clock", set=StoppedClock().now().isoformat())
    try:
        key = order(odoo_emulator, "key", db="keys", login="ivr", days=days)["key"]
        found = await examine(opened(odoo_emulator, "keys").client("ivr", api_key=key), StoppedClock())
    finally:
        order(odoo_emulator, "clock", run=True)

    assert any("the API key ends" in one for one in said(found, level))


def test_the_command_says_what_it_did_and_does_it_once(tmp_path, odoo_emulator):
    runner = CliRunner()
    made = runner.invoke(main, ["init", str(tmp_path), "--sandbox", "--mode", "odoo"])
    assert made.exit_code == 0, made.output
    order(odoo_emulator, "world", db="demo", bare=True)
    for file in tmp_path.glob("*.toml"):
        file.write_text(file.read_text().replace("http://127.0.0.1:8090/odoo", odoo_emulator))
    command = ["odoo", "install", "--config", str(tmp_path / "pupitre.toml"), "--login", "admin"]

    first, second, refused = (
        runner.invoke(main, command, env={"PUPITRE_ODOO_PASSWORD": password}) for password in ("admin", "admin", "no")
    )

    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert "calendar.event.x_status: made" in first.output
    assert "calendar.event.x_status: already there" in second.output
    assert refused.exit_code == 1
    assert "login" in refused.output


async def test_an_installation_from_before_reminder_outcomes_still_works(odoo_emulator, opened):
    """Until the installer is run once more, outcomes are refused and everything else goes on."""
    order(odoo_emulator, "world", db="earlier", agents=[{"id": 1, "name": "Claire", "calendar": "claire@demo.test"}])
    fresh = opened(odoo_emulator, "earlier", "{}")
    named = [["model", "=", "calendar.event"], ["name", "=", "x_reminder_outcome"]]
    fresh.admin.call("ir.model.fields", "unlink", fresh.admin.call("ir.model.fields", "search", named))
    agent = fresh.admin.call("res.users", "search", [["login", "=", "claire@demo.test"]])[0]
    patient = fresh.admin.call("res.partner", "create", {"name": "Jean Dupont"})
    client = fresh.client("ivr")
    records = OdooRecords(client, Users(client), StoppedClock())
    made = await records.create(Draft(patient, Slot(NOW, NOW + timedelta(minutes=30), agent), "c", Source.IVR), "k")

    with pytest.raises(Refused):
        await records.note_outcome(made.id, ReminderOutcome.CONFIRMED)
    assert (await records.read(made.id)).outcome is None
    assert [one.id for one in await records.upcoming(patient, NOW)] == [made.id]
    await install(fresh.client())
    client.forget_fields()
    await records.note_outcome(made.id, ReminderOutcome.CONFIRMED)
    assert (await records.read(made.id)).outcome == "confirmed"
