"""Score understanding against labelled sets: how often an answer is one that the set accepts.

Constraints are compared by what they allow, not by how they are written: both sides are expanded to half hours between
08:00 and 20:00 over 91 days. Strict: the two overlap in 95 % of what either allows. Lenient: what was understood lies
inside an accepted reading and covers half of its first day.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from pupitre.commands.understand import FORMS, TIMES, local
from pupitre.languages import load
from pupitre.nlu.meaning import Hears
from pupitre.nlu.understand import understand
from pupitre.wish import PERIOD_HOURS, WEEKDAYS, Wish

HERE = Path(__file__).parent
SETS = {
    "intents": Hears.INTENT,
    "yesno": Hears.YES_NO,
    "slotpick": Hears.PICK,
    "constraints": Hears.WHEN,
    "phones": Hears.PHONE,
    "birthdates": Hears.BIRTH_DATE,
    "names": Hears.NAME,
}
DAYS, FIRST_HOUR, LAST_HOUR, STEP = 91, 8, 20, 30
STRICT, INSIDE, FIRST_DAY = 0.95, 0.9, 0.5


def rows(folder: Path, name: str) -> list[dict]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def answer(row: dict, hears: Hears) -> object:
    """What the product understands, in the form of the set."""
    now = local(row.get("reference", "2026-01-05T10:00"))
    offers = [local(slot) for slot in row.get("slots", [])]
    meaning = understand(row["text"], (hears,), load("fr-FR").grammar, now, offers)
    if hears is Hears.WHEN:
        return meaning.when.value if meaning.when else Wish()
    return json.loads(json.dumps(FORMS[hears](meaning)))


def score(folder: Path, name: str) -> tuple[float, float]:
    """Strict and lenient accuracy of one set; the same unless it is the constraints."""
    lines = rows(folder, name)
    hits = [judged(row, answer(row, SETS[name])) for row in lines]
    return sum(strict for strict, _ in hits) / len(lines), sum(lenient for _, lenient in hits) / len(lines)


def judged(row: dict, got: object) -> tuple[bool, bool]:
    if not isinstance(got, Wish):
        right = got in row.get("accept", [row["expected"]])
        return right, right
    now = datetime.fromisoformat(row["reference"])
    readings = [cells(reading(wish), now) for wish in (row["expected"], *row.get("accept", []))]
    return compared(cells(got, now), readings)


def reading(labelled: dict) -> Wish:
    """A labelled constraint as a wish."""
    known = {key: value for key, value in labelled.items() if key in Wish.__struct_fields__}
    for key in ("any_of", "none_of"):
        known[key] = [
            {k: f"{v}:00" if k in TIMES else v for k, v in clause.items() if v is not None}
            for clause in labelled.get(key) or []
        ]
    return msgspec.convert(known, Wish, strict=False)


def cells(wish: Wish, now: datetime) -> frozenset[datetime]:
    """The half hours that a wish allows; none when nothing was understood."""
    if not wish:
        return frozenset()
    return frozenset(start for start in half_hours(now.date()) if _allowed(wish, start))


def half_hours(today: date) -> Iterator[datetime]:
    for ahead in range(DAYS):
        day = datetime.combine(today + timedelta(days=ahead), datetime.min.time())
        for minute in range(FIRST_HOUR * 60, LAST_HOUR * 60, STEP):
            yield day + timedelta(minutes=minute)


def _allowed(wish: Wish, start: datetime) -> bool:
    """Like `Wish.allows`, of the half hour that begins at `start`."""
    if wish.any_of and not any(_fits(clause, start) for clause in wish.any_of):
        return False
    return not any(_fits(clause, start) for clause in wish.none_of)


def _fits(clause, start: datetime) -> bool:
    day, last = start.date(), start + timedelta(minutes=STEP - 1)
    return (
        (not clause.days or WEEKDAYS[day.weekday()] in clause.days)
        and (not clause.dates or day in clause.dates)
        and (clause.window_start is None or day >= clause.window_start)
        and (clause.window_end is None or day <= clause.window_end)
        and (not clause.periods or any(_within(start, *PERIOD_HOURS[period]) for period in clause.periods))
        and (clause.not_before is None or last.time() >= clause.not_before)
        and (clause.not_after is None or start.time() < clause.not_after)
        and (clause.at is None or start.time() <= clause.at <= last.time())
    )


def _within(start: datetime, low: int, high: int) -> bool:
    return low <= start.hour < high


def compared(got: frozenset, readings: list[frozenset]) -> tuple[bool, bool]:
    strict = lenient = False
    for gold in readings:
        if not gold or not got:
            if gold == got:
                return True, True
            continue
        strict = strict or len(got & gold) / len(got | gold) >= STRICT
        first = min(gold).date()
        opening = {cell for cell in gold if cell.date() == first}
        inside = len(got & gold) >= INSIDE * len(got)
        lenient = lenient or (inside and len(got & opening) >= FIRST_DAY * len(opening))
    return strict, strict or lenient
