"""Starts a desk of its own for a benchmark: `pupitre serve` in another process, authentication and journal on."""

from __future__ import annotations

import asyncio
import json
import pathlib
import re
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
from datetime import UTC, datetime

from pupitre.config import load
from pupitre.store import migrate

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
    with serving(home) as running:
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
    shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def real_desk(
    database: str | None, gateway_url: str, secret: str, caps: dict[str, tuple[int, int]]
) -> Iterator[pathlib.Path]:
    """The folder of a desk that is no sandbox: the real time is noon, and its reminders are dialled through a gateway.

    `caps` are lines and starts a minute by tenant. Its store is made; whoever wants may fill it, then start it.
    """
    directory = pathlib.Path(tempfile.mkdtemp(prefix="pupitre-bench-"))
    home = directory / "desk"
    options = ["--mode", "local", "--tenants", str(len(caps)), *(["--database", database] if database else [])]
    subprocess.run([sys.executable, "-m", "pupitre", "init", home, *options], check=True, capture_output=True)
    (home / "dialling.secret").write_text(secret)
    east = 12 - datetime.now(UTC).hour
    for tenant, (lines, starts) in caps.items():
        file = home / f"{tenant}.toml"
        text = re.sub('timezone = ".*"', f'timezone = "Etc/GMT{-east:+}"', file.read_text())
        dialling = f"[reminders]\nlines = {lines}\nstarts_per_minute = {starts}\n"
        gateway = f'url = "{gateway_url}"\nsecret = {{ file = "dialling.secret" }}\ncaller_id = "+33123456789"\n'
        file.write_text(text.replace("[reminders]\n", dialling) + f"\n[reminders.gateway]\n{gateway}")
    asyncio.run(migrate(load(home / "pupitre.toml").database_url))
    yield home
    shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def serving(home: pathlib.Path) -> Iterator[RunningDesk]:
    """`pupitre serve` on these settings, stopped at the end; the tokens are the first tenant's."""
    command = [sys.executable, "-m", "pupitre", "serve", "--config", home / "pupitre.toml", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=(home.parent / "log").open("w"), text=True)
    try:
        assert server.stdout is not None
        ready = server.stdout.readline().split()
        gateway, admin = ((home / f"{role}.token").read_text().strip() for role in ("gateway", "admin"))
        yield RunningDesk(ready[1], gateway, admin, server.pid, home.parent)
    finally:
        server.terminate()
        server.wait(10)


@contextmanager
def own_postgresql() -> Iterator[str]:
    """The address of an empty database on a server of our own, its settings those of the tests but durable."""
    from tests.servers import postgres  # noqa: PLC0415 -- only from the root of the repository

    folder = postgres.data_folder()
    server, process = postgres.start(folder, durable=True)
    try:
        yield server.create_database()
    finally:
        postgres.stop(process)
        shutil.rmtree(folder, ignore_errors=True)


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
