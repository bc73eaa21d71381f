"""Starts a desk of its own for a benchmark: `pupitre serve` in another process, authentication and journal on."""

from __future__ import annotations

import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

NOW = "2026-01-02T09:00:00+01:00"
"""The sandbox's time: a Friday."""


@dataclass
class RunningDesk:
    url: str
    gateway_token: str
    admin_token: str
    pid: int
    directory: pathlib.Path

    def post(self, path: str, body: object, token: str | None = None) -> dict[str, object]:
        """POST as the administrator, or with another token."""
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), method="POST")
        request.add_header("Authorization", f"Bearer {token or self.admin_token}")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def memory_mb(self) -> float:
        """Resident memory of the desk's process."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0


@contextmanager
def desk(*options: str, agents: int = 3, patients: int = 200, world: bool = True) -> Iterator[RunningDesk]:
    """A desk in the sandbox, with its world loaded; stopped and removed afterwards. `options` go to `pupitre init`."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="pupitre-bench-"))
    home = directory / "desk"
    command = [sys.executable, "-m", "pupitre"]
    subprocess.run([*command, "init", home, "--sandbox", "--mode", "local", *options], check=True, capture_output=True)
    server = subprocess.Popen(
        [*command, "serve", "--config", home / "pupitre.toml", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=(directory / "log").open("w"),
        text=True,
    )
    try:
        assert server.stdout is not None
        ready = server.stdout.readline().split()
        running = RunningDesk(
            ready[1],
            (home / "gateway.token").read_text().strip(),
            (home / "admin.token").read_text().strip(),
            server.pid,
            directory,
        )
        if world:
            running.post(
                "/_sandbox/reset",
                {
                    "now": NOW,
                    "agents": [
                        {"id": f"a{n}", "name": f"Agent {n}", "calendar": f"a{n}@demo.test"} for n in range(agents)
                    ],
                    "patients": [{"name": f"Camille Martin{n}", "phone": f"+3363998{n:04}"} for n in range(patients)],
                    "busy": [],
                    "appointments": [],
                },
            )
        yield running
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(directory, ignore_errors=True)


def first_turn() -> float:
    """Seconds from starting `pupitre serve` on settings and a store that exist to its first turn answered."""
    with tempfile.TemporaryDirectory(prefix="pupitre-bench-") as folder:
        home = pathlib.Path(folder) / "desk"
        command = [sys.executable, "-m", "pupitre"]
        subprocess.run([*command, "init", home, "--sandbox", "--mode", "local"], check=True, capture_output=True)
        taken = []
        for number in range(4):
            started = time.perf_counter()
            server = subprocess.Popen(
                [*command, "serve", "--config", home / "pupitre.toml", "--port", "0"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            try:
                assert server.stdout is not None
                running = RunningDesk(server.stdout.readline().split()[1], "", "", server.pid, home)
                token = (home / "gateway.token").read_text().strip()
                running.post("/ivr", {"call_id": f"first-{number}", "event": "call_start"}, token)
                taken.append(time.perf_counter() - started)
            finally:
                server.terminate()
                server.wait(10)
    return statistics.median(taken[1:])  # the first start makes the store


def percentile(times: list[float], share: float) -> float:
    """Milliseconds under which that share of the times (seconds) lies."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000


def wait_until(moment: float) -> None:
    """Sleep to a `time.perf_counter` moment."""
    time.sleep(max(0.0, moment - time.perf_counter()))
