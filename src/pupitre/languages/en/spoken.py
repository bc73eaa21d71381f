"""How an English speaker says dates, times, numbers. Digits are written as digits: the voice reads them."""

from __future__ import annotations

from datetime import date, datetime, time

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
ORDINALS = ("first", "second", "third", "fourth", "fifth")
NOON = 12


def moment(start: datetime) -> str:
    return f"{day(start.date())} at {clock(start.time())}"


def short_moment(start: datetime, today: date) -> str:
    return f"{relative_day(start.date(), today) or day(start.date())} at {clock(start.time())}"


def day(day: date) -> str:
    return f"{DAYS[day.weekday()]}, {day.day} {MONTHS[day.month - 1]}"


def relative_day(day: date, today: date) -> str | None:
    ahead = (day - today).days
    return ("today", "tomorrow")[ahead] if ahead in (0, 1) else None


def clock(clock: time) -> str:
    if clock.minute == 0 and clock.hour in (0, NOON):
        return "noon" if clock.hour else "midnight"
    half = "a.m." if clock.hour < NOON else "p.m."
    hour = clock.hour % NOON or NOON
    return f"{hour}:{clock.minute:02d} {half}" if clock.minute else f"{hour} {half}"


def count(number: int, noun: str, plural: str | None = None, *, feminine: bool = False) -> str:  # noqa: ARG001  # no gender
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def ordinal(rank: int, *, feminine: bool = False) -> str:  # noqa: ARG001  # no gender
    return ORDINALS[rank - 1] if rank <= len(ORDINALS) else f"{rank}th"


def phone(e164: str) -> str:
    return " ".join(e164.lstrip("+"))


def digits(text: str) -> str:
    return " ".join(text)


def date_of_birth(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def either(things: list[str]) -> str:
    return " or ".join([", ".join(things[:-1]), things[-1]] if len(things) > 1 else things)
