"""Reminders: a million that wait, ten due a second with other calls' turns beside them, a full minute, scarce lines.

    python -m benchmarks.reminders [--pending 1000000] [--seconds 60] [--database postgresql://… | --postgres]

The desk is no sandbox: real time, `pupitre serve` with its own worker, and a voice gateway of this program's own, which
checks each order's signature, and whose patients pick up after a second and confirm. A turn is answered when it is on
disk. Lateness is from the instant the phone should ring to the order's arrival at the gateway. `--postgres` starts a
server of its own, as the tests do.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from benchmarks.reminder_rows import Filled, Table, due_now, fill
from benchmarks.ringing import Gateway
from benchmarks.running import RunningDesk, own_postgresql, percentile, real_desk, serving
from benchmarks.turns import Line, steady

from pupitre.config import load

CAP = 1200
"""Calls that may begin within a minute; the second tenant has `LINES` lines."""
LINES = 10
_SOON = 6.0
"""Seconds until the first of a batch is due."""


@dataclass(frozen=True)
class Rung:
    """What came of a batch: seconds after each was due, and seconds from the first due to each order."""

    late: list[float]
    at: list[float]


def spread(tenant: str, count: int, seconds: float, numbers: Iterator[int]) -> list[Filled]:
    """So many, due evenly over that time from soon on."""
    begin = datetime.now(UTC) + timedelta(seconds=_SOON)
    return [Filled(tenant, next(numbers), begin + timedelta(seconds=seconds * n / count)) for n in range(count)]


async def rung(gateway: Gateway, batch: Sequence[Filled], seconds: float) -> Rung:
    """Wait until the phone has rung for each, or so long."""
    first = min(one.dial_at for one in batch).timestamp()
    wanted = {one.reminder_id for one in batch}
    with suppress(TimeoutError):
        async with asyncio.timeout(first + seconds - time.time()):
            await gateway.ordered(wanted)
    orders = {one: gateway.orders[one.reminder_id] for one in batch if one.reminder_id in gateway.orders}
    assert len(orders) == len(batch), f"{len(batch) - len(orders)} of {len(batch)} were not dialled"
    assert gateway.repeated == 0, f"{gateway.repeated} orders were repeated"
    late = [at - one.dial_at.timestamp() for one, at in orders.items()]
    return Rung(late, sorted(at - first for at in orders.values()))


def shown(turns: list[float]) -> str:
    """Median and tail."""
    return f"p50 {percentile(turns, 0.5):.1f} ms, p99 {percentile(turns, 0.99):.1f} ms"


def busiest_minute(at: Sequence[float]) -> int:
    """The most orders within any sixty seconds."""
    return max(sum(one <= other < one + 60 for other in at) for one in at)


class Measuring:
    """One desk, its store and its gateway."""

    def __init__(self, running: RunningDesk, table: Table, gateway: Gateway, session: aiohttp.ClientSession) -> None:
        self.running, self.table, self.gateway, self.session = running, table, gateway, session
        self.numbers, self.calls = itertools.count(1), itertools.count()
        other = replace(running, gateway_token=(running.directory / "desk/demo2.gateway.token").read_text().strip())
        gateway.speak({"demo": running, "demo2": other}, session)

    async def due(self, tenant: str, count: int, seconds: float) -> list[Filled]:
        batch = spread(tenant, count, seconds, self.numbers)
        await self.table.add(due_now(batch))
        return batch

    async def warm(self) -> None:
        await steady(Line(self.session, self.running), 20, 3, self.calls)
        await rung(self.gateway, await self.due("demo", 20, 2), 20)
        await self.gateway.idle()

    async def ten_a_second(self, seconds: float) -> None:
        batch = await self.due("demo", int(10 * seconds), seconds)
        inbound, spoken = Line(self.session, self.running), self.gateway.lines["demo"].times
        spoken.clear()
        self.gateway.times.clear()
        beside = asyncio.create_task(steady(inbound, 20, seconds + _SOON, self.calls))
        late = (await rung(self.gateway, batch, seconds + 20)).late
        await beside
        print(
            f"10 due a second for {seconds:g} s: late p50 {percentile(late, 0.5):.0f} ms, "
            f"p99 {percentile(late, 0.99):.0f} ms, worst {max(late) * 1000:.0f} ms; beside them "
            f"{len(inbound.times) / (seconds + _SOON):.0f} turns/s of callers, {shown(inbound.times)}, "
            f"and {len(spoken) / seconds:.0f} of those who were called, {shown(spoken)}; "
            f"all of them {shown(inbound.times + spoken)}"
        )
        print("; ".join(f"{what}: {shown(times)}" for what, times in self.gateway.times.items()), flush=True)

    async def full_minute(self) -> None:
        spoken = self.gateway.lines["demo"].times
        spoken.clear()
        at = (await rung(self.gateway, await self.due("demo", 2000, 60), 150)).at
        print(
            f"2000 due in a minute, {CAP} starts a minute allowed: all rang within {at[-1]:.0f} s, "
            f"at most {busiest_minute(at)} in any minute; turns meanwhile p99 {percentile(spoken, 0.99):.1f} ms"
        )

    async def few_lines(self) -> None:
        at = (await rung(self.gateway, await self.due("demo2", 200, 2), 90)).at
        print(
            f"200 due at once on {LINES} lines, each busy for about a second: all rang within {at[-1]:.0f} s, "
            f"at most {self.gateway.most['demo2']} at once"
        )


async def measure(home: Path, gateway: Gateway, pending: int, seconds: float) -> None:
    async with Table.opened(load(home / "pupitre.toml").database_url) as table:
        began = time.perf_counter()
        await fill(table, pending)
        print(f"{pending} reminders written in {time.perf_counter() - began:.0f} s")
        with serving(home) as running:
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
                one = Measuring(running, table, gateway, session)
                await one.warm()
                before = running.memory_mb()
                await one.ten_a_second(seconds)
                await one.full_minute()
                await one.few_lines()
                await gateway.idle()
                print(f"memory: {before:.0f} MB before, {running.memory_mb():.0f} MB after")


async def run(home: Path, gateway: Gateway, chosen: argparse.Namespace) -> None:
    async with gateway.listening():
        await measure(home, gateway, chosen.pending, chosen.seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pending", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--database")
    parser.add_argument("--postgres", action="store_true")
    chosen, gateway, caps = parser.parse_args(), Gateway(), {"demo": (500, CAP), "demo2": (LINES, 3000)}
    with ExitStack() as stack:
        database = stack.enter_context(own_postgresql()) if chosen.postgres else chosen.database
        home = stack.enter_context(real_desk(database, gateway.url, gateway.secret, caps))
        asyncio.run(run(home, gateway, chosen))


if __name__ == "__main__":
    main()
