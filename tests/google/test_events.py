"""What an appointment looks like as an event, and what is read back from one."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.contracts.agenda import PARIS, TUESDAY, UID
from tests.google.conftest import ACCESS

from pupitre.backends.google.events import body as event_body
from pupitre.backends.google.events import event_id, instant_of, looks_ours, planning_event, stands_at, wall_clock
from pupitre.backends.google.settings import GoogleSettings, texts
from pupitre.backends.google.wire import Event, EventTime, Properties
from pupitre.model import Source
from pupitre.ports import ConfigError, Refused


def body(appointment, *, is_move=False, language="fr-FR", **own):
    tenants = GoogleSettings(access=ACCESS, **own)
    return event_body(appointment, appointment.external_uid, tenants, texts(tenants, language), PARIS, moved=is_move)


def test_a_booked_event_says_what_the_seed_says(visit):
    assert {
        "summary": "RDV Synergia – Téléassistance",
        "location": "Téléphone",
        "description": "Créé via IVR. Odoo: /web#id=987&model=calendar.event&view_type=form",
        "start": {"dateTime": "2026-01-06T15:00:00", "timeZone": "Europe/Paris"},
        "end": {"dateTime": "2026-01-06T15:30:00", "timeZone": "Europe/Paris"},
        "extendedProperties": {
            "private": {
                "external_uid": "clinique:odoo_event:987",
                "odoo_event_id": "987",
                "partner_id": "123",
                "call_id": "call-1",
                "source": "ivr",
            }
        },
    } == body(
        visit,
        title="RDV Synergia – Téléassistance",
        screen_pop="/web#id={id}&model=calendar.event&view_type=form",
        linked="{text}. Odoo: {url}",
    )


def test_a_moved_event_says_so(visit):
    assert "Replanifié via IVR" == body(visit, is_move=True)["description"]
    assert "Créé via IVR" == body(visit)["description"]


def test_words_are_the_tenants_where_it_has_some(visit):
    own = {"title": "Visit", "location": "Phone", "booked": "Booked", "moved": "Moved", "linked": "{text} {url}"}
    found = body(visit, language="en-GB", screen_pop="https://crm.example/{id}", **own)

    assert ("Visit", "Phone", "Booked https://crm.example/987") == (
        found["summary"],
        found["location"],
        found["description"],
    )


def test_a_language_without_words_is_a_wrong_setting(visit):
    with pytest.raises(ConfigError, match="'en-GB'"):
        body(visit, language="en-GB")


@pytest.mark.parametrize("wrong", [{"linked": "{texte}"}, {"screen_pop": "/{uid}"}, {"linked": "{"}], ids=str)
def test_unknown_braces_are_a_wrong_setting(visit, wrong):
    with pytest.raises(ConfigError, match="braces"):
        body(visit, **wrong)


def test_the_patients_name_is_shown_only_where_the_tenant_wants_it(visit):
    visit = replace(visit, patient_name="Jean Dupont")

    assert "Jean Dupont" not in str(body(visit))
    assert "Rendez-vous – Jean Dupont" == body(visit, show_patient_name=True)["summary"]


def test_an_appointments_own_place_comes_first(visit):
    assert "Cabinet 3" == body(replace(visit, location="Cabinet 3"))["location"]


def test_a_property_without_a_value_is_left_out(visit):
    visit = replace(visit, call_id=None, external_uid="clinique:event:5", source=Source.WEB)

    assert {"external_uid": "clinique:event:5", "partner_id": "123", "source": "web"} == body(visit)[
        "extendedProperties"
    ]["private"]


@pytest.mark.parametrize(
    "too_long", [{"external_uid": "x" * 1025}, {"call_id": "x" * 1025}, {"patient_id": "x" * 1025}]
)
def test_no_property_is_longer_than_google_keeps(visit, too_long):
    with pytest.raises(Refused, match="1024"):
        body(replace(visit, **too_long))


@settings(deadline=None)
@given(st.text(min_size=1), st.integers(1, 50))
def test_an_event_id_is_one_that_google_takes(uid, revision):
    """base32hex in lower case, 5 to 1024 characters (discovery document, Event.id)."""
    assert re.fullmatch("[a-v0-9]{5,1024}", event_id(uid, revision))
    assert event_id(uid, revision) == event_id(uid, revision) != event_id(uid, revision + 1)


def test_event_ids_never_change_from_one_version_to_the_next():
    """A booking that is retried after an upgrade must find what the older version wrote."""
    assert "tp54trac2oif1s2mst2pikeummklttv0808asjf5o5ikno0f72rg" == event_id(UID, 1)


@settings(deadline=None)
@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 -- UTC is added
def test_an_instant_survives_its_wall_clock(instant):
    """Read as Google reads it: local time in the zone, the first of two where it is ambiguous."""
    written = wall_clock(instant, PARIS)
    local = datetime.fromisoformat(written["dateTime"])

    assert local.tzinfo is None
    assert instant.replace(microsecond=0) == local.replace(tzinfo=ZoneInfo(written["timeZone"])).astimezone(UTC)


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        (EventTime("2026-01-06T15:00:00+01:00"), TUESDAY),
        (EventTime("2026-01-06T14:00:00Z"), TUESDAY),
        (EventTime("2026-01-06T09:00:00-05:00", time_zone="Europe/Paris"), TUESDAY),
        (EventTime("2026-01-06T15:00:00", time_zone="Europe/Paris"), TUESDAY),
        (EventTime("2026-01-06T15:00:00"), None),
        (EventTime("2026-01-06T15:00:00", time_zone="Europe/Nowhere"), None),
        (EventTime("2026-01-06T15:00:00", time_zone="../etc/passwd"), None),
        (EventTime("tomorrow"), None),
        (EventTime(date="2026-01-06"), None),
        (EventTime(), None),
    ],
    ids=str,
)
def test_only_times_that_can_be_trusted_are_read(written, instant):
    assert instant == instant_of(written)


def test_the_times_of_a_cancelled_event_are_never_read(visit):
    """A purged tombstone may carry false ones."""
    times = [EventTime(end.isoformat()) for end in (visit.slot.start, visit.slot.end)]
    tombstone = Event("abcde", "", "cancelled", *times)

    assert planning_event("a@b", 45, tombstone, PARIS).slot is None
    assert not stands_at(tombstone, visit.slot)


def test_an_event_that_ends_before_it_starts_has_no_slot():
    event = Event("abcde", start=EventTime("2026-01-06T15:00:00Z"), end=EventTime("2026-01-06T14:00:00Z"))

    assert planning_event("a@b", 45, event, PARIS).slot is None


def test_an_event_stands_where_both_its_ends_do(visit):
    def event(start, end):
        return Event("abcde", start=EventTime(start.isoformat()), end=EventTime(end.isoformat()))

    start, end = visit.slot.start, visit.slot.end

    assert stands_at(event(start.astimezone(UTC), end), visit.slot)
    assert not stands_at(event(start, end + timedelta(minutes=15)), visit.slot)
    assert not stands_at(event(start, end), None)


def test_ours_are_known_by_uid_or_by_id_but_not_occurrences_of_a_series():
    assert looks_ours(Event(event_id(UID, 1)))
    assert looks_ours(Event("abcde", extended_properties=Properties({"external_uid": UID})))
    assert not looks_ours(Event("abcde"))
    assert not looks_ours(Event(event_id(UID, 1) + "_20260106", recurring_event_id=event_id(UID, 1)))
