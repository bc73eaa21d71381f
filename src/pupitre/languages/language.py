"""Load a language: its phrases, its grammar, and how it says times and numbers."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, cast

from msgspec import Struct

from pupitre.nlu import grammar
from pupitre.nlu.grammar import Grammar

HERE = Path(__file__).parent
LANGUAGES = {"fr": "fr", "en": "en"}
"""Primary subtag (RFC 5646) -> folder. A new language is one line here and one folder."""


class UnknownLanguage(LookupError):
    """No folder for this language; the message names those there are."""


class Spoken(Protocol):
    """How a language says things; all instants aware and local to the tenant."""

    def moment(self, start: datetime) -> str:
        """Absolute, never relative: "mardi 6 janvier à 9 heures"."""

    def short_moment(self, start: datetime, today: date) -> str:
        """As said in passing, relative where that is unambiguous: "demain à 9 heures"."""

    def day(self, day: date) -> str:
        """Says "mardi 6 janvier", "vendredi 1er mai"."""

    def relative_day(self, day: date, today: date) -> str | None:
        """Says "demain", "mardi prochain"; None when nothing relative is unambiguous."""

    def clock(self, clock: time) -> str:
        """Says "9 heures", "15 heures 15", "midi"."""

    def count(self, number: int, noun: str, plural: str | None = None, *, feminine: bool = False) -> str:
        """Says "un rendez-vous", "deux rendez-vous"; `plural` defaults to the regular one."""

    def ordinal(self, rank: int, *, feminine: bool = False) -> str:
        """Says "premier", "première", "deuxième"."""

    def phone(self, e164: str) -> str:
        """The digits in groups, as a person reads them out."""

    def digits(self, text: str) -> str:
        """Digit by digit."""

    def date_of_birth(self, day: date) -> str:
        """With its year."""

    def either(self, things: list[str]) -> str:
        """Says "a, b ou c"."""


class Language(Struct, frozen=True):
    """One language, ready to use."""

    tag: str
    phrases: Mapping[str, str]
    """Key -> sentence with `{{path}}` placeholders."""
    grammar: Grammar
    spoken: Spoken


@cache
def load(tag: str) -> Language:
    """The language of a tag such as "fr-FR", read once. Raises UnknownLanguage."""
    primary = tag.replace("_", "-").split("-")[0].lower()
    name = LANGUAGES.get(primary)
    if name is None:
        raise UnknownLanguage(f"no language {tag!r}; there are: {', '.join(sorted(LANGUAGES))}")
    spoken = cast("Spoken", importlib.import_module(f"pupitre.languages.{name}.spoken"))
    return Language(tag, MappingProxyType(_phrases(HERE / name / "phrases.toml")), grammar.load(HERE / name), spoken)


def _phrases(path: Path) -> dict[str, str]:
    """Flat keys; a table's keys are joined by dots. A language without the file has no phrases."""
    if not path.exists():
        return {}
    return _flat(tomllib.loads(path.read_text(encoding="utf-8")), "")


def _flat(table: Mapping[str, object], prefix: str) -> dict[str, str]:
    phrases: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            phrases.update(_flat(value, f"{prefix}{key}."))
        else:
            phrases[prefix + key] = str(value)
    return phrases
