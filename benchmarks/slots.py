"""How long offers take to compute: agents x 14 days, each with 400 busy intervals, from merged spans.

python -m benchmarks.slots
"""

from __future__ import annotations

import random
import statistics
import time
from datetime import UTC, datetime, timedelta

from pupitre.model import Interval
from pupitre.slots import Candidate, Rules, merge, propose
from pupitre.wish import Clause, Period, Wish

NOW = datetime(2026, 1, 2, 9, tzinfo=UTC)
WISH = Wish(any_of=(Clause(days=("TU",), periods=(Period.AM,)), Clause(days=("TH",), periods=(Period.PM,))))
NEVER = Wish(any_of=(Clause(days=("SU",)),))
BUSY_INTERVALS = 400


def calendar(agent: int) -> Candidate:
    """Five-minute entries at random, so that hardly any two of them merge."""
    dice = random.Random(agent)
    minutes = dice.sample(range(0, 14 * 1440, 10), BUSY_INTERVALS)
    return Candidate(
        agent, merge(Interval(at := NOW + timedelta(minutes=m), at + timedelta(minutes=5)) for m in minutes)
    )


def milliseconds(agents: list[Candidate], wish: Wish) -> list[float]:
    rules, times = Rules(), []
    for _ in range(60):
        began = time.perf_counter()
        propose(agents, wish, rules, NOW)
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times[10:])


def main() -> None:
    print("agents  wish             p50 ms   p95 ms")
    for count in (10, 25, 50, 100, 200):
        agents = [calendar(n) for n in range(count)]
        for name, wish in (("met", WISH), ("never met", NEVER), ("none", Wish(any=True))):
            times = milliseconds(agents, wish)
            print(f"{count:6}  {name:15} {statistics.median(times):7.2f}  {times[int(len(times) * 0.95)]:7.2f}")


if __name__ == "__main__":
    main()
