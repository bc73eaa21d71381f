"""Report the lines of the French grammar that no labelled utterance exercises: `python -m tests.nlu.unexercised`.

The sampling test says all of them; this names those that nobody was heard saying. The unread half is left out.
"""

from collections.abc import Iterator

import yaml
from tests.nlu.score import HERE, SETS, rows

from pupitre.commands.understand import local
from pupitre.languages import load
from pupitre.nlu.cascade import Piece, run
from pupitre.nlu.when import ACTIONS
from pupitre.nlu.words import words

GRAMMAR = load("fr-FR").grammar
FOLDERS = (HERE / "dev", HERE / "own", *sorted((HERE / "authored").glob("tune*")))
LISTS = (HERE / "emergencies.yaml", *sorted((HERE / "authored").glob("tune*/emergencies.yaml")))
WAYS = tuple(HERE / f"{name}.yaml" for name in ("wishes", "dictated", "attendance", "called", "whom"))
"""Lists of ways of saying something: text -> what it means."""
TOPICS = (
    *("when", "intent", "yes_no", "pick", "command", "emergency", "birth_date", "phone", "reminder", "attendance"),
    *("called", "whom"),
)


def utterances() -> Iterator[tuple[str, str]]:
    """(text, when it is said)."""
    for folder in FOLDERS:
        for name in SETS:
            if not (folder / f"{name}.jsonl").exists():
                continue
            for row in rows(folder, name):
                yield row["text"], row.get("reference", "2026-01-05T10:00")
    for path in LISTS:
        for texts in yaml.safe_load(path.read_text(encoding="utf-8")).values():
            yield from ((text, "2026-01-05T10:00") for text in texts)
    for path in WAYS:
        for ways in yaml.safe_load(path.read_text(encoding="utf-8")).values():
            yield from ((text, "2026-01-05T10:00") for text in ways)
    for text in yaml.safe_load((HERE / "picks.yaml").read_text(encoding="utf-8")):
        yield text, "2026-01-05T10:00"


def exercised() -> set[str]:
    used: set[str] = set()
    for text, reference in utterances():
        heard = words(text, GRAMMAR.lexicon)
        for topic in TOPICS:
            for piece in run(GRAMMAR.topics[topic], heard, ACTIONS, local(reference)):
                used.update(where(piece))
    return used


def where(piece: Piece) -> Iterator[str]:
    if piece.rule is not None:
        yield piece.rule.where
    for under in piece.under:
        yield from where(under)


def unexercised() -> list[str]:
    used = exercised()
    lines = (rule for topic in TOPICS for stage in GRAMMAR.topics[topic] for rule in stage.rules)
    return [f"{rule.where}  {rule.line}" for rule in lines if rule.where not in used]


if __name__ == "__main__":
    for line in unexercised():
        print(line)  # noqa: T201  # a report
