"""Google's own Python client and gcsa work on the emulator as they are published."""

import datetime as dt
import functools
import zoneinfo

import google.oauth2.credentials
import google.oauth2.service_account
import pytest
import requests
from gcsa.event import Event
from gcsa.google_calendar import GoogleCalendar
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

CALENDAR = "https://www.googleapis.com/auth/calendar"
VISIT = {
    "summary": "RDV",
    "start": {"dateTime": "2026-01-06T15:00:00", "timeZone": "Europe/Paris"},
    "end": {"dateTime": "2026-01-06T15:30:00", "timeZone": "Europe/Paris"},
}


@pytest.fixture
def user(emulators):
    """A user who has consented: his refresh token."""
    return google.oauth2.credentials.Credentials(
        token=None,
        refresh_token="rt-agent1",
        token_uri=f"{emulators.google}/token",
        client_id="emu-client",
        client_secret="emu-secret",
    )


@pytest.fixture
def service_account(emulators):
    info = requests.get(f"{emulators.google}/_emu/service_account.json", timeout=10).json()
    return google.oauth2.service_account.Credentials.from_service_account_info(info, scopes=[CALENDAR])


@pytest.fixture
def connect(emulators):
    """The client as it builds itself from the discovery document that the emulator serves."""
    where = f"{emulators.google}/discovery/v1/apis/{{api}}/{{apiVersion}}/rest"
    with_document = functools.partial(
        build, "calendar", "v3", discoveryServiceUrl=where, static_discovery=False, cache_discovery=False
    )
    opened = []

    def open_client(credentials):
        opened.append(with_document(credentials=credentials))
        return opened[-1]

    yield open_client
    for client in opened:
        client.close()


def test_a_service_account_books_moves_and_cancels(connect, service_account):
    events = connect(service_account).events()
    made = events.insert(calendarId="agent1@demo.test", body={**VISIT, "id": "ivr0001"}, sendUpdates="none").execute()

    change = events.patch(
        calendarId="agent1@demo.test", eventId="ivr0001", body={"end": {"dateTime": "2026-01-06T16:00:00"}}
    )
    change.headers["If-Match"] = made["etag"]
    assert change.execute()["end"]["dateTime"] == "2026-01-06T16:00:00+01:00"

    late = events.patch(calendarId="agent1@demo.test", eventId="ivr0001", body={"summary": "x"})
    late.headers["If-Match"] = made["etag"]
    with pytest.raises(HttpError) as refused:
        late.execute()
    assert refused.value.resp.status == 412
    assert refused.value.error_details[0]["reason"] == "conditionNotMet"

    assert events.delete(calendarId="agent1@demo.test", eventId="ivr0001").execute() == ""


def test_a_service_account_acts_for_an_agent_who_was_delegated_to_it(connect, service_account):
    acting = service_account.with_subject("agent1@demo.test")
    body = {**VISIT, "attendees": [{"email": "patient@example.com"}]}

    assert connect(acting).events().insert(calendarId="primary", body=body).execute()["organizer"]["self"] is True


def test_pages_are_walked_to_the_sync_token(connect, user):
    events = connect(user).events()
    for day in range(6, 11):
        body = {**VISIT, "id": f"ivr{day:05d}"}
        events.insert(calendarId="primary", body=body).execute()
    seen, tokens = [], []
    request = events.list(calendarId="primary", maxResults=2)
    while request is not None:
        page = request.execute()
        seen += [e["id"] for e in page["items"]]
        tokens.append(page.get("nextSyncToken"))
        request = events.list_next(request, page)

    assert seen == [f"ivr{day:05d}" for day in range(6, 11)]
    assert tokens[:-1] == [None, None]
    assert tokens[-1]


def test_a_batch_goes_to_the_emulator_and_answers_each_call(connect, user):
    client = connect(user)
    client.colors().get().execute()  # a batch that must refresh the token first leaves a socket open
    answers = {}

    def note(request_id, response, error):
        answers[request_id] = error.resp.status if error else response["summary"]

    batch = client.new_batch_http_request(callback=note)
    batch.add(client.events().insert(calendarId="primary", body={**VISIT, "id": "ivr0001"}), request_id="made")
    batch.add(client.events().get(calendarId="primary", eventId="ivr0001"), request_id="read")
    batch.add(client.events().get(calendarId="primary", eventId="nevernever"), request_id="missing")
    batch.execute()

    assert answers == {"made": "RDV", "read": "RDV", "missing": 404}


def test_the_bundled_document_works_with_an_endpoint_of_its_own(emulators, user):
    endpoint = {"api_endpoint": f"{emulators.google}/calendar/v3/"}
    with build("calendar", "v3", credentials=user, static_discovery=True, client_options=endpoint) as client:
        asked = {"timeMin": "2026-01-05T00:00:00Z", "timeMax": "2026-01-09T00:00:00Z", "items": [{"id": "primary"}]}

        assert client.freebusy().query(body=asked).execute()["calendars"] == {"primary": {"busy": []}}


def test_the_client_tries_again_after_a_503_and_not_after_quota_exceeded(emulators, connect, user):
    events = connect(user).events()
    busy = {"match": {"path_regex": "/events$"}, "respond": {"status": 503, "reason": "backendError"}}
    emulators.control("fault", busy)
    assert events.list(calendarId="primary").execute(num_retries=1)["items"] == []

    full = {"status": 403, "domain": "usageLimits", "reason": "quotaExceeded", "message": "Calendar usage limits."}
    emulators.control("fault", {"match": {"path_regex": "/events$"}, "respond": full})
    with pytest.raises(HttpError) as refused:
        events.list(calendarId="primary").execute(num_retries=1)
    assert refused.value.resp.status == 403


def test_gcsa_writes_reads_and_deletes(connect, user):
    calendar = GoogleCalendar("primary", credentials=user)
    calendar.service = connect(user)
    paris = zoneinfo.ZoneInfo("Europe/Paris")
    start = dt.datetime(2026, 7, 7, 15, 0, tzinfo=paris)
    made = calendar.add_event(Event("RDV", start=start, end=start + dt.timedelta(minutes=30), timezone="Europe/Paris"))

    found = list(calendar.get_events(start.date(), start.date() + dt.timedelta(days=1), single_events=True))
    assert [(e.event_id, e.start) for e in found] == [(made.event_id, start)]

    calendar.delete_event(made)
    assert list(calendar.get_events(start.date(), start.date() + dt.timedelta(days=1))) == []
