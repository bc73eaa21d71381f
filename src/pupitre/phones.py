"""Telephone numbers, in E.164. Pure; what is valid is decided by the library's metadata of each country."""

from __future__ import annotations

import phonenumbers

_FICTION = ("+3363998",)
"""Numbers that Arcep keeps for fiction (décision 2012-0856), which the metadata call unassigned: safe in examples."""


def e164(text: str, region: str) -> str | None:
    """The number in E.164 ("+33612345678"), or None for what is no valid number.

    `region` is where a national number belongs (ISO 3166, "FR").
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    written: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(number):
        return written
    return written if written.startswith(_FICTION) and phonenumbers.is_possible_number(number) else None
