"""A whole desk in hybrid mode, with emulated Odoo and Google as processes beside it, and agents at work in Google."""

from datetime import datetime, timedelta

import pytest
import requests
from tests.servers.desk import JEAN, pupitre, serving
from tests.servers.emulators import Emulators
from tests.servers.google import Person, times
from tests.servers.wire import Wire

from pupitre.model import Interval


class Company:
    """The desk, its emulators, and what there is on both sides."""

    def __init__(self, desk, emulators):
        self.desk, self.emulators = desk, emulators
        self.agents, self.patients = {}, {}
        """Odoo's ids, by label and by number."""

    def load(self, **changes):
        """The example world, some of it changed."""
        self.heal()
        made = self.desk.load(**changes)
        self.agents, self.patients = made["agents"], made["patients"]

    @property
    def record(self):
        """The example world's one appointment, as Odoo has it."""
        return next(one for one in self.records if one["patient_phone"] == "+33639981202")

    @property
    def records(self):
        return self.desk.state["appointments"]

    @property
    def events(self):
        """Living events that name an appointment."""
        return [one for one in self.desk.state["google_events"] if one["external_uid"] and one["status"] != "cancelled"]

    def events_in(self, calendar):
        """Living events of this calendar, whatever world it is in."""
        found = requests.get(f"{self.emulators.google}/_emu/events", timeout=10).json()["items"]
        return [
            {"id": one["id"], "start": one["start"].get("dateTime")}
            for one in found
            if one["calendarId"] == calendar and one["status"] != "cancelled"
        ]

    @property
    def open_tasks(self):
        return [(one["kind"], one["reason"]) for one in self.desk.state["tasks"] if one["status"] == "open"]

    @property
    def scheduled(self):
        return [one["due"] for one in self.desk.state["reminders"] if one["status"] == "scheduled"]

    def agent(self, label="a45"):
        """An agent, at work in her calendar."""
        return Person(self.emulators.google, f"{label}@demo.test")

    def assistant(self):
        """Somebody who may write in every agent's calendar, at work in a45's."""
        person = self.agent()
        person._http.headers["Authorization"] = "Bearer ya29.emu-svc"
        return person

    def odoo(self, method, *args, **kwargs):
        """What a person does in Odoo with appointments."""
        return self.odoo_model("calendar.event", method, *args, **kwargs)

    def odoo_model(self, model, method, *args, **kwargs):
        """What a person does in Odoo."""
        session = requests.Session()
        address = f"{self.emulators.base}/odoo"

        def post(path, params):
            answer = session.post(address + path, json={"jsonrpc": "2.0", "id": 1, "params": params}, timeout=10).json()
            assert "error" not in answer, answer
            return answer["result"]

        post("/web/session/authenticate", {"db": "demo", "login": "admin", "password": "admin"})
        call = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        return post("/web/dataset/call_kw", call)

    def row(self, id_):
        """Everything Odoo has of an appointment."""
        return self.odoo("read", [id_])[0]

    def fail(self, backend, *, times=1, when="before", nth=1, respond=None, **match):
        order = {
            "backend": backend,
            "match": {"nth": nth, **match},
            "times": times,
            "when": when,
            "respond": respond or {"status": 503},
        }
        answer = requests.post(f"{self.emulators.base}/_emu/fault", json=order, timeout=10)
        assert answer.status_code == 200, answer.text

    def heal(self):
        requests.delete(f"{self.emulators.base}/_emu/fault", timeout=10)

    def sync(self, *words):
        return pupitre("sync", *words, "--config", self.desk.home / "pupitre.toml")

    def remind(self, call="c-remind"):
        """Jean books Tuesday 6 at 9 o'clock with both reminders, and hears that it is noted."""
        desk = self.desk
        desk.patiently(call, desk.event(call, "call_start", caller=JEAN))
        for words in ("je voudrais prendre rendez-vous", "oui", "mardi matin", "le premier", "oui"):
            answer = desk.says(call, words)
        desk.event(call, "hangup")
        return answer

    def wait(self, minutes=15):
        """Time passes at the desk."""
        self.desk.clock(advance=f"PT{minutes}M")


def span(text, minutes=30):
    start = datetime.fromisoformat(text)
    return Interval(start, start + timedelta(minutes=minutes))


def at(text):
    """Times of an event."""
    return times(span(text))


def hybrid(home, emulators, *options):
    """The settings of a hybrid sandbox desk."""
    port = emulators.base.rpartition(":")[2]
    result = pupitre("init", home, "--sandbox", "--mode", "hybrid", "--emulators-port", port, *options)
    assert result.returncode == 0, result.stderr
    return home


def wired(home, emulators, wire, *options):
    """A hybrid desk whose every request to a backend goes over the wire; it loses patience with one sooner."""
    settings = hybrid(home, emulators, *options) / "demo.toml"
    text = settings.read_text().replace(emulators.base, wire.url)
    quick = text.replace("[odoo]\n", "[odoo]\ntimeout_s = 2\n").replace("[google]\n", "[google]\ntimeout_s = 2\n")
    settings.write_text(quick)
    return home


@pytest.fixture(scope="session")
def emulators():
    running = Emulators()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def running_company(tmp_path_factory, emulators):
    with serving(hybrid(tmp_path_factory.mktemp("sync") / "home", emulators)) as desk:
        yield Company(desk, emulators)


@pytest.fixture
def company(running_company):
    """Nothing has happened yet but that Odette has an appointment on Wednesday 7 at 10:00 with a45."""
    running_company.load()
    return running_company


@pytest.fixture(scope="module")
def wired_running_company(tmp_path_factory, emulators):
    wire = Wire(emulators.base)
    with serving(wired(tmp_path_factory.mktemp("wired") / "home", emulators, wire)) as desk:
        yield Company(desk, emulators), wire
    wire.stop()


@pytest.fixture
def wired_company(wired_running_company):
    """The company and the wire between its desk and the backends."""
    company, wire = wired_running_company
    company.load()
    wire.clear()
    return company, wire
