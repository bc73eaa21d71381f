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

import re
from collections.abc import Iterable, Mapping
from functools import cached_property

from msgspec import Struct

from pupitre.nlu import template as t
from pupitre.nlu.automaton import Automaton, UnknownPart
from pupitre.nlu.template import BadTemplate
from pupitre.nlu.words import plain

_NAMED = re.compile(r"<([^<>]+)>")
LONE_HINTS = frozenset({"move", "mine"})
"""Kinds that only hint and have no kind in upper case beside them."""

_WORDS = re.compile(r"[a-z]+")


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
    words: frozenset[str]
    """All words its templates name."""
    named: dict[str, str]
    """Parts and kinds its templates name, and where first."""


class BadGrammar(ValueError):
    """A grammar file that cannot be used; says where and why."""


class Stage:
    """Rules that are looked for together; compiled when first asked for, since no state listens to all topics."""

    def __init__(self, rules: tuple[Rule, ...], parts: Mapping[str, t.Template], kinds: frozenset[str]) -> None:
        self.rules = rules
        self._parts, self._kinds = parts, kinds

    @cached_property
    def hints(self) -> frozenset[int]:
        """The lines whose kind, in lower case, only hints at what a kind in upper case says."""
        plain = {rule.kind.lower() for rule in self.rules if rule.kind.isupper()} | LONE_HINTS
        return frozenset(at for at, rule in enumerate(self.rules) if rule.kind.islower() and rule.kind in plain)

    @cached_property
    def automaton(self) -> Automaton:
        """The rules' templates as one automaton. Raises BadGrammar when a part names itself."""
        try:
            return Automaton([rule.template for rule in self.rules], self._parts, self._kinds)
        except UnknownPart as missing:
            raise BadGrammar(f"{self.rules[0].where}: {missing}") from missing


def read(text: str, name: str) -> Sheet:
    """Read one file. Raises BadGrammar."""
    stages: list[tuple[Rule, ...]] = []
    rules: list[Rule] = []
    parts: dict[str, tuple[t.Template, ...]] = {}
    words: set[str] = set()
    named: dict[str, str] = {}
    kind = ""
    for number, (raw, folded) in enumerate(zip(text.splitlines(), plain(text).splitlines(), strict=True), 1):
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
            template = t.parse(_template_of(folded))
        except BadTemplate as bad:
            raise BadGrammar(f"{where}: {bad}") from bad
        for name_ in _NAMED.findall(said):
            named.setdefault(name_, where)
        words.update(_WORDS.findall(_NAMED.sub(" ", _template_of(folded))))
        if kind.startswith("<"):
            name_ = kind.strip("<>")
            parts[name_] = (*parts.get(name_, ()), template)
        else:
            rules.append(Rule(kind, template, tuple(action.split()), said.strip(), where))
    stages.append(tuple(rules))
    return Sheet(tuple(stages), parts, frozenset(words), named)


def _template_of(folded: str) -> str:
    """The template in a plain line: without kind, action and comment."""
    line = folded.split("#", 1)[0].partition("->")[0]
    return line if line[0].isspace() else line.partition(":")[2]


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
    _check(sheets, parts)
    return parts


def _check(sheets: Mapping[str, Sheet], parts: Mapping[str, t.Template]) -> None:
    """Raises BadGrammar for a name that nothing defines."""
    kinds = {rule.kind for sheet in sheets.values() for rules in sheet.stages for rule in rules}
    for sheet in sheets.values():
        for name, where in sheet.named.items():
            if name not in parts and name not in kinds:
                raise BadGrammar(f"{where}: <{name}> is not defined")
