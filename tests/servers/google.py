"""The Google Calendar emulator for tests, a process of its own; and people who use their calendars beside the desk."""

import contextlib
import subprocess
import sys

import pytest
import requests

NOW = "2026-01-02T09:00:00Z"
ROOT = "/calendar/v3"


class Person:
    """The owner of a calendar, at work in it."""

    def __init__(self, base, calendar):
        self.calendar = calendar
        self._events = f"{base}{ROOT}/calendars/{calendar}/events"
        self._http = requests.Session()
        self._http.headers["Authorization"] = f"Bearer ya29.emu-{calendar.partition('@')[0]}"

    def _call(self, method, url, **more):
        answer = self._http.request(method, url, timeout=10, **more)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def put(self, interval, **more):
        """Write an event of the person's own."""
        return self._call("POST", self._events, json={**times(interval), **more})

    def change(self, event_id, **body):
        return self._call("PATCH", f"{self._events}/{event_id}", json=body)

    def move(self, event_id, interval):
        return self.change(event_id, **times(interval))

    def delete(self, event_id):
        self._call("DELETE", f"{self._events}/{event_id}")

    def hand_over(self, event_id, calendar):
        return self._call("POST", f"{self._events}/{event_id}/move", params={"destination": calendar})

    def event(self, event_id):
        """With everything that is in it."""
        return self._call("GET", f"{self._events}/{event_id}")

    def living(self):
        return [event for event in self._call("GET", self._events)["items"] if event["status"] != "cancelled"]


def times(interval):
    return {"start": {"dateTime": interval.start.isoformat()}, "end": {"dateTime": interval.end.isoformat()}}


class Emulator:
    """Its control plane (docs/google-emulator.md)."""

    def __init__(self, address):
        self.base = f"{address}/google"
        self.root = self.base + ROOT
        self._http = requests.Session()

    def order(self, name, body):
        answer = self._http.post(f"{self.base}/_emu/{name}", json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def look(self, name):
        return self._http.get(f"{self.base}/_emu/{name}", timeout=10).json()

    def fail(self, method, path, *, times=1, nth=1, when="before", **respond):
        """Let calls fail: a status with its reason, or `drop=True`."""
        self.order(
            "fault",
            {
                "match": {"method": method, "path_regex": path, "nth": nth},
                "times": times,
                "when": when,
                "respond": respond,
            },
        )

    def heal(self):
        """No more faults."""
        assert self._http.delete(f"{self.base}/_emu/fault", timeout=10).status_code == 204

    def load(self, *calendars, share=None):
        """A world of these calendars alone, in Europe/Paris, the service account being a writer of each."""
        self.order("reset", {})
        plans = [{"id": calendar, "share": share or {}} for calendar in calendars]
        self.order("world", {"world": "test", "now": NOW, "calendars": plans})

    def person(self, calendar):
        return Person(self.base, calendar)

    def service_account(self):
        return self.look("service_account.json")


@contextlib.contextmanager
def running():
    command = [sys.executable, "-m", "pupitre", "emulate", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            ready = process.stdout.readline().split()
            assert ready[:1] == ["ready"], "the emulator did not start"
            yield Emulator(ready[1])
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture(scope="session")
def emulator():
    with running() as server:
        yield server
