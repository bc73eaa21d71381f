"""How a French person says dates, times, numbers. Digits are written as digits: the voice reads them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
WORDS = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
ORDINALS = ("premier", "deuxième", "troisième", "quatrième", "cinquième")
NOON = 12


def moment(start: datetime) -> str:
    """Says "mardi 6 janvier à 9 heures", "vendredi 1er mai à midi"."""
    return f"{day(start.date())} à {clock(start.time())}"


def short_moment(start: datetime, today: date) -> str:
    """Says "demain à 9 heures"; absolute where nothing relative is unambiguous."""
    return f"{relative_day(start.date(), today) or day(start.date())} à {clock(start.time())}"


def day(day: date) -> str:
    """Says "mardi 6 janvier", "vendredi 1er mai"."""
    return f"{DAYS[day.weekday()]} {_number(day)} {MONTHS[day.month - 1]}"


def _number(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)


def relative_day(day: date, today: date) -> str | None:
    """Says "aujourd'hui", "demain", "après-demain"; "mardi prochain" for a day of next week more than six days off."""
    ahead = (day - today).days
    if 0 <= ahead <= 2:  # noqa: PLR2004  # after tomorrow
        return ("aujourd'hui", "demain", "après-demain")[ahead]
    next_week = today - timedelta(days=today.weekday()) + timedelta(days=7)
    if ahead > 6 and next_week <= day < next_week + timedelta(days=7):  # noqa: PLR2004  # not this coming one
        return f"{DAYS[day.weekday()]} prochain"
    return None


def clock(clock: time) -> str:
    """Says "9 heures", "15 heures 15", "1 heure", "midi", "minuit et quart" said "0 heure 15"."""
    if clock.minute == 0 and clock.hour in (0, NOON):
        return "midi" if clock.hour else "minuit"
    hours = f"{clock.hour} heure{'s' if clock.hour > 1 else ''}"
    return f"{hours} {clock.minute:02d}" if clock.minute else hours


def count(number: int, noun: str, plural: str | None = None, *, feminine: bool = False) -> str:
    """Says "un rendez-vous", "une place", "deux places", "12 places"; zero takes the singular."""
    few = WORDS[number] if 0 <= number < len(WORDS) else str(number)
    if number == 1 and feminine:
        few = "une"
    many = plural or (noun if noun.endswith(("s", "x", "z")) else f"{noun}s")
    return f"{few} {noun if number <= 1 else many}"


def ordinal(rank: int, *, feminine: bool = False) -> str:
    """Says "premier", "première", "deuxième"."""
    if rank == 1:
        return "première" if feminine else "premier"
    return ORDINALS[rank - 1] if rank <= len(ORDINALS) else f"{rank}e"


def phone(e164: str) -> str:
    """French numbers two by two from the 0: "06 12 34 56 78"; others by groups after the plus."""
    if e164.startswith("+33"):
        national = "0" + e164[3:]
        return " ".join(national[at : at + 2] for at in range(0, len(national), 2))
    rest = e164.lstrip("+")
    return "plus " + " ".join(rest[at : at + 2] for at in range(0, len(rest), 2))


def digits(text: str) -> str:
    """Says "1 2 3"."""
    return " ".join(text)


def date_of_birth(day: date) -> str:
    """Says "le 12 mars 1954", "le 1er mai 1960"."""
    return f"le {_number(day)} {MONTHS[day.month - 1]} {day.year}"


def either(things: list[str]) -> str:
    """Says "a", "a ou b", "a, b ou c"."""
    return " ou ".join([", ".join(things[:-1]), things[-1]] if len(things) > 1 else things)
