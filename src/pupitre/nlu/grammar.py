"""A language's grammars, read from its folder: lexicon, spelling, and one cascade of stages per topic.

Files: `lexicon.toml`, `spelling.rules`, `names.txt`, and `grammar/<topic>.rules` or `grammar/<topic>-<n>-<what>.rules`
whose stages follow one another. A fault in a file is a `BadGrammar`, with its line.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from pupitre.nlu.rules import BadGrammar, Sheet, Stage, compiled, named_parts, read
from pupitre.nlu.words import Lexicon, split

TOPICS = ("when", "intent", "yes_no", "pick", "command", "emergency", "name", "reminder", "birth_date")


class Grammar:
    """What `understand` needs to know of a language. Immutable once made."""

    def __init__(
        self,
        lexicon: Lexicon,
        topics: dict[str, tuple[Stage, ...]],
        sheets: dict[str, Sheet],
        first_names: frozenset[str],
    ) -> None:
        self.lexicon = lexicon
        self.topics = topics
        self.sheets = sheets
        """The files as read, by name: for sampling, explanations and reports."""
        self.first_names = first_names
        """Upper case, without accents."""


def load(folder: Path) -> Grammar:
    """Read a language's folder. Raises BadGrammar."""
    facts = tomllib.loads((folder / "lexicon.toml").read_text(encoding="utf-8"))
    sheets = {
        path.name: read(path.read_text(encoding="utf-8"), path.name)
        for path in sorted((folder / "grammar").glob("*.rules"))
    }
    parts = named_parts(sheets.values())
    topics = {
        topic: compiled([sheet for name, sheet in sheets.items() if _topic(name) == topic], parts) for topic in TOPICS
    }
    strange = {name for name in sheets if _topic(name) not in (*TOPICS, "parts")}
    if strange:
        raise BadGrammar(f"{', '.join(sorted(strange))}: no such topic; there are {', '.join(TOPICS)}")
    names = folder / "names.txt"
    first_names = split(names.read_text(encoding="utf-8")) if names.exists() else []
    return Grammar(_lexicon(facts, folder), topics, sheets, frozenset(name.upper() for name in first_names))


def _topic(name: str) -> str:
    return name.removesuffix(".rules").split("-")[0]


def _lexicon(facts: dict[str, str], folder: Path) -> Lexicon:
    sets = {key: frozenset(split(value)) for key, value in facts.items() if key != "tag"}
    spelling: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    path = folder / "spelling.rules"
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.split("#", 1)[0].strip()
        if not line:
            continue
        wrongs, arrow, right = line.partition("->")
        if not arrow:
            raise BadGrammar(f"{path.name}:{number}: expected 'heard, heard -> meant'")
        for wrong in wrongs.split(","):
            heard = tuple(split(wrong))
            if heard != tuple(split(right)):
                spelling.setdefault(heard[0], []).append((heard, tuple(split(right))))
    return Lexicon(
        tag=facts["tag"],
        **sets,
        spelling={word: tuple(sorted(lines, key=lambda line: -len(line[0]))) for word, lines in spelling.items()},
    )
