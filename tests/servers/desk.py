"""A desk in a process of its own, in the sandbox: `pupitre init` and `pupitre serve` as an operator runs them."""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

NOW = "2026-01-02T09:00:00+01:00"
"""A Friday."""
WORLD = {
    "now": NOW,
    "agents": [
        {"id": "a45", "name": "Claire Morel", "calendar": "a45@demo.test"},
        {"id": "a46", "name": "Idris Benali", "calendar": "a46@demo.test"},
    ],
    "patients": [
        {"name": "Jean Dupont", "phone": "06 12 34 56 78", "birth_date": "1950-02-03"},
        {"name": "Odette Blanc", "phone": "+33639981202", "birth_date": "1941-07-14"},
    ],
    "busy": [],
    "appointments": [
        {
            "patient_phone": "+33639981202",
            "agent": "a45",
            "start": "2026-01-07T10:00:00+01:00",
            "end": "2026-01-07T10:30:00+01:00",
        }
    ],
}
EVENTS = itertools.count()
"""Ids of events, never given twice."""
JEAN = {"from_e164": "+33612345678", "channel": "pstn"}
ODETTE = {"from_e164": "+33639981202", "channel": "pstn"}


class Answer:
    """What came back: status, headers, and the body as JSON where it is some."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def kinds(self):
        return [action["type"] for action in self.json["actions"]]

    @property
    def said(self):
        return " ".join(action["text"] for action in self.json["actions"] if action["type"] == "say")

    @property
    def state(self):
        return self.json["state"]["name"]


class Desk:
    """A running desk and its tokens."""

    def __init__(self, home, url, process):
        self.home, self.url, self.process = home, url, process
        self.gateway = (home / "gateway.token").read_text().strip()
        self.admin = (home / "admin.token").read_text().strip()

    def request(self, method, path, body=None, token=None, headers=()):
        """`body` is sent as it is when it is bytes, else as JSON; `token` None is the administrator's, "" none."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        request.add_header("Content-Type", "application/json")
        if token != "":
            request.add_header("Authorization", f"Bearer {token or self.admin}")
        for name, value in dict(headers).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def get(self, path, **how):
        return self.request("GET", path, **how)

    def post(self, path, body, **how):
        return self.request("POST", path, body, **how)

    def event(self, call_id, event, **fields):
        """Post one event, with an id of its own unless one is given."""
        fields.setdefault("event_id", f"e{next(EVENTS)}")
        return self.post("/ivr", {"call_id": call_id, "event": event, **fields}, token=self.gateway)

    def patiently(self, call_id, answer):
        """Plays fillers and waits, as a gateway does, until something else is answered."""
        while answer.status == 200 and answer.kinds[-1] == "continue":
            time.sleep(answer.json["actions"][-1]["after_ms"] / 1000)
            answer = self.event(call_id, "continue")
        return answer

    def says(self, call_id, text, confidence=0.9):
        return self.patiently(call_id, self.event(call_id, "stt_final", stt={"text": text, "confidence": confidence}))

    def load(self, **changes):
        """Load the example world, some of it changed."""
        answer = self.post("/_sandbox/reset", WORLD | changes)
        assert answer.status == 200, answer.body
        return answer.json

    def clock(self, **how):
        answer = self.post("/_sandbox/clock", how)
        assert answer.status == 200, answer.body

    @property
    def state(self):
        return self.get("/_sandbox/state").json

    def log(self):
        return (self.home / "log").read_text()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


def pupitre(*words, **how):
    """Run a command to its end."""
    command = [sys.executable, "-m", "pupitre", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **how)


def made(home, *options):
    """A sandbox desk's settings in `home`."""
    result = pupitre("init", home, "--sandbox", "--mode", "local", *options)
    assert result.returncode == 0, result.stderr
    return home


@contextlib.contextmanager
def serving(home, *options, log_to=None):
    """`pupitre serve` on a free port, stopped by SIGTERM. `log_to` takes what it logs, in place of a file."""
    command = [sys.executable, "-m", "pupitre", "serve", "--config", str(home / "pupitre.toml"), "--port", "0"]
    with (home / "log").open("a") as log:
        process = subprocess.Popen(
            [*command, *options],
            stdout=subprocess.PIPE,
            stderr=log_to or log,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
    try:
        ready = process.stdout.readline().split()
        assert ready[:1] == ["ready"], (home / "log").read_text()
        yield Desk(home, ready[1], process)
    finally:
        process.terminate()
        try:
            process.wait(6)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            process.stdout.close()


@pytest.fixture(scope="session")
def running_desk(tmp_path_factory):
    """One desk for all tests of a worker; each loads its own world."""
    with serving(made(tmp_path_factory.mktemp("desk") / "home", "--tenants", "2")) as desk:
        yield desk


@pytest.fixture
def desk(running_desk):
    """The desk with the example world, as nobody has called yet."""
    running_desk.load()
    return running_desk
