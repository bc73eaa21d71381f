"""The Odoo emulator as a server: its control plane, its sessions, and what outlives it."""

import pytest
import requests
from tests.servers.emulators import Emulators
from tests.servers.odoo import OdooFault, Person

AGENTS = [{"id": "a", "name": "Claire Martin", "calendar": "claire@demo.test"}]
PATIENTS = [{"name": "Jean Dupont", "phone": "+33612345678", "birth_date": "1942-03-12", "agent": "a"}]
BOOKED = [
    {
        "patient_phone": "+33612345678",
        "agent": "a",
        "start": "2026-01-06T09:00:00+01:00",
        "end": "2026-01-06T09:30:00+01:00",
        "values": {"x_call_id": "call-1"},
    }
]
EVENT, PARTNER = "calendar.event", "res.partner"


class Server:
    """Running emulators, and orders to the Odoo one."""

    def __init__(self, data):
        self.data, self.running = data, Emulators(data)

    @property
    def url(self):
        return f"{self.running.base}/odoo"

    def order(self, name, status=200, **body):
        answer = requests.post(f"{self.url}/_emu/{name}", json=body, timeout=10)
        assert answer.status_code == status, answer.text
        return answer.json()

    def dump(self, db="demo"):
        return requests.get(f"{self.url}/_emu/dump", params={"db": db}, timeout=10).json()

    def login(self, login="admin", password=None, db="demo"):
        return Person(self.url, db, login, password or login)

    def begin_again(self):
        self.running = Emulators(self.data)


@pytest.fixture(scope="module")
def shared():
    server = Server(None)
    yield server
    server.running.stop()


def world(server, db="demo", **more):
    return server.order("world", **({"db": db, "agents": AGENTS, "patients": PATIENTS, "appointments": BOOKED} | more))


def test_a_world_is_loaded_and_read_by_whoever_logs_in(shared):
    made = world(shared)
    admin = shared.login()

    [event] = admin.call(EVENT, "search_read", [], fields=["start", "user_id", "x_status", "x_call_id", "partner_ids"])
    [patient] = admin.call(PARTNER, "read", made["patients"], ["name", "phone_sanitized", "x_birth_date", "user_id"])
    assert event["start"] == "2026-01-06 08:00:00"
    assert event["user_id"] == [made["agents"]["a"], "Claire Martin"]
    assert (event["x_status"], event["x_call_id"], event["id"]) == ("confirmed", "call-1", made["appointments"][0])
    assert (patient["phone_sanitized"], patient["x_birth_date"]) == ("+33612345678", "1942-03-12")
    assert patient["user_id"][0] == made["agents"]["a"]


def test_a_world_empties_what_was_there_and_only_there(shared):
    world(shared, db="other")
    before = shared.dump("other")[EVENT]
    world(shared)
    world(shared, appointments=[])

    assert shared.dump()[EVENT] == []
    assert len(shared.dump("other")[EVENT]) == len(before) == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"appointments": [{**BOOKED[0], "agent": "nobody"}]}, "no agent of this world"),
        ({"appointments": [{**BOOKED[0], "patient_phone": "+33600000000"}]}, "nobody in this world"),
        ({"appointments": [{**BOOKED[0], "values": {"x_nope": 1}}]}, "x_nope"),
        ({"patient": []}, "unknown field"),
    ],
)
def test_a_world_that_cannot_be_is_refused_and_nothing_changes(shared, more, said):
    world(shared)
    before = shared.dump()

    answer = shared.order("world", 400, **({"db": "demo", "agents": AGENTS, "patients": PATIENTS} | more))

    assert said in answer["error"]
    assert shared.dump() == before


def test_the_clock_stands_where_it_was_set_and_stamps_what_is_written(shared):
    world(shared)
    shared.order("clock", set="2026-01-05T09:00:00+01:00")
    try:
        record = shared.login().call(PARTNER, "create", {"name": "x"})
        shared.order("clock", advance_s=3600)
        shared.login().call(PARTNER, "write", [record], {"name": "y"})
        seen = shared.login().one(PARTNER, record, "create_date", "write_date")
    finally:
        shared.order("clock", run=True)

    assert (seen["create_date"], seen["write_date"]) == ("2026-01-05 08:00:00", "2026-01-05 09:00:00")


def test_an_error_undoes_the_whole_call(shared):
    world(shared)
    admin, before = shared.login(), shared.dump()
    with pytest.raises(OdooFault, match="x_nope"):
        admin.call(PARTNER, "create", [{"name": "kept?"}, {"name": "b", "x_nope": 1}])

    assert shared.dump() == before


def test_a_login_is_wrong_shut_out_and_forgiven(shared):
    world(shared)
    for _ in range(11):
        with pytest.raises(OdooFault, match="AccessDenied"):
            shared.login("ivr", "wrong")
    with pytest.raises(OdooFault, match="AccessDenied"):
        shared.login("ivr")
    shared.order("sessions", forgive=True)

    assert shared.login("ivr").uid


def test_who_is_archived_or_has_another_password_is_logged_out(shared):
    world(shared)
    person, admin = shared.login("claire@demo.test"), shared.login()
    for change in ({"password": "new"}, {"active": False}):
        person.call(EVENT, "search", [])
        admin.call("res.users", "write", [person.uid], change)
        with pytest.raises(OdooFault) as caught:
            person.call(EVENT, "search", [])
        assert caught.value.code == 100
        admin.call("res.users", "write", [person.uid], {"password": "claire@demo.test", "active": True})
        person = shared.login("claire@demo.test")


