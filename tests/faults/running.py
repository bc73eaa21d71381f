"""Starts the booking program as a process, and asks it things."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from pupitre.booking.commit import asked_for
from pupitre.dialogue.effects import Commit
from pupitre.model import Slot

ROOT = Path(__file__).parents[2]
PARIS = ZoneInfo("Europe/Paris")


class Program:
    """One process; `ready` is the instant of its ready line."""

    def __init__(self, store: str, engine: str, backends: str, **environment: str) -> None:
        paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.program", store, engine, backends],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": paths, **environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line.startswith("ready "), line
        self.ready = time.monotonic()
        self.url = line.split()[1]

    def commit(self, asked) -> str | None:
        """What the caller may be told; None when he hears nothing of it yet, or the process died."""
        request = urllib.request.Request(f"{self.url}/commit", msgspec.json.encode(asked), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                told = json.load(answer)
        except (OSError, urllib.error.URLError):
            return None
        return told["outcome"] if told else None

    def insist(self, asked, seconds: float = 60) -> str:
        """Ask until something may be told, as a caller's turns do."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            told = self.commit(asked)
            if told:
                return told
            time.sleep(0.1)
        raise AssertionError("the caller was never told anything")

    def standing(self, commitment_id: str) -> dict[str, object]:
        with urllib.request.urlopen(f"{self.url}/commitment?id={commitment_id}", timeout=10) as answer:
            return json.load(answer)

    def wait_until_dead(self) -> None:
        assert self.process.wait(60) == -signal.SIGKILL

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(8)
        except subprocess.TimeoutExpired:
            self.kill()


def day(n: int = 3, hour: int = 9, minute: int = 0, agent: int = 45) -> Slot:
    """A slot on the n-th working day from tomorrow on, by the real clock."""
    date = datetime.now(UTC).astimezone(PARIS).date()
    while n:
        date += timedelta(days=1)
        n -= date.weekday() < 5
    start = datetime.combine(date, clock_time(hour, minute), PARIS)
    return Slot(start, start + timedelta(minutes=30), agent)


def slots(count):
    """At most 21 of one day, none overlapping."""
    return [day(3, 9 + n // 3 // 2, n // 3 % 2 * 30, 45 + n % 3) for n in range(count)]


def asked(intent, slot=None, appointment=None, call="call-1"):
    effect = Commit(intent, 1, 7, slot=slot, appointment_id=appointment, reason="caller")
    return asked_for(call, effect, datetime.now(UTC))


def until(condition, seconds: float = 10.0) -> float:
    """Seconds it took until the condition held."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it never came true"
        time.sleep(0.02)
    return time.monotonic() - began


def nothing_untrue(backends, wanted, told):
    booked = {a.call_id: a.slot for a in backends.active()}
    assert booked == {one.call_id: one.slot for one in wanted if told[one.id] == "recorded"}
    assert sorted(str(event.slot) for event in backends.events()) == sorted(map(str, booked.values()))
