"""How long understanding takes: `python -m benchmarks.understanding`.

Prints, for each kind of question, the median and the 99th percentile of one utterance in milliseconds of processor
time, warm, over the labelled utterances; then the time to load French and to read 1,500 and 10,000 characters.
"""

import json
import statistics
import time
from pathlib import Path

from pupitre.commands.understand import local
from pupitre.languages import load
from pupitre.nlu.meaning import Hears
from pupitre.nlu.understand import understand

SETS = Path(__file__).parent.parent / "tests" / "nlu"
KINDS = {
    "intents": Hears.INTENT,
    "yesno": Hears.YES_NO,
    "slotpick": Hears.PICK,
    "constraints": Hears.WHEN,
    "phones": Hears.PHONE,
    "birthdates": Hears.BIRTH_DATE,
    "names": Hears.NAME,
}
ROUNDS = 5


def main() -> None:
    before = time.process_time()
    grammar = load("fr-FR").grammar
    print(f"load French: {(time.process_time() - before) * 1000:.0f} ms")
    now = local("2026-01-05T10:00")
    for name, hears in KINDS.items():
        rows = [
            json.loads(line)
            for folder in (SETS / "dev", SETS / "authored" / "tune")
            for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        spent = []
        for warm in range(ROUNDS):
            for row in rows:
                offers = [local(slot) for slot in row.get("slots", [])]
                before = time.process_time()
                understand(row["text"], (hears,), grammar, now, offers)
                if warm:
                    spent.append((time.process_time() - before) * 1000)
        print(
            f"{name:12} median {statistics.median(spent):.3f} ms  p99 {statistics.quantiles(spent, n=100)[98]:.3f} ms"
        )
    for length in (1_500, 10_000):
        text = ("je voudrais pas mardi ou jeudi matin non pardon " * 300)[:length]
        understand(text, tuple(Hears), grammar, now)
        before = time.process_time()
        understand(text, tuple(Hears), grammar, now)
        print(f"{length} characters, everything listened for: {(time.process_time() - before) * 1000:.1f} ms")


if __name__ == "__main__":
    main()
