"""How long turns take beside commitments: `python -m benchmarks.beside [--seconds 20] [--database postgresql://…]`.

One `pupitre serve` answers 60 turns a second of some calls while others commit ten appointments a second in it; before
that the same turns alone. All over HTTP, at an even rate, whatever the answers take.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as clock

import aiohttp
from benchmarks.running import RunningDesk, desk, percentile
from benchmarks.turns import Line, steady

TURNS_A_SECOND = 60
COMMITMENTS_A_SECOND = 10
AGENTS = 40


def bookings(running: RunningDesk) -> Iterator[dict[str, object]]:
    """One slot after the other, of one agent after the other."""
    users = running.post("/_sandbox/reset", world())["agents"]
    found = running.post("/v1/lookup_patient", {"phone": "+33639980000"})["patients"]
    days = [date(2026, 1, day) for day in (5, 6, 7, 8, 9, 12, 13, 14, 15)]
    clocks = [clock(hour, minute) for hour in (9, 10, 11, 14, 15, 16, 17) for minute in (0, 30)]
    for number, (day, at, agent) in enumerate(itertools.product(days, clocks, users.values())):
        start = datetime.combine(day, at)
        stop = start + timedelta(minutes=30)
        slot = {"start": f"{start}", "stop": f"{stop}", "owner_user_id": agent}
        yield {"intent": "BOOK", "call_id": f"beside-{number}", "partner_id": found[0]["partner_id"], "slot": slot}


def world() -> dict[str, object]:
    return {
        "now": "2026-01-02T09:00:00+01:00",
        "agents": [{"id": f"a{n}", "name": f"Agent {n}", "calendar": f"a{n}@demo.test"} for n in range(AGENTS)],
        "patients": [{"name": f"Camille Martin{n}", "phone": f"+3363998{n:04}"} for n in range(200)],
        "busy": [],
        "appointments": [],
    }


async def commit(
    session: aiohttp.ClientSession, running: RunningDesk, wanted: Iterator[dict[str, object]], seconds: float
) -> list[float]:
    """Commitments at an even rate; how long each took."""
    times: list[float] = []

    async def one() -> None:
        body = next(wanted)
        headers = {"Authorization": f"Bearer {running.gateway_token}", "Idempotency-Key": str(body["call_id"])}
        started = time.perf_counter()
        async with session.post(f"{running.url}/v1/commit_event", json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        times.append(time.perf_counter() - started)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(COMMITMENTS_A_SECOND * seconds)):
            await asyncio.sleep(max(0.0, begun + number / COMMITMENTS_A_SECOND - time.perf_counter()))
            group.create_task(one())
    return times


def show(name: str, times: list[float]) -> None:
    print(f"{name:44} p50 {percentile(times, 0.5):6.1f}  p99 {percentile(times, 0.99):6.1f} ms of {len(times)}")


async def measure(running: RunningDesk, seconds: float) -> None:
    wanted, numbers = bookings(running), itertools.count()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await commit(session, running, wanted, 1)
        await steady(Line(session, running), TURNS_A_SECOND, 2, numbers)
        alone = Line(session, running)
        await steady(alone, TURNS_A_SECOND, seconds, numbers)
        show(f"{TURNS_A_SECOND} turns/s alone", alone.times)
        line = Line(session, running)
        async with asyncio.TaskGroup() as group:
            committing = group.create_task(commit(session, running, wanted, seconds))
            group.create_task(steady(line, TURNS_A_SECOND, seconds, numbers))
        show(f"{TURNS_A_SECOND} turns/s beside {COMMITMENTS_A_SECOND} commitments/s", line.times)
        show("and those commitments", committing.result())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--database")
    chosen = parser.parse_args()
    options = ["--database", chosen.database] if chosen.database else []
    with desk(*options, world=False) as running:
        asyncio.run(measure(running, chosen.seconds))


if __name__ == "__main__":
    main()
