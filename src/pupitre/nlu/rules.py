"""Read grammars: files of lines, each line one way of saying something.

    <want>:                            a named part, usable as <want> in every file of the language
        je (veux|voudrais)
    BOOK:                              a kind: what is found when a line below fits
        <want> [prendre] un rendez-vous
    day:
        demain -> in_days 1          with an action: what is made of the words (see `actions`)
        <n> janvier !noon              what the line is worth is between `->` and the end

A line `---` ends a stage: the lines after it see what the lines before it found, as `<kind>`. `#` starts a comment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from pupitre.nlu import template as t
from pupitre.nlu.automaton import Automaton, UnknownPart
from pupitre.nlu.template import BadTemplate


class Rule(Struct, frozen=True):
    """One line of a grammar."""

    kind: str
    template: t.Template
    action: tuple[str, ...] = ()
    """The action's name and its words; empty: the kind says all."""
    line: str = ""
    """As written, for explanations and reports."""
    where: str = ""
    """file:line"""


class Sheet(Struct, frozen=True):
    """What a file holds."""

    stages: tuple[tuple[Rule, ...], ...]
    parts: dict[str, tuple[t.Template, ...]]


class BadGrammar(ValueError):
    """A grammar file that cannot be used; says where and why."""


class Stage:
    """Rules that are looked for together."""

    def __init__(self, rules: tuple[Rule, ...], parts: Mapping[str, t.Template], kinds: frozenset[str]) -> None:
        self.rules = rules
        try:
            self.automaton = Automaton([rule.template for rule in rules], parts, kinds)
        except UnknownPart as missing:
            raise BadGrammar(f"{rules[0].where}: {missing}") from missing


def read(text: str, name: str) -> Sheet:
    """Read one file. Raises BadGrammar."""
    stages: list[tuple[Rule, ...]] = []
    rules: list[Rule] = []
    parts: dict[str, tuple[t.Template, ...]] = {}
    kind = ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.split("#", 1)[0].rstrip()
        where = f"{name}:{number}"
        if not line:
            continue
        if line == "---":
            stages.append(tuple(rules))
            rules = []
            continue
        if not line[0].isspace():
            kind, colon, line = line.partition(":")
            if not colon:
                raise BadGrammar(f"{where}: expected 'kind:' at the start of the line")
            if not line.strip():
                continue
        said, _, action = line.partition("->")
        try:
            template = t.parse(said)
        except BadTemplate as bad:
            raise BadGrammar(f"{where}: {bad}") from bad
        if kind.startswith("<"):
            name_ = kind.strip("<>")
            parts[name_] = (*parts.get(name_, ()), template)
        else:
            rules.append(Rule(kind, template, tuple(action.split()), said.strip(), where))
    stages.append(tuple(rules))
    return Sheet(tuple(stages), parts)


def compiled(each: Iterable[tuple[Rule, ...]], parts: Mapping[str, t.Template]) -> tuple[Stage, ...]:
    """Stages of these rules, one after the other, sharing `parts`. Raises BadGrammar."""
    kinds: frozenset[str] = frozenset()
    stages: list[Stage] = []
    for rules in each:
        stages.append(Stage(rules, parts, kinds))
        kinds |= {rule.kind for rule in rules}
    return tuple(stages)


def named_parts(sheets: Mapping[str, Sheet]) -> dict[str, t.Template]:
    """The named parts of all files of a language, each the choice of its lines. Raises BadGrammar."""
    parts: dict[str, t.Template] = {}
    for file, sheet in sheets.items():
        for name, templates in sheet.parts.items():
            if name in parts:
                raise BadGrammar(f"{file}: <{name}> is defined in another file too")
            parts[name] = t.OneOf(templates)
    return parts
