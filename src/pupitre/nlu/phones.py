"""A telephone number in what was said: valid by phonenumbers, or none. Never invented."""

from __future__ import annotations

from collections.abc import Sequence

from pupitre.nlu.grammar import Grammar
from pupitre.phones import e164

REGION = "FR"
NATIONAL = 9
"""Digits of a French number after its 0, which callers may leave out."""


def phone(words: Sequence[str], grammar: Grammar) -> str | None:  # noqa: ARG001  # the language says which words are digits
    """The number in E.164, or None."""
    digits = ""
    for word in words:
        if word.isdigit():
            digits += word
        elif word in ("+", "plus") and not digits:
            digits = "+"
    if len(digits) == NATIONAL and digits[0] in "1234567":
        digits = "0" + digits
    if digits.startswith("+0"):
        digits = "+" + digits.lstrip("+0")
    return e164(digits, REGION) if digits else None
