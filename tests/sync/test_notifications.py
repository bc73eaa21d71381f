"""Google's announcements: they hasten what would be noticed anyway, and nobody else can send them."""

import time

import pytest
import requests
from tests.servers.desk import serving
from tests.sync.conftest import Company, hybrid, span

HOST = "desk.example"
MOVED = "2026-01-08T16:00:00+01:00"


@pytest.fixture(scope="module")
def announced_company(tmp_path_factory, emulators):
    home = hybrid(tmp_path_factory.mktemp("push") / "home", emulators)
    with (home / "demo.toml").open("a") as settings:
        settings.write(f'\n[sync]\nannounced_at = "https://{HOST}/google/notifications"\n')
    with serving(home) as desk:
        yield Company(desk, emulators)


@pytest.fixture
def company(announced_company):
    announced_company.load()
    order(announced_company, "webhook_route", {"host": HOST, "to": announced_company.desk.url})
    yield announced_company
    order(announced_company, "webhook_route", {"host": HOST, "to": None})


def order(company, name, body):
    answer = requests.post(f"{company.emulators.google}/_emu/{name}", json=body, timeout=10)
    assert answer.status_code == 200, answer.text


def eventually(true, seconds=10):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.1)
    return true()


def channels(company):
    shown = company.sync("status").stdout
    return [line for line in shown.splitlines() if "@demo.test" in line]


def test_an_announced_change_is_noticed_without_waiting(company):
    company.wait()
    assert all("2026-01-09" in line for line in channels(company)), channels(company)
    company.agent().move(company.record["google_event_id"], span(MOVED))

    assert eventually(lambda: company.record["sync_state"] == "error")
    assert ["conflict"] == [kind for kind, _ in company.open_tasks]


def test_a_channel_is_renewed_before_it_ends_and_the_new_one_announces(company):
    later = {"start": "2026-01-12T10:00:00+01:00", "end": "2026-01-12T10:30:00+01:00"}
    company.load(appointments=[{"patient_phone": "+33639981202", "agent": "a45", **later}])
    company.wait()
    assert all("2026-01-09" in line for line in channels(company)), channels(company)
    company.desk.clock(set="2026-01-09T01:00:00+01:00")

    assert all("2026-01-15" in line or "2026-01-16" in line for line in channels(company)), channels(company)
    company.agent().move(company.record["google_event_id"], span("2026-01-12T16:00:00+01:00"))
    assert eventually(lambda: company.record["sync_state"] == "error")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Goog-Channel-ID": "nobodys", "X-Goog-Resource-State": "exists"},
        {"X-Goog-Channel-ID": "nobodys", "X-Goog-Channel-Token": "x", "X-Goog-Resource-State": "exists"},
    ],
)
def test_a_message_of_an_unknown_channel_is_refused(company, headers):
    company.wait()
    company.agent().move(company.record["google_event_id"], span(MOVED))
    answer = company.desk.request("POST", "/google/notifications", b"", token="", headers=headers)

    assert answer.status == 404
    assert "no such channel" in answer.json["detail"]
