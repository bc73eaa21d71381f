"""Two desks on one PostgreSQL dial for one tenant: its lines are counted for both together, in real time."""

import asyncio
import contextlib
import json
import re
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.servers.desk import pupitre, serving
from tests.servers.postgres import postgres  # noqa: F401  a fixture

from pupitre.backends.local.directory import LocalDirectory
from pupitre.backends.local.records import LocalRecords
from pupitre.backends.local.roster import Roster
from pupitre.clock import SystemClock
from pupitre.model import Slot, Source
from pupitre.ports import Draft, Due, Reminder
from pupitre.store import migrate, open_database
from pupitre.store.due_work import StoredDueWork
from pupitre.store.reminders import StoredReminders

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

LINES, WAITING = 3, 9


class Gateway:
    """Rings for ever, once per call; knows which calls it was asked for, in what order."""

    def __init__(self):
        self.calls = []
        gateway = self

        class Take(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                known = body["call"] in gateway.calls
                if not known:
                    gateway.calls.append(body["call"])
                self.send_response(409 if known else 202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Take)
        self.url = f"http://127.0.0.1:{self.server.server_port}/calls"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def gateway():
    made = Gateway()
    yield made
    made.server.shutdown()
    made.server.server_close()


def settled(home, database, gateway):
    """A desk's settings, no sandbox: noon, few lines, reminders dialled through the gateway."""
    made = pupitre("init", home, "--mode", "local", "--database", database)
    assert made.returncode == 0, made.stderr
    (home / "dialling.secret").write_text("a secret of the two of us")
    file, east = home / "demo.toml", 12 - datetime.now(UTC).hour
    text = re.sub('timezone = ".*"', f'timezone = "Etc/GMT{-east:+}"', file.read_text())
    text = text.replace("[reminders]\n", f"[reminders]\nlines = {LINES}\n")
    file.write_text(
        f'{text}\n[reminders.gateway]\nurl = "{gateway.url}"\n'
        'secret = { file = "dialling.secret" }\ncaller_id = "+33123456789"\n'
    )
    return home


async def wait_for_their_calls(address):
    """So many appointments in an hour, whose reminders fell due before any desk ran; their ids, earliest first."""
    await migrate(address)
    database = await open_database(address)
    records, directory = LocalRecords(database, "demo", SystemClock()), LocalDirectory(database, "demo")
    agent = await Roster(database, "demo").add("Claire Morel")
    begin, ids = datetime.now(UTC) + timedelta(minutes=59), []
    for n in reversed(range(WAITING)):
        patient = await directory.add(f"Camille Martin {n}", (f"+3363998{n:04}",))
        start = begin + n * timedelta(seconds=1)
        slot = Slot(start, start + timedelta(seconds=1), agent.id)
        made = await records.create(Draft(patient.id, slot, "", Source.AGENT), f"k{n}")
        due = start - timedelta(hours=1)
        one = Reminder(f"{made.id}-PT1H", made.id, patient.id, "PT1H", start, due, due)
        await StoredReminders(database, "demo").put([one])
        await StoredDueWork(database).put([Due("demo", one.id, "reminder", one.id, due)])
        ids.insert(0, one.id)
    await database.close()
    return ids


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)


def test_the_lines_of_a_tenant_are_counted_for_all_desks_together(postgres, gateway, tmp_path):  # noqa: F811 -- a fixture
    address = postgres.create_database()
    home = settled(tmp_path / "home", address, gateway)
    ids = asyncio.run(wait_for_their_calls(address))
    with contextlib.ExitStack() as stack:
        desks = [stack.enter_context(serving(home)) for _ in range(2)]
        for free in range(WAITING - LINES + 1):
            until(lambda free=free: len(gateway.calls) >= LINES + free)
            time.sleep(0.5)  # time enough for one too many
            assert [f"{one}:1" for one in ids[: LINES + free]] == sorted(gateway.calls, key=gateway_order(ids))
            told = desks[free % 2].post(f"/v1/reminders/{ids[free]}/unanswered", {"outcome": "machine"})
            assert 200 == told.status, told.body


def gateway_order(ids):
    return [f"{one}:1" for one in ids].index
