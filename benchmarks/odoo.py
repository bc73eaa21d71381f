"""What the Odoo client costs beyond the HTTP exchange, in CPU time of its own process.

    python -m benchmarks.odoo [--calls 1000] [--url http://… --database D --login L --password P]

Without `--url` it starts an emulator of its own. The bare exchange posts the same bytes with the same HTTP library and
reads the answer; the difference is the client's. It also tells how long the reads take with which a call begins.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime

import aiohttp

from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.directory import OdooDirectory
from pupitre.backends.odoo.records import OdooRecords
from pupitre.backends.odoo.session import Login
from pupitre.backends.odoo.settings import OdooSettings
from pupitre.backends.odoo.users import Users
from pupitre.clock import SystemClock
from pupitre.ports import Who

NUMBER = "+33612345678"


async def bare(session: aiohttp.ClientSession, url: str, body: bytes, sid: str) -> None:
    headers = {"Content-Type": "application/json", "Cookie": f"session_id={sid}"}
    async with session.post(f"{url}/web/dataset/call_kw", data=body, headers=headers) as answer:
        await answer.read()


async def measure(settings: OdooSettings, calls: int) -> None:
    login = Login(settings.database, settings.login, settings.password)
    client = Client(settings, login)
    directory = OdooDirectory(client)
    await directory.lookup_patient(Who(phone=NUMBER))
    domain, fields = [["phone", "=", NUMBER]], ["name", "phone"]
    named = {"domain": domain, "fields": fields}
    params = {"model": "res.partner", "method": "search_read", "args": [domain], "kwargs": {"fields": fields}}
    body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params, "id": 1}).encode()

    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        rounds: dict[str, list[float]] = {"bare": [], "client": []}
        for _ in range(5):
            started = time.process_time()
            for _ in range(calls // 5):
                await bare(session, settings.url, body, str(login.session_id))
            rounds["bare"].append((time.process_time() - started) / (calls // 5))
            started = time.process_time()
            for _ in range(calls // 5):
                await client.call("res.partner", "search_read", list[dict[str, object]], named)
            rounds["client"].append((time.process_time() - started) / (calls // 5))
    records = OdooRecords(client, Users(client), SystemClock())
    took: dict[str, list[float]] = {"lookup by number": [], "what a call begins with, both at once": []}
    for _ in range(50):
        started = time.perf_counter()
        await directory.lookup_patient(Who(phone=NUMBER))
        took["lookup by number"].append(time.perf_counter() - started)
        started = time.perf_counter()
        now = datetime.now(UTC)
        await asyncio.gather(directory.lookup_patient(Who(phone=NUMBER)), records.upcoming_by_phone(NUMBER, now))
        took["what a call begins with, both at once"].append(time.perf_counter() - started)
    await client.close()
    exchange, whole = (statistics.median(rounds[name]) * 1000 for name in ("bare", "client"))
    print(
        f"CPU per call: exchange {exchange:.3f} ms, with the client {whole:.3f} ms, its own {whole - exchange:.3f} ms"
    )
    for what, times in took.items():
        print(f"{what}: median {statistics.median(times) * 1000:.1f} ms, worst {max(times) * 1000:.1f} ms")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--calls", type=int, default=1000)
    asked.add_argument("--url")
    asked.add_argument("--database", default="demo")
    asked.add_argument("--login", default="ivr")
    asked.add_argument("--password", default="ivr")
    given = asked.parse_args()
    emulator = None
    url = given.url
    if url is None:
        command = [sys.executable, "-m", "pupitre", "emulate", "--port", "0"]
        emulator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert emulator.stdout is not None
        url = emulator.stdout.readline().split()[1] + "/odoo"
    try:
        settings = OdooSettings(url=url, database=given.database, login=given.login, password=given.password)
        asyncio.run(measure(settings, given.calls))
    finally:
        if emulator is not None:
            emulator.terminate()
            emulator.wait()


if __name__ == "__main__":
    main()
