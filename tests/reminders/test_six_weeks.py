"""A thousand appointments in two six-week runs, one across each change of the clocks, moved and cancelled at random.

Here in memory, in a second; `test_real_weeks.py` plays the same on running desks that are killed.
"""

import random
from datetime import date, datetime, time, timedelta

import pytest
from tests.reminders.office import PARIS, Office
from tests.reminders.oracle import HOLIDAYS, expected

from pupitre.dialogue.effects import ReminderOutcome

APPOINTMENTS = 500
DAYS = 42
CLOCKS = [time(hour, minute) for hour in (*range(9, 12), *range(14, 18)) for minute in (0, 15, 30, 45)]
CLOCKS += [time(8, 30), time(8, 45)]


def a_time(chance, after, last):
    """A working time of the two weeks after that instant, within the run."""
    while True:
        day = after.date() + timedelta(days=chance.randint(0, 14))
        start = datetime.combine(day, chance.choice(CLOCKS), PARIS)
        if after < start < last and day.weekday() < 5 and day not in HOLIDAYS:
            return start


def some_time(chance, after, before):
    """An odd minute, when no phone rings."""
    minutes = int((before - after).total_seconds() // 60)
    moment = after + timedelta(minutes=chance.randint(1, max(1, minutes)))
    return moment.astimezone(PARIS).replace(minute=7, second=chance.randint(0, 59))


@pytest.mark.parametrize("first", [date(2026, 3, 9), date(2026, 10, 5)], ids=["to summer", "to winter"])
async def test_every_reminder_rings_once_at_its_minute_and_no_other(first):
    chance = random.Random(first.toordinal())
    begin = datetime.combine(first, time(6), PARIS)
    last = begin + timedelta(days=DAYS)
    office = Office(begin, HOLIDAYS, per_number_a_day=2 * APPOINTMENTS)
    deeds, must = [], []

    for number in range(1, APPOINTMENTS + 1):
        since = some_time(chance, begin, last - timedelta(days=3))
        start = a_time(chance, since, last)
        deeds.append((since, number, "book", start))
        changes = chance.choices([0, 1, 2, 3], [50, 30, 15, 5])[0]
        for _ in range(changes):
            then = some_time(chance, since, start)
            if not since < then < start:
                break
            must += [(rings, number) for _, rings in expected(start, since, then)]
            since = then
            if chance.random() < 0.35:
                deeds.append((then, number, chance.choice(["cancel", "cancel behind our back"]), None))
                start = None
                break
            moved = a_time(chance, then, last)
            deeds.append((then, number, "move", moved))
            start = moved
        if start is not None:
            must += [(rings, number) for _, rings in expected(start, since, start)]

    ids = {}
    for moment, number, deed, start in sorted(deeds, key=lambda deed: deed[:2]):
        await walk(office, moment)
        if deed == "book":
            ids[number] = (await office.book(start, patient=number)).id
        elif deed == "move":
            await office.move(ids[number], start)
        else:
            await office.cancel(ids[number], told=deed == "cancel")
    await walk(office, last)

    whose = {appointment: number for number, appointment in ids.items()}
    rung = [(call.at.astimezone(PARIS).replace(tzinfo=None), whose[call.appointment_id]) for call in office.calls.made]
    assert sorted(must) == sorted(rung)
    assert len(must) > APPOINTMENTS
    assert {} == {row.key: row for row in office.due.rows.values() if row.due <= last}


async def walk(office, until):
    """Day by day; who is called confirms in the evening."""
    while office.clock.now() < until:
        evening = datetime.combine(office.clock.now().astimezone(PARIS).date() + timedelta(days=1), time(3, 3), PARIS)
        await office.walk(min(until, evening))
        while await office.calls.ringing():
            await office.answered(ReminderOutcome.CONFIRMED)
