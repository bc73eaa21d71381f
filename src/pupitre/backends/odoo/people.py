"""How people's names and numbers are written in Odoo, and how to find them from what was heard. Pure."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from pupitre.nlu.meaning import SpokenName
from pupitre.phones import e164

_CIVILITIES = {"M", "MR", "MME", "MLLE", "MONSIEUR", "MADAME", "MADEMOISELLE", "DR", "DOCTEUR"}
_ACCENTED = str.maketrans(dict.fromkeys("AEIOUYCN", "_"))
"""Letters that may carry a mark in a French name: any character stands for them in a pattern."""


def digits_in_any_form(number: str) -> str:
    """A pattern for `ilike` that finds an E.164 number however it was typed: spaces, dots, +33, (0), among others.

    "+33612345678" gives "6%1%2%3%4%5%6%7%8". It may find more: `has_number` decides.
    """
    parsed = phonenumbers.parse(number)
    return "%".join(phonenumbers.national_significant_number(parsed))


def has_number(typed: str, number: str, country: str) -> bool:
    """Whether this text, perhaps with several numbers and words in it, holds the E.164 number."""
    if e164(typed, country) == number:
        return True
    found = phonenumbers.PhoneNumberMatcher(typed, country, leniency=phonenumbers.Leniency.POSSIBLE)
    written = phonenumbers.PhoneNumberFormat.E164
    return any(phonenumbers.format_number(match.number, written) == number for match in found)


def letters_in_any_form(name: str) -> str:
    """A pattern for `ilike` that finds a name with or without its accents, ligatures and hyphens."""
    words = re.sub(r"OE|AE", "%", " ".join(_words(name)))
    return words.translate(_ACCENTED).replace(" ", "%")


def is_named(full: str, spoken: SpokenName) -> bool:
    """Whether somebody written `full` ("LEFÈVRE Élodie", "Mme Anne de la Tour") bears the spoken name."""
    words = _words(full)
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            if "".join(words[start:end]) == "".join(_words(spoken.last)):
                rest = words[:start] + words[end:]
                if spoken.first is None or _holds(rest, "".join(_words(spoken.first))):
                    return True
    return False


def said_name(written: str) -> str:
    """First name first, in letters that can be spoken: "DUPONT Jean" and "Dupont, Jean" are "Jean Dupont"."""
    last, comma, first = written.partition(", ")
    if comma and first:
        return f"{first} {_capitalised(last)}"
    words = written.split()
    shouted = [word for word in words if len(word) > 1 and word.isupper()]
    if shouted and len(shouted) < len(words) and words[: len(shouted)] == shouted and not set(shouted) & _CIVILITIES:
        words = words[len(shouted) :] + shouted
    return " ".join(_capitalised(word) if len(word) > 1 and word.isupper() else word for word in words)


def _capitalised(word: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), word)


def _holds(words: list[str], wanted: str) -> bool:
    return any(
        "".join(words[start:end]) == wanted for start in range(len(words)) for end in range(start + 1, len(words) + 1)
    )


def _words(name: str) -> list[str]:
    """Upper case without accents, in words; civilities left out."""
    spelt = name.upper().replace("Œ", "OE").replace("Æ", "AE")
    plain = "".join(sign for sign in unicodedata.normalize("NFD", spelt) if not unicodedata.combining(sign))
    return [word for word in re.findall(r"[A-Z]+", plain) if word not in _CIVILITIES]
