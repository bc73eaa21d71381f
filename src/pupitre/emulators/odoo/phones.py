"""What phone_validation adds to partners, where the company is French and Odoo has the library `phonenumbers`."""

from __future__ import annotations

import re

import phonenumbers

from pupitre.emulators.odoo.database import Row
from pupitre.emulators.odoo.errors import USER, OdooError

_COUNTRY = "FR"
_SHORTEST = 3


def sanitized(typed: str | None) -> str | None:
    """E.164 of a valid number, else nothing."""
    if not typed:
        return None
    try:
        number = phonenumbers.parse(typed, _COUNTRY)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or not phonenumbers.is_valid_number(number):
        return None
    text: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return text


def found_by_typing(partner: Row, operator: str, typed: str) -> bool:
    """The search `phone_mobile_search`: spacing does not count, `+` and `00` are one, national is not international.

    Raises UserError for fewer than three characters.
    """
    typed = typed.strip()
    if len(typed) < _SHORTEST:
        raise OdooError(USER, "Please enter at least 3 characters when searching a Phone number.")
    number = _bare(str(partner.get("phone") or ""))
    prefixes = ("+", "00") if typed.startswith(("+", "00")) else ("",)
    wanted = _bare(typed[1:] if typed.startswith("+") else typed.removeprefix("00"))
    if operator == "=":
        return number in [prefix + wanted for prefix in prefixes]
    return any(number.startswith(prefix + wanted) if prefix else wanted in number for prefix in prefixes)


def _bare(number: str) -> str:
    return re.sub(r"[\s\\./()-]", "", number)
