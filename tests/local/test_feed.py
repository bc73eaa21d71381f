"""An agent's calendar feed and its address."""

import re
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from msgspec.structs import replace
from tests.store.conftest import NOW, database, postgres, postgres_template, sqlite_template, url  # noqa: F401  fixtures

from pupitre.backends.local.directory import LocalDirectory
from pupitre.backends.local.feeds import Feed, Feeds
from pupitre.backends.local.ics import FeedLook, feed
from pupitre.backends.local.records import Entry, LocalRecords
from pupitre.backends.local.roster import Roster
from pupitre.clock import HeldClock
from pupitre.model import Appointment, AppointmentStatus, Slot, Source
from pupitre.ports import Draft

START = datetime(2026, 1, 6, 8, 0, tzinfo=UTC)
APPOINTMENT = Appointment(
    7,
    12,
    Slot(START, START + timedelta(minutes=30), 45),
    patient_name="Hélène Lefèvre",
    location="3, rue de l'Église; Metz",
)
LOOK = FeedLook("demo", "Rendez-vous d'Anne", "Visite")


def events(entries, look=LOOK):
    return icalendar.Calendar.from_ical(feed(entries, look)).walk("VEVENT")


def test_an_appointment_is_an_event_with_its_times_in_utc():
    [event] = events([Entry(APPOINTMENT, 3, NOW)])

    assert (START, START + timedelta(minutes=30)) == (event["dtstart"].dt, event["dtend"].dt)
    assert ("CONFIRMED", "OPAQUE", 3, NOW) == (
        event["status"],
        event["transp"],
        event["sequence"],
        event["dtstamp"].dt,
    )
    assert "3, rue de l'Église; Metz" == event["location"]


def test_no_patient_is_named_unless_the_tenant_says_so():
    assert b"Lef" not in feed([Entry(APPOINTMENT, 0, NOW)], LOOK)

    [event] = events([Entry(APPOINTMENT, 0, NOW)], replace(LOOK, show_patient=True))
    assert "Visite - Hélène Lefèvre" == event["summary"]


def test_what_is_cancelled_is_shown_as_cancelled_and_free_under_the_same_uid():
    cancelled = replace(APPOINTMENT, status=AppointmentStatus.CANCELED)
    [before], [after] = events([Entry(APPOINTMENT, 0, NOW)]), events([Entry(cancelled, 1, NOW)])

    assert ("CANCELLED", "TRANSPARENT") == (after["status"], after["transp"])
    assert before["uid"] == after["uid"] != events([Entry(replace(APPOINTMENT, id=8), 0, NOW)])[0]["uid"]


def test_the_feed_is_what_rfc_5545_asks_for():
    long = replace(APPOINTMENT, location="é" * 200)
    body = feed([Entry(long, 0, NOW)], replace(LOOK, record_url="https://odoo.example.org/web#id={id}"))

    assert body.startswith(b"BEGIN:VCALENDAR\r\n")
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert not re.search(rb"[^\r]\n", body)
    assert [line.decode() for line in body.split(b"\r\n")]
    assert {b"VERSION:2.0", b"METHOD:PUBLISH"} <= set(body.split(b"\r\n"))
    assert b"https://odoo.example.org/web#id=7" in body.replace(b"\r\n ", b"")


def test_an_agent_without_appointments_has_an_empty_calendar():
    assert [] == events([])


async def test_changes_are_counted_so_that_a_subscriber_sees_them(database):  # noqa: F811 -- a fixture
    clock = HeldClock(NOW)
    records = LocalRecords(database, "demo", clock)
    anne = await Roster(database, "demo").add("Anne")
    jean = await LocalDirectory(database, "demo").add("Jean Dupont")
    slot = Slot(START, START + timedelta(minutes=30), anne.id)
    made = await records.create(Draft(jean.id, slot, "c1", Source.IVR), "k1")
    clock.set(NOW + timedelta(minutes=5))
    await records.move(made.id, replace(slot, end=slot.end + timedelta(minutes=5)), AppointmentStatus.CONFIRMED)
    [moved] = await records.of_agent(anne.id, NOW)
    await records.cancel(made.id, "malade")
    await records.cancel(made.id, "malade")
    [cancelled] = await records.of_agent(anne.id, NOW)

    assert (1, 2) == (moved.sequence, cancelled.sequence)
    assert NOW + timedelta(minutes=5) == moved.updated_at
    assert "Jean Dupont" == cancelled.appointment.patient_name


async def test_an_address_shows_one_agents_feed_until_it_is_revoked(database):  # noqa: F811 -- a fixture
    feeds = Feeds(database)
    secret = await feeds.give("demo", 1, NOW)
    other = await feeds.give("demo2", 1, NOW)

    assert (Feed("demo", 1), Feed("demo2", 1)) == (await feeds.whose(secret), await feeds.whose(other))
    assert len(secret) >= 43

    await feeds.revoke("demo", 1, NOW)
    assert await feeds.whose(secret) is None
    assert Feed("demo2", 1) == await feeds.whose(other)


async def test_a_new_address_takes_the_place_of_the_former_one(database):  # noqa: F811 -- a fixture
    feeds = Feeds(database)
    first = await feeds.give("demo", 1, NOW)
    second = await feeds.give("demo", 1, NOW)

    assert await feeds.whose(first) is None
    assert Feed("demo", 1) == await feeds.whose(second)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_the_secret_itself_is_nowhere_in_the_store(url, database):  # noqa: F811 -- a fixture
    secret = await Feeds(database).give("demo", 1, NOW)
    await database.close()

    path = url.removeprefix("sqlite:///")
    with open(path, "rb") as file:  # noqa: ASYNC230, PTH123 -- a test may wait
        assert secret.encode() not in file.read()


@pytest.mark.parametrize("secret", ["", "x", "'; --", "é"])
async def test_no_other_word_is_an_address(database, secret):  # noqa: F811 -- a fixture
    await Feeds(database).give("demo", 1, NOW)

    assert await Feeds(database).whose(secret) is None
