"""What was answered is there after a restart, also after a kill."""

import concurrent.futures

import pytest
import requests
from tests.servers.emulators import Emulators

EVENTS = "calendar/v3/calendars/agent1@demo.test/events"
AGENT = {"Authorization": "Bearer ya29.emu-agent1"}


def visit(event_id):
    return {"id": event_id, "start": {"dateTime": "2026-01-06T14:00:00Z"}, "end": {"dateTime": "2026-01-06T14:30:00Z"}}


def get(emulators, **query):
    return requests.get(f"{emulators.google}/{EVENTS}", headers=AGENT, params=query, timeout=10).json()


@pytest.fixture
def started(tmp_path):
    """Starts emulators on one and the same folder; whatever runs at the end is stopped."""
    running = []

    def start():
        running.append(Emulators(tmp_path / "data" / "made"))
        return running[-1]

    yield start
    for emulators in running:
        if emulators.process.poll() is None:
            emulators.stop()


def test_events_tokens_channels_and_clock_survive_a_stop(started):
    before = started()
    before.control("reset", {})
    token = get(before)["nextSyncToken"]
    requests.post(f"{before.google}/{EVENTS}", headers=AGENT, json=visit("ivr0001"), timeout=10)
    watch = {"id": "ch-1", "type": "web_hook", "address": "https://hooks.demo.test/"}
    requests.post(f"{before.google}/{EVENTS}/watch", headers=AGENT, json=watch, timeout=10)
    key = requests.get(f"{before.google}/_emu/service_account.json", timeout=10).json()["private_key"]
    clock = requests.get(f"{before.google}/_emu/clock", timeout=10).json()
    assert before.stop() == 0

    after = started()
    assert requests.get(f"{after.google}/_emu/clock", timeout=10).json() == clock
    assert [e["id"] for e in get(after, syncToken=token)["items"]] == ["ivr0001"]
    again = requests.post(f"{after.google}/{EVENTS}/watch", headers=AGENT, json=watch, timeout=10)
    assert again.json()["error"]["errors"][0]["reason"] == "channelIdNotUnique"
    assert requests.get(f"{after.google}/_emu/service_account.json", timeout=10).json()["private_key"] == key


@pytest.mark.faults
def test_a_kill_in_the_middle_of_writing_loses_nothing_that_was_answered(started):
    before = started()
    before.control("reset", {})

    def write(number):
        try:
            body = visit(f"ivr{number:05d}")
            answer = requests.post(f"{before.google}/{EVENTS}", headers=AGENT, json=body, timeout=10)
        except requests.RequestException:
            return None
        return answer.json()

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        writes = [pool.submit(write, number) for number in range(300)]
        concurrent.futures.wait(writes[:60])
        before.kill()
    answered = {w.result()["id"]: w.result()["etag"] for w in writes if w.result() is not None}
    assert 60 <= len(answered) < 300

    kept = {e["id"]: e["etag"] for e in get(started(), maxResults=2500)["items"]}
    assert answered.items() <= kept.items()
