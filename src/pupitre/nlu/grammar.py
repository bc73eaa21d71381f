"""A language's grammars, read from its folder: lexicon, spelling, one cascade of stages per topic, learned weights.

Files: `lexicon.toml`, `spelling.rules`, `sounds.rules`,
`first_names.txt`, `last_names.txt`, and `grammar/<topic>.rules` or `grammar/<topic>-<n>-<what>.rules`
whose stages follow one another; `grammar/<topic>-<what>.rules` of one topic
are one stage; `weights/<topic>.tsv` (`pupitre.nlu.weighing`). A fault in a file is a `BadGrammar`, with its line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from pupitre.nlu.rules import BadGrammar, Rule, Sheet, Stage, compiled, named_parts, read
from pupitre.nlu.template import Template
from pupitre.nlu.weighing import Weights
from pupitre.nlu.weighing import read as read_weights
from pupitre.nlu.words import SHORTEST_REPAIR, Lexicon, Sound, Spelling, lacking, split

TOPICS = (
    "when",
    "intent",
    "yes_no",
    "pick",
    "command",
    "emergency",
    "name",
    "letter",
    "reminder",
    "attendance",
    "called",
    "whom",
    "birth_date",
    "phone",
    "shift",
)


_NUMBERED = re.compile(r"-\d+-")


class Grammar:
    """What `understand` needs to know of a language. Immutable once made."""

    def __init__(
        self,
        lexicon: Lexicon,
        topics: dict[str, tuple[Stage, ...]],
        sheets: dict[str, Sheet],
        first_names: frozenset[str],
        last_names: frozenset[str],
        parts: dict[str, Template],
        weights: dict[str, Weights],
    ) -> None:
        self.lexicon = lexicon
        self.topics = topics
        self.sheets = sheets
        """The files as read, by name: for sampling, explanations and reports."""
        self.first_names = first_names
        self.last_names = last_names
        """Both upper case, without accents."""
        self.parts = parts
        """Named parts of templates."""
        self.weights = weights
        """What was learned, by topic; a language need not have any."""


def load(folder: Path) -> Grammar:
    """Read a language's folder. Raises BadGrammar, BadWeights."""
    facts = tomllib.loads((folder / "lexicon.toml").read_text(encoding="utf-8"))
    sheets = {
        path.name: read(path.read_text(encoding="utf-8"), path.name)
        for path in sorted((folder / "grammar").glob("*.rules"))
    }
    strange = {name for name in sheets if _topic(name) not in (*TOPICS, "parts")}
    if strange:
        raise BadGrammar(f"{', '.join(sorted(strange))}: no such topic; there are {', '.join(TOPICS)}")
    parts = named_parts(sheets)
    topics = {topic: compiled(_stages(sheets, topic), parts) for topic in TOPICS}
    names = {kind: frozenset(_listed(folder / f"{kind}.txt")) for kind in ("first_names", "last_names")}
    vocabulary = {word for sheet in sheets.values() for word in sheet.words}
    lexicon = _lexicon(facts, folder, vocabulary, {name.lower() for name in names["first_names"]})
    weights = {
        path.stem: read_weights(path.read_text(encoding="utf-8"), path.name)
        for path in sorted((folder / "weights").glob("*.tsv"))
    }
    return Grammar(lexicon, topics, sheets, names["first_names"], names["last_names"], parts, weights)


def _topic(name: str) -> str:
    return name.removesuffix(".rules").split("-")[0]


def _stages(sheets: Mapping[str, Sheet], topic: str) -> list[tuple[Rule, ...]]:
    """The rules of each stage of a topic: those of its numbered files in turn, then of all the others together."""
    numbered: list[tuple[Rule, ...]] = []
    together: list[Rule] = []
    for name, sheet in sheets.items():
        if _topic(name) != topic:
            continue
        if "-" not in name or _NUMBERED.search(name):
            numbered.extend(sheet.stages)
        else:
            together.extend(rule for stage in sheet.stages for rule in stage)
    return [*numbered, tuple(together)] if together else numbered


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """(where, line) of each line that says something; a file that is not there has none."""
    if not path.exists():
        return
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.split("#", 1)[0].strip()
        if line:
            yield f"{path.name}:{number}", line


def _arrows(path: Path) -> Iterator[tuple[str, str]]:
    for where, line in _lines(path):
        left, arrow, right = line.partition("->")
        if not arrow:
            raise BadGrammar(f"{where}: expected 'heard -> meant'")
        yield left.strip(), right.strip()


def _listed(path: Path) -> list[str]:
    return [name.upper() for _, line in _lines(path) for name in split(line)]


def _spelling(path: Path) -> Spelling:
    """Lines 'heard, heard -> meant'."""
    spelling: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for wrongs, right in _arrows(path):
        meant = tuple(split(right))
        for heard in (tuple(split(wrong)) for wrong in wrongs.split(",")):
            if heard != meant:
                spelling.setdefault(heard[0], []).append((heard, meant))
    return {word: tuple(sorted(lines, key=lambda line: -len(line[0]))) for word, lines in spelling.items()}


def _lexicon(facts: dict[str, str], folder: Path, vocabulary: set[str], names: set[str]) -> Lexicon:
    sets = {key: frozenset(split(value)) for key, value in facts.items() if key != "tag"}
    changes = tuple((re.compile(left, re.MULTILINE), right) for left, right in _arrows(folder / "sounds.rules"))
    sound = Sound(changes) if changes else None
    words = vocabulary | sets["numbers"]
    repairable = sorted((word for word in words if len(word) >= SHORTEST_REPAIR), reverse=True)
    keys = sets.pop("keys", frozenset())
    misspelt = {wrong: key for key in sorted(keys) for wrong in lacking(key)}
    alike = dict(zip(sound.of_each(repairable), repairable, strict=True)) if sound else {}
    return Lexicon(
        tag=facts["tag"],
        **sets,
        spelling=_spelling(folder / "spelling.rules"),
        misheard_digits=_spelling(folder / "digits.rules"),
        homophones=alike,
        misspelt=misspelt,
        known=frozenset(words | names | sets["fillers"]),
        sound=sound,
    )
