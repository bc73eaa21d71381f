"""The seed's "BOOK" and "RESCHEDULE" sequences, and its cancellation, request by request on the wire: against the Odoo
emulator and real Odoo 19, the planning being the Google emulator.

They are also what a call may cost: one freeBusy for the offer, and for the commitment one more, three writes to Odoo
and one to Google.
"""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import requests
from tests.odoo.places import odoo19, place19  # noqa: F401  fixtures
from tests.servers.desk import JEAN, pupitre, serving
from tests.servers.wire import Wire
from tests.sync.calling import Talk

PARIS = ZoneInfo("Europe/Paris")
LOOKUP = ["calendar.event.search_read", "res.partner.search_read"]
WRITES = {
    "BOOK": ["calendar.event.load", "calendar.event.write", "POST events", "calendar.event.write"],
    "RESCHEDULE": ["calendar.event.write", "PATCH event", "calendar.event.write"],
    "CANCEL": ["calendar.event.write", "PATCH event", "calendar.event.write"],
}


class Site:
    """A desk, and what goes over its wires."""

    def __init__(self, desk, odoo, google):
        self.desk, self.wires = desk, (odoo, google)
        self.intents = iter(range(100))

    def play(self, intent, caller, wish):
        """The exchanges of one call, in their order. A first call has made the desk know its backends."""
        for wire in self.wires:
            wire.clear()
        order = []
        for wire in self.wires:
            wire.hook = lambda exchange, edge: order.append(exchange) if edge == "before" else None
        talk = Talk(lambda: self.desk, intent, f"seq-{intent}-{next(self.intents)}")
        talk.caller = caller
        talk.play(wish)
        assert talk.told, talk.heard
        return talk, order


@pytest.fixture(scope="module")
def emulated_site(tmp_path_factory, emulators):
    from tests.sync.conftest import wired  # noqa: PLC0415 -- a sandbox of its own

    odoo, google = Wire(emulators.base), Wire(emulators.base)
    home = wired(tmp_path_factory.mktemp("sequences") / "home", emulators, odoo)
    settings = home / "demo.toml"
    settings.write_text(settings.read_text().replace(f"{odoo.url}/google", f"{google.url}/google"))
    with serving(home) as desk:
        desk.load(appointments=[])
        yield Site(desk, odoo, google)
    for wire in (odoo, google):
        wire.stop()


@pytest.fixture(scope="module")
def real_site(tmp_path_factory, emulators, place19):  # noqa: F811  a fixture
    """A desk as it is in the field: its own clock, real Odoo 19, and a Google whose clock runs."""
    calendars = [{"id": f"agent{n}@demo.test"} for n in (1, 2, 3)]
    emulators.control("clock", {"run": True, "set": datetime.now(UTC).isoformat()})
    emulators.control("world", {"world": "real", "calendars": calendars})
    place19.patient("Jean Dupont", phone=JEAN["from_e164"])
    odoo, google = Wire(place19.settings.url), Wire(emulators.base)
    home = tmp_path_factory.mktemp("real") / "home"
    made = pupitre("init", home, "--mode", "hybrid")
    assert made.returncode == 0, made.stderr
    (home / "odoo.password").write_text(place19.settings.password)
    (home / "google.bearer").write_text("ya29.emu-svc")
    text = (home / "demo.toml").read_text()
    for old, new in {
        "https://odoo.example": odoo.url,
        "YOUR_DB": place19.settings.database,
        '{ env = "PUPITRE_ODOO_PASSWORD" }': '{ file = "odoo.password" }',
        'access = { service_account = { file = "google-key.json" } }': (
            'access = { bearer = { file = "google.bearer" } }\n'
            f'api_root = "{google.url}/google/calendar/v3"\ntoken_uri = "{google.url}/google/token"'
        ),
    }.items():
        assert old in text
        text = text.replace(old, new)
    (home / "demo.toml").write_text(text)
    with serving(home) as desk:
        yield Site(desk, odoo, google)
    for wire in (odoo, google):
        wire.stop()


@pytest.fixture(
    params=[
        "emulated_site",
        pytest.param("real_site", marks=[pytest.mark.real, pytest.mark.xdist_group("odoo"), pytest.mark.timeout(300)]),
    ]
)
def site(request):
    found = request.getfixturevalue(request.param)
    found.play("BOOK", JEAN, "n'importe quand")
    found.play("CANCEL", JEAN, "")
    return found


def names(exchanges):
    return [one.name for one in exchanges]


def split(exchanges):
    """What went before the commitment: who is who and the offers; and the commitment itself."""
    again = [number for number, one in enumerate(exchanges) if one.name == "POST freeBusy"][-1]
    return exchanges[:again], exchanges[again:]