def test_private_events_hide_what_they_are_from_others(shared):
    made = world(shared)
    person = shared.login("claire@demo.test")
    person.call(EVENT, "write", made["appointments"], {"privacy": "private"})
    ivr = shared.login("ivr")

    seen = ivr.one(EVENT, made["appointments"][0], "name", "start", "partner_ids", "location", "x_call_id")

    assert (seen["name"], seen["partner_ids"], seen["location"]) == ("Occupé(e)", [], False)
    assert (seen["start"], seen["x_call_id"]) == ("2026-01-06 08:00:00", "call-1")
    with pytest.raises(OdooFault, match="AccessError"):
        ivr.call(EVENT, "write", made["appointments"], {"location": "x"})


def test_mails_that_odoo_would_send_are_there_to_be_seen(shared):
    made = world(shared)
    admin = shared.login()
    partner = admin.call(PARTNER, "create", {"name": "Jeanne", "email": "jeanne@patients.test"})
    values = {"name": "x", "start": "2040-01-01 10:00:00", "stop": "2040-01-01 11:00:00", "partner_ids": [partner]}
    admin.call(EVENT, "create", values, context={"no_mail_to_attendees": True})
    silent = admin.call("mail.mail", "search_count", [])
    event = admin.call(EVENT, "create", values)
    invited = admin.call("mail.mail", "search_count", [])
    admin.call(EVENT, "write", [event], {"start": "2040-01-02 10:00:00", "stop": "2040-01-02 11:00:00"})

    assert made
    assert (silent, invited, admin.call("mail.mail", "search_count", [])) == (0, 1, 2)


def test_web_client_reads_work_for_who_looks_with_them(shared):
    made = world(shared)
    specification = {"start": {}, "user_id": {"fields": {"display_name": {}}}, "partner_ids": {"fields": {"name": {}}}}

    found = shared.login().call(EVENT, "web_search_read", [], specification, limit=10)

    [event] = found["records"]
    assert found["length"] == 1
    assert event["user_id"] == {"id": made["agents"]["a"], "display_name": "Claire Martin"}
    assert {one["name"] for one in event["partner_ids"]} == {"Claire Martin", "Jean Dupont"}


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_everything_outlives_the_process(tmp_path, end):
    server = Server(tmp_path)
    made = world(server)
    server.order("clock", set="2026-01-05T09:00:00+01:00")
    ivr = server.login("ivr")
    row = [["k.1", "RDV", "2026-01-07 09:00:00", "2026-01-07 09:30:00"]]
    loaded = ivr.call(EVENT, "load", ["id", "name", "start", "stop"], row, context={"tz": "UTC"})
    ivr.call(EVENT, "write", made["appointments"], {"x_status": "canceled"})
    key = server.order("key", login="ivr")["key"]
    before = server.dump()

    getattr(server.running, end)()
    server.begin_again()
    try:
        assert server.dump() == before
        ivr.url = server.url
        assert ivr.call(EVENT, "load", ["id", "name", "start", "stop"], row, context={"tz": "UTC"}) == loaded
        assert requests.get(f"{server.url}/_emu/clock", timeout=10).json()["now"].startswith("2026-01-05T08:00:00")
        headers = {"Authorization": f"bearer {key}", "X-Odoo-Database": "demo"}
        count = requests.post(
            f"{server.url}/json/2/calendar.event/search_count", json={"domain": []}, headers=headers, timeout=10
        )
        assert count.json() == 2
        assert ivr.call(EVENT, "create", {"name": "y", "start": row[0][2], "stop": row[0][3]}) > max(loaded["ids"])
    finally:
        server.running.stop()


def test_json2_answers_with_https_own_codes(shared):
    world(shared)
    key = shared.order("key", login="ivr")["key"]

    def call(path, body=None, **headers):
        sent = {"Authorization": f"bearer {key}", "X-Odoo-Database": "demo", **headers}
        return requests.post(f"{shared.url}/json/2/{path}", json=body or {}, headers=sent, timeout=10).status_code

    assert call("res.partner/search", {"domain": []}) == 200
    assert call("res.partner/search", {"domain": []}, Authorization="bearer nope") == 401
    assert call("res.users/write", {"ids": [2], "vals": {"login": "x"}}) == 403
    assert call("res.partner/_private") == 403
    assert call("res.partner/write", {"ids": [999999], "vals": {"name": "x"}}) == 404
    assert call("no.model/search") == call("res.partner/nope") == 404
    assert call("res.partner/search", {"domain": [], "nope": 1}) == 422
    assert call("res.partner/search", {"domain": [["nope", "=", 1]]}) == 500
    assert call("res.partner/search", {"domain": []}, **{"X-Odoo-Database": "nowhere"}) == 404


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [(b"{", "application/json", 400), (b"[]", "application/json", 400), (b"{}", "text/plain", 415)],
)
def test_what_is_no_request_is_said_to_be_none(shared, body, kind, status):
    answer = requests.post(f"{shared.url}/web/dataset/call_kw", data=body, headers={"Content-Type": kind}, timeout=10)

    assert answer.status_code == status


def test_a_call_without_model_or_with_strange_arguments_is_an_error_and_no_crash(shared):
    world(shared)
    admin = shared.login()
    for params in (
        {},
        {"model": EVENT, "method": "search", "args": [5], "kwargs": {}},
        {"model": EVENT, "method": "search", "args": [["|"]], "kwargs": {}},
        {"model": EVENT, "method": "search_read", "args": [[]], "kwargs": {"order": "nope"}},
        {"model": EVENT, "method": "create", "args": [5], "kwargs": {}},
        {"model": EVENT, "method": "write", "args": [[1], 5], "kwargs": {}},
        {"model": EVENT, "method": "load", "args": [["name"], [["a", "b"]]], "kwargs": {}},
    ):
        with pytest.raises(OdooFault):
            admin.post("/web/dataset/call_kw", params)
