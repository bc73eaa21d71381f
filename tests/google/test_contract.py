"""Google Calendar holds to the contracts of the planning's ports, whoever the desk is to Google."""

import pytest
from tests.contracts.agenda import AgendaContract
from tests.contracts.free_busy import FreeBusyContract

from pupitre.backends.google.credentials import Bearer, Consent


@pytest.fixture
def planning(open_agenda, service_account):
    return open_agenda(service_account)


class TestFreeBusy(FreeBusyContract):
    @pytest.fixture
    async def planning(self, planning):
        return planning

    @pytest.fixture
    async def agents(self, agents):
        return agents[:2]

    @pytest.fixture
    async def take(self, google):
        async def take(agent, interval):
            google.person(agent.calendar).put(interval)

        return take


class TestAgenda(AgendaContract):
    @pytest.fixture(params=["service account", "consent", "delete"])
    async def agenda(self, request, google, open_agenda, service_account):
        if request.param == "service account":
            return open_agenda(service_account)
        if request.param == "delete":
            return open_agenda(Bearer("ya29.emu-svc"), cancel_by="delete")
        google.load("alice@clinique.test", "bruno@clinique.test", share={"alice@clinique.test": "writer"})
        token_uri = f"{google.base}/token"
        return open_agenda(Consent("emu-client", "emu-secret", "rt-alice"), token_uri=token_uri)

    @pytest.fixture
    async def agents(self, agents):
        return agents[:2]

    @pytest.fixture
    async def person(self, google):
        def person(agent):
            owner = google.person(agent.calendar)
            owner.touch = lambda event_id: owner.change(event_id, summary="Madame D., porte bleue")
            return owner

        return person
