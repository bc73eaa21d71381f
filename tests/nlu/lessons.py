"""What `scripts/learn` learns from: the labelled lines that may be read, by who wrote them."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

HERE = Path(__file__).parent
# tune and tune3 are by one author, tune4 and tune6 by another.
AUTHORS = {
    "tune": "first",
    "tune3": "first",
    "tune2": "second",
    "tune4": "third",
    "tune5": "fourth",
    "tune6": "third",
    "tune7": "sixth",
    "tune8": "seventh",
    "tune9": "eighth",
    "tune10": "ninth",
    "tune11": "tenth",
    "tune12": "eleventh",
    "tune13": "twelfth",
    "tune14": "fifth",
    "tune15": "thirteenth",
    "tune16": "fourteenth",
    "tune17": "fifteenth",
    "tune18": "sixteenth",
    "tune19": "seventeenth",
    "tune20": "eighteenth",
    "tune21": "nineteenth",
    "tune22": "twentieth",
    "tune23": "twenty-first",
    "tune24": "twenty-second",
    "tune25": "twenty-third",
}
"""Folders of `authored/` -> who wrote them; `dev` and `own` are by others. From folders `held…` nothing is learned."""
ANSWERS = ("yesno", "slotpick", "constraints", "phones", "birthdates", "names")
DANGER = "DANGER"
NOTHING = "UNKNOWN"
"""The label of what is none of the others; it has no weights of its own."""


ASIDE = 0.03
"""What a line that answers another question counts among those that say what is wanted: enough that a bare day does
not become a wish to move, so little that "je ne peux pas mardi" still may."""


class Lesson(NamedTuple):
    author: str
    text: str
    label: str
    accept: frozenset[str]
    """All labels that are right."""
    counts: float = 1.0
    ordinary: bool = False
    """Said to the desk every day, in answer to whatever was asked."""


def folders() -> list[Path]:
    return [HERE / "dev", HERE / "own", *sorted((HERE / "authored").glob("tune*"))]


def author(folder: Path) -> str:
    return "nobody" if folder == HERE else AUTHORS.get(folder.name, folder.name)


def intents() -> list[Lesson]:
    return [
        Lesson(author(folder), row["text"], row["expected"], frozenset(row["accept"]))
        for folder in folders()
        for row in lines(folder / "intents.jsonl")
    ]


def dangers() -> list[Lesson]:
    """Emergencies and what only sounds like one."""
    kept = []
    for folder in [HERE, *folders()]:
        path = folder / "emergencies.yaml"
        if not path.exists():
            continue
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        for key, label in (("emergencies", DANGER), ("lookalikes", NOTHING)):
            kept += [Lesson(author(folder), text, label, frozenset({label})) for text in said[key]]
    return kept


def ordinary() -> list[Lesson]:
    """Whatever is said to the desk every day, and is no danger unless it is tagged as distress."""
    return [*besides(), *answers(1.0), *(nothing(folder, row["text"]) for folder, row in rows("intents"))]


def besides() -> list[Lesson]:
    """Orders to the desk itself, keys, courtesies."""
    return [nothing(HERE, text) for text in yaml.safe_load((HERE / "besides.yaml").read_text(encoding="utf-8"))]


def answers(counts: float = ASIDE) -> list[Lesson]:
    """What is said in answer to another question than what is wanted."""
    told = [(folder, row["text"]) for kind in ANSWERS for folder, row in rows(kind)]
    for name in ("wishes", "dictated", "attendance"):
        ways = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))
        told += [(HERE, text) for said in ways.values() for text in said]
    told += [(HERE, text) for text in yaml.safe_load((HERE / "picks.yaml").read_text(encoding="utf-8"))]
    return [nothing(folder, text, counts) for folder, text in told]


def nothing(folder: Path, text: str, counts: float = 1.0) -> Lesson:
    return Lesson(author(folder), text, NOTHING, frozenset({NOTHING}), counts, ordinary=True)


def rows(kind: str) -> Iterator[tuple[Path, dict]]:
    """The rows of one kind, but those tagged as distress."""
    for folder in folders():
        yield from ((folder, row) for row in lines(folder / f"{kind}.jsonl") if "distress" not in row["tags"])


def lines(path: Path) -> list[dict]:
    """The rows of a set; a folder need not have all."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


TOPICS = {"intent": (intents, besides, answers), "emergency": (dangers, ordinary)}
"""Weights -> what they are learned from."""


def of(topic: str) -> list[Lesson]:
    return [one for told in TOPICS[topic] for one in told()]


def digest(topic: str) -> str:
    """Changes when the lessons do."""
    told = sorted(f"{one.label}\t{one.text}" for one in of(topic))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]
