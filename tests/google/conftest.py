"""An emulated Google with three agents, and the desk's adapter to it, whose requests are counted."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from tests.contracts.agenda import TUESDAY, UID, at
from tests.servers.google import NOW, emulator  # noqa: F401  fixture

from pupitre.backends.google.agenda import GoogleAgenda
from pupitre.backends.google.credentials import Bearer, Keys, ServiceAccount
from pupitre.backends.google.http import Http
from pupitre.backends.google.planning import Patients
from pupitre.backends.google.settings import Access, GoogleSettings, SecretRef
from pupitre.clock import HeldClock
from pupitre.model import Agent, Appointment

AGENTS = tuple(
    Agent(number, name, f"{name.lower()}@clinique.test")
    for number, name in ((45, "Alice"), (46, "Bruno"), (47, "Chloe"))
)
ACCESS = Access(bearer=SecretRef(env="UNUSED"))


@pytest.fixture
def google(emulator):  # noqa: F811 -- a fixture
    emulator.load(*(agent.calendar for agent in AGENTS))
    return emulator


@pytest.fixture
def clock():
    return HeldClock(datetime.fromisoformat(NOW))


@pytest.fixture
def agents():
    return AGENTS


class Sent(list):
    """The requests that went out to the API, without those for tokens."""

    @property
    def methods(self):
        return [request.method for request in self]

    @property
    def writes(self):
        return [request for request in self if request.method != "GET" and "freeBusy" not in request.url]


@pytest.fixture
def sent():
    return Sent()


@pytest.fixture
async def open_agenda(google, clock, sent):
    """Make an adapter: `open_agenda(key=…, **settings)`."""
    opened = []

    def make(key=None, keys=None, *, address_of=None, name_of=None, agents=AGENTS, **settings):
        settings = GoogleSettings(access=ACCESS, **{"api_root": google.root, "retry_for_s": 1.0, **settings})
        http = Http(settings.timeout_s)
        opened.append(http)

        async def transport(request):
            if not request.url.endswith("/token"):
                sent.append(request)
            return await http.send(request)

        async def everybody():
            return agents

        patients = Patients(**{name: ask for name, ask in (("address_of", address_of), ("name_of", name_of)) if ask})
        return GoogleAgenda(
            settings,
            keys or Keys(key or Bearer("ya29.emu-svc")),
            agents=everybody,
            clock=clock,
            timezone="Europe/Paris",
            transport=transport,
            patients=patients,
        )

    yield make
    for http in opened:
        await http.close()


@pytest.fixture
def agenda(open_agenda):
    """As the service account with which the agents share their calendars."""
    return open_agenda(Bearer("ya29.emu-svc"))


@pytest.fixture
def alice(google):
    """The first agent, at work in her calendar."""
    return google.person(AGENTS[0].calendar)


@pytest.fixture
def visit(agents):
    """An appointment with the first agent, Tuesday at 15:00."""
    return Appointment(id=987, patient_id=123, slot=at(TUESDAY, agents[0]), external_uid=UID, call_id="call-1")


@pytest.fixture
def later(visit, agents):
    """The same, moved to Thursday."""
    return replace(visit, slot=at(TUESDAY + timedelta(days=2), agents[0]))


@pytest.fixture
def service_account(google):
    return ServiceAccount(google.service_account())
