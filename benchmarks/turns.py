"""Turns: latency at 60 a second, and how many a second the desk sustains; memory over many calls.

    python -m benchmarks.turns [--seconds 20] [--calls 10000] [--database postgresql://…]

Every turn goes over HTTP to a `pupitre serve` of its own, with authentication, understanding and journal on; it is
answered when it is on disk. A call here: the greeting, "je voudrais un rendez-vous", a yes, a wish that no slot is
asked for, silence, a repetition, the hang-up.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import time
from collections.abc import Iterator

import aiohttp
from benchmarks.running import RunningDesk, desk, first_turn, percentile

SAID = (
    "je voudrais prendre rendez-vous s'il vous plaît",
    "oui c'est bien moi",
    "pardon vous pouvez répéter",
    None,
    "euh",
)


def events(number: int) -> Iterator[dict[str, object]]:
    """One call, event by event."""
    call = {"call_id": f"bench-{number}"}
    caller = {"from_e164": f"+3363998{number % 200:04}", "channel": "pstn"}
    yield call | {"event": "call_start", "event_id": "0", "caller": caller}
    for turn, text in enumerate(SAID, start=1):
        yield (
            call
            | {"event_id": str(turn)}
            | ({"event": "stt_final", "stt": {"text": text, "confidence": 0.93}} if text else {"event": "no_speech"})
        )
    yield call | {"event": "hangup", "event_id": "end"}


class Line:
    """Posts events and keeps the time of each."""

    def __init__(self, session: aiohttp.ClientSession, running: RunningDesk) -> None:
        self._session = session
        self._url = f"{running.url}/ivr"
        self._headers = {"Authorization": f"Bearer {running.gateway_token}"}
        self.times: list[float] = []

    async def post(self, event: dict[str, object]) -> float:
        """Seconds until the answer."""
        started = time.perf_counter()
        async with self._session.post(self._url, json=event, headers=self._headers) as answer:
            body = await answer.json()
            assert answer.status == 200, body
        self.times.append(time.perf_counter() - started)
        return self.times[-1]


async def steady(line: Line, rate: float, seconds: float, numbers: Iterator[int]) -> None:
    """Turns at an even rate, whatever the answers take; each call's own in order."""
    stream = itertools.chain.from_iterable(zip(*(events(next(numbers)) for _ in range(40)), strict=True))
    begun = time.perf_counter()
    pending: set[asyncio.Task[float]] = set()
    for n in range(int(rate * seconds)):
        event = next(stream, None)
        if event is None:
            await asyncio.gather(*pending)
            stream = itertools.chain.from_iterable(zip(*(events(next(numbers)) for _ in range(40)), strict=True))
            event = next(stream)
        await asyncio.sleep(max(0.0, begun + n / rate - time.perf_counter()))
        task = asyncio.create_task(line.post(event))
        pending.add(task)
        task.add_done_callback(pending.discard)
    await asyncio.gather(*pending)


async def flood(line: Line, callers: int, until: float, numbers: Iterator[int]) -> None:
    """As many turns as go, from that many callers at once."""

    async def caller() -> None:
        while time.perf_counter() < until:
            for event in events(next(numbers)):
                await line.post(event)

    await asyncio.gather(*(caller() for _ in range(callers)))


async def many_calls(running: RunningDesk, session: aiohttp.ClientSession, calls: int) -> str:
    """Memory while that many calls begin, say one thing and end: at every tenth of them."""
    line = Line(session, running)

    async def caller(numbers: Iterator[int]) -> None:
        for number in numbers:
            first, second, *_, last = events(number)
            for event in (first, second, last):
                await line.post(event)

    memory = [running.memory_mb()]
    for tenth in range(10):
        numbers = iter(range(20_000_000 + tenth * calls // 10, 20_000_000 + (tenth + 1) * calls // 10))
        await asyncio.gather(*(caller(numbers) for _ in range(64)))
        memory.append(running.memory_mb())
    return f"{calls} calls of three turns, one after the other: MB " + " ".join(f"{mb:.0f}" for mb in memory)


async def measure(running: RunningDesk, seconds: float, calls: int) -> None:
    numbers = itertools.count()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        warm = Line(session, running)
        await flood(warm, 4, time.perf_counter() + 1, numbers)

        line = Line(session, running)
        await steady(line, 60, seconds, numbers)
        print(
            f"60 turns/s for {seconds:g} s: p50 {percentile(line.times, 0.5):.1f} ms, "
            f"p99 {percentile(line.times, 0.99):.1f} ms, "
            f"worst {percentile(line.times, 1):.1f} ms ({len(line.times)} turns)"
        )

        line = Line(session, running)
        begun = time.perf_counter()
        await flood(line, 64, begun + seconds, numbers)
        rate = len(line.times) / (time.perf_counter() - begun)
        print(f"64 callers at once: {rate:.0f} turns/s, p99 {percentile(line.times, 0.99):.1f} ms")

        before = running.memory_mb()
        for number in range(10_000_000, 10_000_000 + calls, 100):
            await asyncio.gather(*(line.post(next(events(n))) for n in range(number, number + 100)))
        print(
            f"{calls} calls in progress: {running.memory_mb() - before:+.0f} MB ({running.memory_mb():.0f} MB in all)"
        )

        print(await many_calls(running, session, calls * 10))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--database")
    chosen = parser.parse_args()
    print(f"an existing desk started, first turn answered: {first_turn():.2f} s")
    options = ["--database", chosen.database] if chosen.database else []
    started = time.perf_counter()
    with desk(*options) as running:
        body = next(events(99_999_999))
        running.post("/ivr", body, running.gateway_token)
        print(f"settings written, store made, first turn answered: {time.perf_counter() - started:.2f} s")
        asyncio.run(measure(running, chosen.seconds, chosen.calls))


if __name__ == "__main__":
    main()
