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


def asked(company):
    """Which calendars Google was asked to list since the last time."""
    calls = requests.get(f"{company.emulators.google}/_emu/calls", timeout=10).json()
    requests.delete(f"{company.emulators.google}/_emu/calls", timeout=10)
    return sorted(call.partition(" ")[2][:3] for call in calls if call.startswith("events.list"))


def heard(company):
    """Both channels have said that they are open, and what that brought is done."""
    company.wait()
    assert eventually(lambda: all("heard_at" in one for one in company.desk.get("/v1/sync").json["calendars"]))
    while asked(company):
        time.sleep(0.5)


def test_while_a_live_channel_is_silent_its_calendar_is_not_read(company):
    """Nothing to do: nothing is asked, but once an hour, for messages get lost; a change costs one reading, of its
    calendar."""
    heard(company)
    quiet = []
    for _ in range(3):
        company.wait()
        quiet += asked(company)
    company.wait(60)
    hourly = asked(company)
    company.agent().put(span("2026-01-09T15:00:00+01:00"))

    assert [] == quiet
    assert ["a45", "a46"] == hourly
    seen = []
    assert eventually(lambda: "a45" in (seen.extend(asked(company)) or seen))


def test_a_channel_that_was_never_heard_proves_nothing(company):
    """Google took the address, and no message comes through: the calendars are read in every round, once."""
    order(company, "webhook_route", {"host": HOST, "to": None})
    company.wait()
    asked(company)
    company.wait()

    assert ["a45", "a46"] == asked(company)


class Kept:
    """Messages that Google has sent and nobody has got yet."""

    def __init__(self, company):
        self.company = company

    @property
    def messages(self):
        answer = requests.get(f"{self.company.emulators.google}/_emu/deliveries", timeout=10).json()
        return [{name: value for name, value in one["headers"].items() if name.startswith("X-")} for one in answer]

    def about(self, calendar):
        return [one for one in self.messages if f"/{calendar}@" in one["X-Goog-Resource-URI"].replace("%40", "@")]

    def deliver(self, *messages, **changed):
        return [
            self.company.desk.request("POST", "/google/notifications", b"", token="", headers=one | changed).status
            for one in messages
        ]


@pytest.fixture
def kept(company):
    order(company, "webhook_route", {"host": HOST, "to": None})
    order(company, "webhook_sink", {"host": HOST})
    yield Kept(company)
    order(company, "webhook_sink", {"host": HOST, "answers": None})


def test_late_repeated_and_disordered_messages_do_no_harm(company, kept):
    company.wait()
    record = company.record
    company.agent().move(record["google_event_id"], span(MOVED))
    assert eventually(lambda: len(kept.about("a45")) == 2)
    hello, moved = kept.about("a45")

    assert [204] * 6 == kept.deliver(moved, hello, moved, moved, hello, moved)
    assert eventually(lambda: company.record["sync_state"] == "error")
    company.sync("keep", "record", str(record["id"]), "--by", "Anne")
    kept.deliver(moved, hello)
    company.wait()
    assert ("synced", []) == (company.record["sync_state"], company.open_tasks)
    assert [record["start"]] == [one["start"] for one in company.events]


@pytest.mark.parametrize(
    ("header", "value"),
    [("X-Goog-Channel-Token", "guessed"), ("X-Goog-Channel-Token", ""), ("X-Goog-Resource-ID", "another")],
)
def test_a_message_that_is_not_the_channels_own_is_refused(company, kept, header, value):
    company.wait()
    company.agent().move(company.record["google_event_id"], span(MOVED))
    assert eventually(lambda: len(kept.about("a45")) == 2)
    moved = kept.about("a45")[1]

    assert [404] == kept.deliver(moved, **{header: value})
    time.sleep(0.5)
    assert "synced" == company.record["sync_state"]


def test_the_messages_of_a_channel_that_was_replaced_are_refused(company, kept):
    """Row 15 of the complaints: renewed in time; what the old one still says is a stranger's."""
    company.wait()
    old = kept.about("a45")[0]
    company.desk.clock(set="2026-01-09T01:00:00+01:00")
    new = kept.about("a45")[-1]

    assert old["X-Goog-Channel-ID"] != new["X-Goog-Channel-ID"]
    assert [404, 204] == kept.deliver(old, new)
