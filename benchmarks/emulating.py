"""Starts the emulators for a benchmark, in a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Emulators:
    base: str

    @property
    def port(self) -> str:
        return self.base.rpartition(":")[2]

    def post(self, path: str, body: object) -> dict:  # type: ignore[type-arg]  # whatever it answers
        return json.loads(self._ask("POST", path, json.dumps(body).encode()))

    def get(self, path: str) -> list | dict:  # type: ignore[type-arg]  # as above
        return json.loads(self._ask("GET", path))

    def delete(self, path: str) -> None:
        self._ask("DELETE", path)

    def _ask(self, method: str, path: str, body: bytes | None = None, token: str | None = None) -> bytes:
        request = urllib.request.Request(self.base + path, body, method=method)
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=300) as answer:
            return answer.read()

    def as_agent(self, method: str, calendar: str, event: str, body: object) -> None:
        """What the owner of this calendar does with an event of it."""
        path = f"/google/calendar/v3/calendars/{calendar}/events/{event}"
        self._ask(method, path, json.dumps(body).encode(), f"ya29.emu-{calendar.partition('@')[0]}")


@contextmanager
def emulators() -> Iterator[Emulators]:
    command = [sys.executable, "-m", "pupitre", "emulate", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Emulators(process.stdout.readline().split()[1])
        finally:
            process.terminate()
            process.wait(10)
