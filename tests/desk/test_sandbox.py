"""The sandbox's control from outside (contract §4)."""

import pytest
from tests.servers.desk import JEAN, made, pupitre, serving


def booked(desk, call_id="c1"):
    desk.event(call_id, "call_start", caller=JEAN)
    desk.says(call_id, "je voudrais prendre rendez-vous")
    desk.says(call_id, "oui")
    desk.says(call_id, "mardi matin")
    return desk.says(call_id, "le premier")


def test_a_world_loaded_again_is_as_new_also_for_calls_of_the_same_name(desk):
    first = booked(desk)
    desk.load()
    second = booked(desk)

    assert "REMINDER_OPTIN" == first.state == second.state
    assert ["done"] == [one["status"] for one in desk.state["commitments"]]
    assert 2 == len(desk.state["appointments"])


def test_reset_maps_labels_to_backend_ids(desk):
    answer = desk.load()

    assert {"a45", "a46"} == answer["agents"].keys()


def test_the_clock_stands_still_and_is_walked(desk):
    desk.clock(advance="PT1H")
    assert "2026-01-02T10:00:00+01:00" == desk.state["now"]
    desk.clock(set="2026-01-05T08:00:00+01:00")
    assert "2026-01-05T08:00:00+01:00" == desk.state["now"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"set": "2026-01-01T08:00:00+01:00"},
        {"set": "2026-01-05T08:00:00"},
        {"advance": "one hour"},
        {},
        {"advance": "-PT1H"},
    ],
)
def test_the_clock_refuses_what_is_no_later_instant(desk, wanted):
    answer = desk.post("/_sandbox/clock", wanted)

    assert 400 <= answer.status < 500
    assert "2026-01-02T09:00:00+01:00" == desk.state["now"]


def test_a_call_that_went_silent_is_closed_after_a_quarter_of_an_hour(desk):
    desk.event("a/b c", "call_start", caller=JEAN)
    desk.clock(advance="PT14M")
    assert "no_speech" != desk.get("/v1/calls/a%2Fb%20c").json["telemetry"]["last_event"]
    assert ["hangup"] != desk.event("a/b c", "no_speech").kinds
    desk.clock(advance="PT16M")

    assert "hangup" == desk.get("/v1/calls/a%2Fb%20c").json["telemetry"]["last_event"]
    assert ["hangup"] == desk.says("a/b c", "allô").kinds


def test_holds_end_with_the_sandboxs_time(desk):
    desk.event("c1", "call_start", caller=JEAN)
    desk.says("c1", "je voudrais prendre rendez-vous")
    desk.says("c1", "oui")
    desk.says("c1", "mardi matin")
    assert 3 == len(desk.state["holds"])
    desk.clock(advance="PT4M")

    assert [] == desk.state["holds"]


@pytest.mark.parametrize(
    "world",
    [
        {"now": "2026-01-02T09:00:00"},
        {"now": "tomorrow"},
        {
            "now": "2026-01-02T09:00:00+01:00",
            "busy": [{"agent": "nobody", "start": "2026-01-06T09:00:00+01:00", "end": "2026-01-06T10:00:00+01:00"}],
        },
        {
            "now": "2026-01-02T09:00:00+01:00",
            "appointments": [
                {
                    "patient_phone": "+33612345678",
                    "agent": "nobody",
                    "start": "2026-01-06T09:00:00+01:00",
                    "end": "2026-01-06T09:30:00+01:00",
                }
            ],
        },
    ],
)
def test_a_world_that_contradicts_itself_is_refused_and_empties_nothing(desk, world):
    before = desk.state
    answer = desk.post("/_sandbox/reset", world)

    assert 400 <= answer.status < 500
    assert before == desk.state


def test_the_gateways_token_has_no_business_here(desk):
    assert 403 == desk.get("/_sandbox/state", token=desk.gateway).status
    assert 401 == desk.get("/_sandbox/state", token="").status


def test_tenants_have_worlds_of_their_own(desk):
    theirs = (desk.home / "demo2.admin.token").read_text().strip()
    booked(desk)
    state = desk.get("/_sandbox/state", token=theirs).json

    assert [] == state["appointments"] + state["commitments"] + state["tasks"]
    assert 404 == desk.get("/v1/calls/c1", token=theirs).status


def test_no_sandbox_on_a_database_that_was_not_made_for_one(tmp_path):
    home = tmp_path / "home"
    assert 0 == pupitre("init", home).returncode
    settings = home / "pupitre.toml"
    settings.write_text(settings.read_text() + "[sandbox]\nenabled = true\n")
    result = pupitre("serve", "--config", settings, "--port", "0")

    assert 2 == result.returncode
    assert "init --sandbox" in result.stderr
    assert "Traceback" not in result.stderr


def test_no_desk_on_a_sandboxs_database(tmp_path):
    home = made(tmp_path / "home")
    settings = home / "pupitre.toml"
    settings.write_text(settings.read_text().replace("enabled = true", "enabled = false"))
    result = pupitre("serve", "--config", settings, "--port", "0")

    assert 2 == result.returncode
    assert "sandbox" in result.stderr


def test_the_clock_survives_a_restart(tmp_path):
    home = made(tmp_path / "home")
    with serving(home) as desk:
        desk.load()
        desk.clock(advance="P1D")
    with serving(home) as desk:
        assert "2026-01-03T09:00:00+01:00" == desk.state["now"]
