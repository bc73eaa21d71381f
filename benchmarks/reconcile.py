"""How long the reconciliation takes for 10,000 appointments with 50 agents, within Google's limits.

    python -m benchmarks.reconcile [--appointments 10000] [--differ 100]

The first reading of everything; a round in which nothing has happened, with and without a live channel; and one in
which people have changed 100 appointments: a third moved in Google, a third reworded there, a third moved in Odoo.
The desk keeps to 600 requests a minute (its default), and the emulator refuses more, as Google would. A round is what
`pupitre sync run` does; its start and its reading of the settings are part of the time.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from benchmarks.emulating import Emulators, emulators
from benchmarks.running import NOW, RunningDesk, desk

from pupitre.backends.google.events import event_id

PARIS = ZoneInfo("Europe/Paris")
AGENTS = 50
PATIENTS = 100
LOOK = {"summary": "Rendez-vous", "location": "Téléphone"}


def slots(appointments: int) -> list[tuple[str, datetime]]:
    """Agent and start: half-hours from Monday on, the agents taking turns."""
    per_day = 14
    first = datetime(2026, 1, 5, 8, tzinfo=PARIS)
    return [
        (f"a{n % AGENTS}", first + timedelta(days=n // AGENTS // per_day, minutes=n // AGENTS % per_day * 30))
        for n in range(appointments)
    ]


def world(count: int, values: list[dict[str, str]] | None = None) -> dict[str, object]:
    """What the Odoo emulator loads: the agents and patients that the desk has loaded, and the appointments."""
    return {
        "db": "demo",
        "agents": [{"id": f"a{n}", "name": f"Agent {n}", "calendar": f"a{n}@demo.test"} for n in range(AGENTS)],
        "patients": [{"name": f"Camille Martin{n}", "phone": f"+3363998{n:04}"} for n in range(PATIENTS)],
        "appointments": [
            {
                "patient_phone": f"+3363998{n % PATIENTS:04}",
                "agent": agent,
                "start": start.isoformat(),
                "end": (start + timedelta(minutes=30)).isoformat(),
                "values": values[n] if values else {},
            }
            for n, (agent, start) in enumerate(slots(count))
        ],
    }


def times(start: datetime) -> dict[str, object]:
    return {
        name: {"dateTime": at.strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": "Europe/Paris"}
        for name, at in (("start", start), ("end", start + timedelta(minutes=30)))
    }


def load(there: Emulators, count: int) -> list[dict[str, str]]:
    """Both sides as the desk would have written them: what each appointment's row says of its event."""
    ids = there.post("/odoo/_emu/world", world(count))["appointments"]
    link = f"{there.base}/odoo/mail/view?model=calendar.event&res_id="
    events = [
        {
            "calendar": f"{agent}@demo.test",
            "resource": {
                "id": event_id(f"demo:odoo_event:{ids[n]}", 1),
                **LOOK,
                **times(start),
                "description": f"Créé via IVR. {link}{ids[n]}",
                "extendedProperties": {
                    "private": {
                        "external_uid": f"demo:odoo_event:{ids[n]}",
                        "odoo_event_id": str(ids[n]),
                        "call_id": f"c{n}",
                        "source": "ivr",
                    }
                },
            },
        }
        for n, (agent, start) in enumerate(slots(count))
    ]
    calendars = [{"id": f"a{n}@demo.test"} for n in range(AGENTS)]
    there.post("/google/_emu/world", {"world": "demo", "calendars": calendars, "events": events})
    etags = {one["id"]: one["etag"] for one in there.get("/google/_emu/events?world=demo")["items"]}
    values = [
        {
            "x_call_id": f"c{n}",
            "x_external_uid": f"demo:odoo_event:{ids[n]}",
            "x_gcal_event_id": event["resource"]["id"],
            "x_gcal_etag": etags[event["resource"]["id"]],
        }
        for n, event in enumerate(events)
    ]
    assert there.post("/odoo/_emu/world", world(count, values))["appointments"] == ids
    return [{"record": str(ids[n]), "calendar": events[n]["calendar"], **values[n]} for n in range(count)]


def differ(there: Emulators, rows: list[dict[str, str]], many: int) -> None:
    """People change some appointments: move them in Google, reword them there, move them in Odoo."""
    weeks = datetime(2026, 3, 2, 8, tzinfo=PARIS)
    odoo = Person(there.base)
    for n, row in enumerate(rows[:: max(1, len(rows) // many)][:many]):
        later = weeks + timedelta(days=n)
        if n % 3 == 0:
            there.as_agent("PATCH", row["calendar"], row["x_gcal_event_id"], times(later))
        elif n % 3 == 1:
            there.as_agent("PATCH", row["calendar"], row["x_gcal_event_id"], {"summary": "Madame D."})
        else:
            stamp = later.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M:%S")
            stop = (later + timedelta(minutes=30)).astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M:%S")
            odoo.write(int(row["record"]), {"start": stamp, "stop": stop})


class Person:
    """The administrator of the emulated Odoo."""

    def __init__(self, base: str) -> None:
        self._base = base
        jar = urllib.request.HTTPCookieProcessor()
        self._http = urllib.request.build_opener(jar)
        self._post("/web/session/authenticate", {"db": "demo", "login": "admin", "password": "admin"})

    def write(self, record: int, vals: dict[str, str]) -> None:
        call = {"model": "calendar.event", "method": "write", "args": [[record], vals], "kwargs": {}}
        self._post("/web/dataset/call_kw", call)

    def _post(self, path: str, params: object) -> None:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "params": params}).encode()
        request = urllib.request.Request(f"{self._base}/odoo{path}", body, {"Content-Type": "application/json"})
        with self._http.open(request, timeout=60) as answer:
            assert "error" not in json.load(answer)


def reconcile(there: Emulators, running: RunningDesk, what: str) -> None:
    """One round: how long it took, and what it asked for."""
    for backend in ("google", "odoo"):
        there.delete(f"/{backend}/_emu/calls")
    command = [sys.executable, "-m", "pupitre", "sync", "run", "--config", running.directory / "desk" / "pupitre.toml"]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    calls = [call.split()[0] for call in there.get("/google/_emu/calls")]
    did = Counter(line.partition(": ")[2] for line in done.stdout.splitlines()[1:])
    counts = ", ".join(f"{count} {name}" for name, count in sorted(Counter(calls).items())) or "nothing"
    print(f"{what}: {took:.1f} s; Google was asked {counts}; Odoo {len(there.get('/odoo/_emu/calls'))} calls")
    print(f"    {done.stdout.splitlines()[0]} {dict(did) or ''}")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--appointments", type=int, default=10_000)
    asked.add_argument("--differ", type=int, default=100)
    given = asked.parse_args()
    with emulators() as there, desk("--mode", "hybrid", "--emulators-port", there.port, world=False) as running:
        settings = running.directory / "desk" / "demo.toml"
        settings.write_text(settings.read_text().replace("per_minute = 60000", "per_minute = 600"))
        people = {key: value for key, value in world(0).items() if key in ("agents", "patients")}
        running.post("/_sandbox/reset", {"now": NOW, **people, "busy": [], "appointments": []})
        rows = load(there, given.appointments)
        there.post("/google/_emu/clock", {"run": True})
        there.post("/google/_emu/quota", {"per_minute_user": 600, "per_minute_project": 10_000})
        reconcile(there, running, f"first reading of {given.appointments:,} appointments")
        reconcile(there, running, "nothing has happened")
        differ(there, rows, given.differ)
        reconcile(there, running, f"{given.differ} differ")
        reconcile(there, running, "and once more")


if __name__ == "__main__":
    main()
