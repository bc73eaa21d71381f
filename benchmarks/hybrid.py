"""A booking in hybrid mode while every call of Odoo and of Google takes 150 ms: how long its caller waits.

    python -m benchmarks.hybrid [--calls 40] [--ms 150]

Desk and emulators are processes of their own. Two turns matter: the one that reads out offers, and the one that books
the chosen slot and says so. One that was bridged by a filler ("un instant…") is counted as such.
"""

from __future__ import annotations

import argparse
import json
import time
import urllib.request

from benchmarks.emulating import Emulators, emulators
from benchmarks.running import RunningDesk, desk, percentile

TURNS = ("call_start", "je voudrais prendre rendez-vous", "oui", "n'importe quand", "le premier", "non merci")
OFFER, BOOKING = 3, 4


def play(running: RunningDesk, number: int) -> list[tuple[float, bool]]:
    """Seconds of each turn of a call, and whether the caller had to be told to wait."""
    found = []
    for turn, words in enumerate(TURNS):
        body: dict[str, object] = {"call_id": f"bench-{number}", "event_id": f"e{turn}", "event": words}
        if turn:
            body |= {"event": "stt_final", "stt": {"text": words, "confidence": 0.95}}
        else:
            body["caller"] = {"from_e164": f"+3363998{number:04}"}
        began = time.perf_counter()
        answer = post(running, body)
        waited = False
        while answer["actions"][-1]["type"] == "continue":
            waited = True
            time.sleep(answer["actions"][-1]["after_ms"] / 1000)
            answer = post(running, {"call_id": body["call_id"], "event": "continue"})
        found.append((time.perf_counter() - began, waited))
    assert answer["state"]["name"] == "END_CONFIRMATION", answer
    post(running, {"call_id": f"bench-{number}", "event": "hangup"})
    return found


def post(running: RunningDesk, body: object) -> dict:  # type: ignore[type-arg]  # whatever a reply holds
    request = urllib.request.Request(running.url + "/ivr", json.dumps(body).encode(), method="POST")
    request.add_header("Authorization", f"Bearer {running.gateway_token}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def measure(there: Emulators, calls: int, ms: int) -> None:
    with desk("--mode", "hybrid", "--emulators-port", there.port, agents=3, patients=calls + 1) as running:
        play(running, calls)  # it logs in and learns what the server is
        there.post("/_emu/fault", {"times": 1_000_000, "respond": {"delay_ms": ms}})
        turns = [play(running, number) for number in range(calls)]
    for name, at in (("offers read out", OFFER), ("booked and told so", BOOKING)):
        times = [turn[at][0] for turn in turns]
        fillers = sum(turn[at][1] for turn in turns)
        print(
            f"{name}: p50 {percentile(times, 0.5):.0f} ms, p95 {percentile(times, 0.95):.0f} ms, "
            f"worst {max(times) * 1000:.0f} ms, {fillers} of {calls} bridged by a filler"
        )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--calls", type=int, default=40)
    asked.add_argument("--ms", type=int, default=150)
    given = asked.parse_args()
    with emulators() as there:
        measure(there, given.calls, given.ms)


if __name__ == "__main__":
    main()