def vals(exchange):
    """What a call of Odoo writes, by field."""
    args = exchange.json["params"]["args"]
    if exchange.name.endswith(".load"):
        return dict(zip(args[0], args[1][0], strict=True))
    return args[1]


def wall(text):
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def utc(at):
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def test_the_seeds_sequences_request_by_request(site):
    """Book, reschedule, cancel: nothing is asked or written that need not be, and what is written is the seed's."""
    talk, booking = site.play("BOOK", JEAN, "n'importe quand")
    before, commitment = split(booking)
    assert LOOKUP == sorted(one for one in names(before) if one in LOOKUP)
    assert names(before).count("POST freeBusy") == 1
    assert not {"load", "write", "create"} & {one.rpartition(".")[2] for one in names(before)}
    assert ["POST freeBusy", *WRITES["BOOK"]] == without_presence(commitment)

    at = wall(context(site, talk)["appointment"]["start"])
    create, name, insert, sync = writes(commitment)
    made = vals(create)
    [record] = name.json["params"]["args"][0]
    uid = f"demo:odoo_event:{record}"
    assert {
        "start": utc(at),
        "stop": utc(at + timedelta(minutes=30)),
        "x_source": "ivr",
        "x_status": "confirmed",
        "x_call_id": talk.call_id,
        "x_sync_state": "pending",
    }.items() <= made.items()
    assert {"name", "user_id/.id", "partner_ids/.id", "location", "description", "x_external_uid"} <= made.keys()
    assert {"x_external_uid": uid} == vals(name)
    event = insert.json
    assert {"dateTime": at.strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": "Europe/Paris"} == event["start"]
    assert {"dateTime", "timeZone"} == event["end"].keys()
    assert f"res_id={record}" in event["description"]
    assert {
        "external_uid": uid,
        "odoo_event_id": str(record),
        "partner_id": made["x_patient_partner_id/.id"],
        "call_id": talk.call_id,
        "source": "ivr",
    } == event["extendedProperties"]["private"]
    assert "attendees" not in event
    noted(sync, json.loads(insert.answer), made["x_gcal_calendar_id"])

    talk, moving = site.play("RESCHEDULE", JEAN, "n'importe quand")
    before, commitment = split(moving)
    assert names(before).count("POST freeBusy") == 1
    assert WRITES["RESCHEDULE"] == names(writes(commitment))
    assert names(moving).count("calendar.event.read") == 3, "for the offers, before the move, and as it is made"
    assert names(moving).count("GET event") == 0
    move, patch, sync = writes(commitment)
    after = wall(context(site, talk)["appointment"]["start"])
    moved = {name: value for name, value in vals(move).items() if name not in AGENTS}
    assert {
        "start": utc(after),
        "stop": utc(after + timedelta(minutes=30)),
        "x_status": "confirmed",
        "x_sync_state": "pending",
    } == moved
    assert f"/events/{event['id']}?" in patch.path
    assert json.loads(insert.answer)["etag"] == patch.headers["If-Match"]
    assert after.strftime("%Y-%m-%dT%H:%M:%S") == patch.json["start"]["dateTime"]
    assert uid == patch.json["extendedProperties"]["private"]["external_uid"]
    noted(sync, json.loads(patch.answer), None)

    _, cancelling = site.play("CANCEL", JEAN, "")
    assert WRITES["CANCEL"] == names(writes(cancelling))
    cancel, taken_off, sync = writes(cancelling)
    assert ("canceled", "free", "pending") == tuple(
        vals(cancel)[name] for name in ("x_status", "show_as", "x_sync_state")
    )
    assert {"status": "cancelled"} == taken_off.json
    assert "synced" == vals(sync)["x_sync_state"]
    assert "POST freeBusy" not in names(cancelling)


AGENTS = {"user_id", "partner_ids", "x_gcal_calendar_id"}


def without_presence(exchanges):
    """But for what Odoo's HR says of absences, where it is installed: it is asked at the same time as the planning."""
    return [one for one in names(exchanges) if not one.startswith(("resource.", "hr."))]


def writes(exchanges):
    return [one for one in exchanges if one.name in {name for names in WRITES.values() for name in names}]


def noted(exchange, event, calendar):
    written = vals(exchange)
    assert ("synced", False, event["id"], event["etag"]) == tuple(
        written[name] for name in ("x_sync_state", "x_sync_error", "x_gcal_event_id", "x_gcal_etag")
    )
    assert written["x_sync_updated_at"]
    assert calendar in (None, written["x_gcal_calendar_id"])


def context(site, talk):
    answer = requests.get(
        f"{site.desk.url}/v1/calls/{talk.call_id}", headers={"Authorization": f"Bearer {site.desk.admin}"}, timeout=10
    )
    assert answer.status_code == 200, answer.text
    return answer.json()
