"""`pupitre emulate` as a process: how it starts, refuses to start and stops."""

import signal
import socket
import subprocess
import sys
import time

import pytest
import requests
from tests.servers.emulators import Emulators


def emulate(*words):
    command = [sys.executable, "-m", "pupitre.cli", "emulate", *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)


@pytest.fixture
def running(tmp_path):
    emulators = Emulators(tmp_path / "data")
    yield emulators
    if emulators.process.poll() is None:
        emulators.stop()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_within_five_seconds_even_while_an_answer_is_delayed(running, stop):
    running.control("fault", {"match": {}, "respond": {"delay_ms": 60_000}})
    with socket.create_connection(("127.0.0.1", int(running.base.rpartition(":")[2]))) as waiting:
        waiting.sendall(b"GET /google/calendar/v3/colors HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)
        began = time.monotonic()
        running.process.send_signal(stop)

        assert running.process.wait(timeout=10) == 0
        assert time.monotonic() - began < 5
    running.process.stdout.close()


def test_a_taken_port_is_told_in_one_sentence(running):
    refused = emulate("--port", running.base.rpartition(":")[2])

    assert refused.returncode == 2
    assert "Choose another with --port." in refused.stderr
    assert "Traceback" not in refused.stderr


def test_two_processes_never_share_a_folder(running, tmp_path):
    refused = emulate("--port", "0", "--data", str(tmp_path / "data"))

    assert refused.returncode == 2
    assert "another process has it" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_both_backends_answer_and_nothing_else_does(running):
    for backend in ("google", "odoo"):
        order = {"set": "2026-01-05T08:00:00+00:00"}
        assert requests.post(f"{running.base}/{backend}/_emu/clock", json=order, timeout=10).status_code == 200
    assert requests.get(f"{running.base}/elsewhere", timeout=10).status_code == 404
