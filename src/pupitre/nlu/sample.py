"""Sentences that a grammar can generate: each line of it, said."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from pupitre.nlu import template as t
from pupitre.nlu.rules import Rule, Stage

STANDS_FOR = {"^": "", "$": ""}
"""Anchors are not said."""


def sample(rule: Rule, stages: Mapping[str, tuple[Rule, ...]], parts: Mapping[str, t.Template], dice: Random) -> str:
    """One sentence of a line. Pieces of earlier stages are said by one of the lines that find them."""
    return " ".join(" ".join(_said(rule.template, stages, parts, dice)).split())


def kinds_of(stages: tuple[Stage, ...]) -> dict[str, tuple[Rule, ...]]:
    """The lines of each kind, for `sample`."""
    lines: dict[str, list[Rule]] = {}
    for stage in stages:
        for rule in stage.rules:
            lines.setdefault(rule.kind, []).append(rule)
    return {kind: tuple(rules) for kind, rules in lines.items()}


def _said(
    one: t.Template, kinds: Mapping[str, tuple[Rule, ...]], parts: Mapping[str, t.Template], dice: Random
) -> list[str]:
    match one:
        case t.Word(text):
            return [STANDS_FOR.get(text, text)]
        case t.Number(low, high):
            return [str(dice.randint(low, high))]
        case t.Gap(least, _):
            return ["xyzzy"] * least
        case t.Sequence(items):
            return [word for item in items for word in _said(item, kinds, parts, dice)]
        case t.OneOf(items):
            return _said(dice.choice(items), kinds, parts, dice)
        case t.Part(name):
            below = dice.choice(kinds[name]).template if name in kinds else parts[name]
            return _said(below, kinds, parts, dice)
